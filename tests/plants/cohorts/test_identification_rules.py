"""Which parameters targets move: the rules, and that what follows from other targets moves none."""

from __future__ import annotations

import numpy as np
import pytest

from plants import PATIENT_PARAMETERS
from plants.cohorts import ESTIMATED_PARAMETERS, MOVED_BY
from plants.cohorts.identification_rules import candidates, told_apart
from plants.patients import PATIENT_TARGETS


def test_rules_name_targets_and_parameters():
    assert set(MOVED_BY) <= set(PATIENT_TARGETS)
    for names in (*MOVED_BY.values(), ESTIMATED_PARAMETERS):
        assert set(names) <= set(PATIENT_PARAMETERS)


def test_candidates_come_in_the_order_of_the_rules_without_those_held():
    first, second, last = candidates(("stroke_work", "cvp", "map"), ("r_systemic", "rv_alpha"))
    assert first == ("lv_ees", "lv_alpha", "rv_ees", "r_pulmonary", "vu_systemic_veins")
    assert second[:3] == ("vu_systemic_veins", "rv_ees", "r_venous")
    assert last == first
    assert len(set(second)) == len(second)


def test_a_parameter_is_taken_once():
    effects = {"a": np.array([1.0, 0.0]), "b": np.array([0.2, 1.0])}
    assert told_apart([("a", "b"), ("a", "b")], effects) == ("a", "b")
    assert told_apart([("a",), ("a",)], effects) == ("a",)


@pytest.mark.parametrize(
    ("effect", "taken"), [([2.0, 2.0], False), ([2.0, 2.05], False), ([2.0, 2.5], True)]
)
def test_what_moves_the_targets_likewise_is_not_taken(effect, taken):
    effects = {"a": np.array([1.0, 1.0]), "b": np.array(effect)}
    assert ("b" in told_apart([("a",), ("b",)], effects)) == taken


def test_what_moves_nothing_is_not_taken():
    assert told_apart([("a",)], {"a": np.array([1e-4, 0.0])}) == ()
