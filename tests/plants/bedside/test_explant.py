"""After the removal of the pump: each limit refuses by itself, and lasting matters."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from plants import Death, HourScenario, PhysicsError, Therapy
from plants.bedside import bedside_settings
from plants.bedside.explant import RECORDED_SIGNALS, follow_unsupported
from plants.bedside.orders import ClinicalOrders
from plants.quantities import FailureKind

GOOD = dict.fromkeys(RECORDED_SIGNALS, 0.0) | {
    "map": 75.0,
    "cardiac_index": 2.4,
    "pcwp": 12.0,
    "cvp": 8.0,
    "lactate": 1.0,
    "hemoglobin": 10.0,
    "limb_perfusion": 1.0,
    "heart_rate": 80.0,
}
LIMITS = bedside_settings()["explant"]


class Run:
    """A patient whose metrics are those of the hour."""

    def __init__(self, of_hour):
        self.of_hour, self.diuresis = of_hour, 0.0
        self.slow = SimpleNamespace(hours=30.0, give=lambda **_: None)

    def metrics(self):
        return GOOD | self.of_hour(self.slow.hours - 30.0)

    def advance(self, hours, speed, disturbances):
        assert speed == 0.0
        self.slow.hours += hours


def follow(of_hour, death=None):
    return follow_unsupported(
        Run(of_hour),
        ClinicalOrders(bedside_settings(), {}, 5000.0),
        HourScenario("none"),
        bedside_settings(),
        death or Therapy.default().death,
    )


@pytest.mark.parametrize(
    ("signal", "fails", "holds"),
    [
        ("map", 59.9, 60.0),
        ("cardiac_index", 1.79, 1.8),
        ("pcwp", 25.1, 25.0),
        ("cvp", 18.1, 18.0),
        ("lactate", 4.1, 4.0),
    ],
)
def test_a_wean_fails_beyond_each_limit(signal, fails, holds):
    held = follow(lambda hour: {signal: holds})
    # At 60 mmHg clinicians raise the vasopressor, hour by hour, until that is a failure.
    assert held.result == "well" or (signal == "map" and held.reason.startswith("vasopressor"))
    failed = follow(lambda hour: {signal: fails})
    assert failed.result == "failed"
    assert not failed.died
    # Below the least pressure the vasopressor is raised, which is a failure of its own.
    assert failed.cause == signal
    assert f"{holds:g}" in failed.reason
    # The grace of an hour, and two hours on end after it.
    assert failed.hours == pytest.approx(4.0)


def test_a_patient_within_the_limits_is_followed_for_two_days():
    well = follow(lambda hour: {})
    assert (well.result, well.hours, well.cause) == ("well", 48.0, "")


def test_an_hour_beyond_a_limit_is_borne_and_the_count_begins_anew():
    assert follow(lambda hour: {"map": 55.0 if hour % 3 == 2 else 75.0}).result == "well"
    short = follow(lambda hour: {"map": 55.0 if hour >= 10.0 else 75.0})
    assert (short.result, short.hours) == ("failed", 12.0)


def test_death_by_the_therapy_takes_its_time():
    low = Death(signal="map", low=30.0, seconds=10.0)
    dead = follow(lambda hour: {"map": 29.0 if hour >= 1.0 else 75.0}, low)
    assert (dead.died, dead.hours) == (True, 1.0)
    assert dead.cause == "map too low"
    slow = low.model_copy(update={"seconds": 2.5 * 3600.0, "low": 65.0})
    assert follow(lambda hour: {"map": 62.0 if hour >= 5.0 else 75.0}, slow).hours == 7.0


def failing(kind):
    def metrics(hour):
        if hour > 5.0:
            raise PhysicsError("no periodic beat in words only", kind=kind)
        return {}

    return metrics


def test_a_circulation_that_fails_is_a_death():
    dead = follow(failing(FailureKind.REFLEX_UNSETTLED))
    assert (dead.result, dead.died, dead.cause) == ("failed", True, "the reflex does not settle")


def test_a_model_that_breaks_down_is_no_death():
    with pytest.raises(PhysicsError):
        follow(failing(FailureKind.NOT_FINITE))


def test_what_nobody_lives_with_is_told_beside_the_result():
    told = follow(lambda hours: {"cvp": 92.0 if hours == 2.0 else 55.0 if hours > 2.0 else 8.0})
    assert [(each.signal, each.value) for each in told.beyond_life] == [("cvp", 92.0)]
    assert follow(lambda hours: {"cvp": 18.1}).beyond_life == ()
