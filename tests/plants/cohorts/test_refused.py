"""Refusals of patients tell why in a few words, also from a worker process."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from plants import InputError, Population, Pump
from plants.cohorts import PatientRefused


def test_a_pump_that_does_not_fit_tells_why_and_how_much():
    slim = replace(Population("shock-d").draw(7), artery_diameter=3.0, axillary_diameter=3.0)
    with pytest.raises(PatientRefused, match="needs") as refused:
        slim.on(Pump.load("CP"))
    assert refused.value.kind == "no access that the arteries allow"
    again = pickle.loads(pickle.dumps(refused.value))
    assert (type(again), again.kind, str(again)) == (
        PatientRefused,
        refused.value.kind,
        str(refused.value),
    )


def test_draws_that_are_never_plausible_are_no_mistake(monkeypatch):
    monkeypatch.setattr(Population, "_judged", lambda self, patient, leak: ({}, ["too low"]))
    with pytest.raises(PatientRefused, match="too low: 2") as refused:
        Population("shock-d", attempts=2).draw(7)
    assert refused.value.kind == "no plausible patient"


def test_a_mistake_is_no_refusal_of_a_patient():
    with pytest.raises(InputError) as refused:
        Population("shock-d").draw(-1)
    assert not isinstance(refused.value, PatientRefused)
