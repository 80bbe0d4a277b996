"""Support of a coronary intervention: what it refuses, and how it comes off."""

import itertools
import math

import pytest
from hypothesis import given, settings, strategies as st

from controllers import PciController
from controllers.weaning import pci_numbers
from plants import InputError, Measurement, Pump

WELL = {"map": 80.0, "pulse_pressure": 18.0}
INTERVAL = 5.0


def controller_for(device="CP", **numbers):
    controller = PciController(numbers)
    controller.reset(Pump.load(device))
    return controller


def run(controller, until, *, start=0.0, values=None, **told):
    """Look again and again; gives the decisions."""
    decisions, now = [], start
    while now < until:
        measurement = Measurement(now, "icu", dict(WELL if values is None else values))
        decisions.append(controller.decide(measurement, now, **told))
        now += INTERVAL
    return decisions


def number(level):
    return int(level.removeprefix("P-"))


def test_support_is_held_until_the_artery_is_open():
    decisions = run(controller_for(), 3600.0)
    assert {(decision.level, decision.phase, decision.action) for decision in decisions} == {
        ("P-8", "support", "hold")
    }
    assert "not yet told open" in decisions[-1].words


def test_an_opened_artery_is_weaned_by_two_levels_at_intervals():
    controller = controller_for()
    run(controller, 60.0)
    decisions = run(controller, 3600.0, start=60.0, opened=True)
    downs = [decision for decision in decisions if decision.action == "down"]
    assert [decision.level for decision in downs] == ["P-6", "P-4", "P-2"]
    interval = pci_numbers()["step_interval"].value / 60.0
    assert all(b.hours - a.hours >= interval - 1e-9 for a, b in itertools.pairwise(downs))
    out = next(decision for decision in decisions if decision.action == "explant")
    assert out.level == "P-2"
    assert out.hours - downs[-1].hours >= pci_numbers()["shortest_trial"].value / 60.0 - 1e-9
    assert all(reason.met for reason in out.reasons)


def test_a_balloon_asks_for_the_highest_level_and_forbids_steps():
    controller = controller_for("2.5")
    run(controller, 60.0)
    decisions = run(controller, 1200.0, start=60.0, balloon=True, opened=True)
    assert {decision.level for decision in decisions} == {"P-9"}  # the boost level
    assert not any(decision.action in ("down", "explant") for decision in decisions)
    assert controller.band == ("P-8", "P-9")


def test_a_balloon_in_mid_wean_brings_full_support_back():
    controller = controller_for()
    run(controller, 60.0)
    run(controller, 700.0, start=60.0, opened=True)
    assert number(controller.level) < 8
    (up,) = run(controller, 705.0, start=700.0, opened=True, balloon=True)
    assert (up.level, up.action) == ("P-9", "up")


def test_after_a_balloon_the_highest_level_stays_until_the_pressure_is_back():
    controller = controller_for()
    stunned = {"map": 58.0, "pulse_pressure": 4.0}
    run(controller, 60.0, balloon=True, values=stunned)
    still = run(controller, 120.0, start=60.0, values=stunned)
    assert still[-1].level == "P-9"
    assert run(controller, 180.0, start=120.0)[-1].level == "P-8"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pulse_pressure": 18.0}, "mean pressure unknown"),
        ({"map": math.nan, "pulse_pressure": 18.0}, "mean pressure unknown"),
        ({"map": 80.0}, "pulse pressure"),
        ({"map": 63.0, "pulse_pressure": 18.0}, "mean pressure 63 mmHg, at least 65"),
        ({"map": 80.0, "pulse_pressure": 8.0}, "pulse pressure 8 mmHg"),
    ],
)
def test_no_step_on_a_low_or_unknown_circulation(values, words):
    controller = controller_for()
    run(controller, 60.0)
    decisions = run(controller, 3600.0, start=60.0, values=values, opened=True)
    assert {decision.level for decision in decisions} == {"P-8"}
    assert words in decisions[-1].words


def test_a_fall_of_the_pressure_brings_support_back_and_waits_longer_each_time():
    controller = controller_for()
    run(controller, 60.0)
    now, waits = 60.0, []
    for _ in range(2):
        while number(controller.level) > 6:
            controller.decide(Measurement(now, "icu", WELL), now, opened=True)
            now += INTERVAL
        low = run(controller, now + 15.0, start=now, values=WELL | {"map": 50.0}, opened=True)
        up = next(decision for decision in low if decision.action == "up")
        assert number(up.level) == 8
        now += 15.0
        waits.append(controller.no_step_before - now)
    assert controller.failures == 2
    assert waits[1] > 1.8 * waits[0]


def test_another_plan_is_asked_for_before_the_label_ends():
    controller = controller_for()
    late = 6.0 * 3600.0 - 600.0
    decision = controller.decide(
        Measurement(late, "icu", {"map": 62.0, "pulse_pressure": 3.0}), late, opened=True
    )
    assert decision.action == "reassess"
    assert "label's 6 h" in decision.words


ASSESSMENTS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.floats(20.0, 120.0)),
        st.one_of(st.none(), st.floats(0.0, 60.0)),
        st.booleans(),
        st.booleans(),
        st.integers(1, 60),
    ),
    max_size=80,
)


@settings(max_examples=60)
@given(ASSESSMENTS, st.sampled_from(["2.5", "CP"]))
def test_whatever_is_seen_the_rules_hold(assessments, device):
    controller, now = controller_for(device), 0.0
    before = controller.level
    for pressure, pulse, balloon, opened, passed in assessments:
        values = {"map": pressure, "pulse_pressure": pulse}
        seen = {name: value for name, value in values.items() if value is not None}
        decision = controller.decide(
            Measurement(now, "icu", seen), now, balloon=balloon, opened=opened
        )
        if decision.action == "explant":
            assert decision.level == "P-2"
        if decision.action in ("down", "explant"):
            assert opened
            assert not balloon
            assert pressure is not None
        assert number(before) - number(decision.level) <= 2
        assert number(decision.level) >= 2
        low, high = controller.band
        assert 2 <= number(low) <= number(high) == number(decision.level)
        before, now = decision.level, now + 10.0 * passed


def test_numbers_and_pumps_are_checked():
    with pytest.raises(InputError, match="numbers"):
        PciController({"patience": 3.0})
    with pytest.raises(InputError, match="indication"):
        controller_for("5.5")
    with pytest.raises(InputError, match="reset"):
        PciController().decide(Measurement(0.0, "icu", WELL), 0.0)


def test_every_decision_is_logged():
    controller = controller_for()
    decisions = run(controller, 100.0)
    assert list(controller.log) == decisions
    controller.reset(Pump.load("CP"))
    assert len(controller.log) == 0
