"""A weak heart whose failure a drug masks, against one that has recovered.

The masked heart has reached the cardiac power at P-2 that lets expect a successful weaning, but on
an inotrope; the other one has the same power at P-2 because it has recovered.

References
----------
Ramp test 2023-24 (n = 43): cardiac power output at P-2 of 0.6 W separates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from experiments.studies.masked.hidden_regurgitation import (
    DEVICE,
    LOW,
    PATIENT,
    Rows,
    sample_intervals,
    slow_parameters,
)
from plants import MultirateRun, Patient, Plant, SlowClock
from plants.pumps import FULL_SUPPORT_LEVEL
from plants.quantities import HOURS_PER_DAY

#: Cardiac power output (W) at P-2 that separates who can be weaned.
WEANING_POWER = 0.6
#: Dose (ug/kg/min) under which the masked patient was identified.
DOSE = 7.5
#: Doses of the patients that all look the same on their dose.
DOSES = (0.0, 2.5, 5.0, 7.5, 10.0)
#: Days of full support before the test, and its level.
DAYS, SUPPORT = 4.0, FULL_SUPPORT_LEVEL
_TEST_HOURS = 6.0
# The recovered patient came with this share of the contractility; time constant of its recovery,
# within the label's four days (d). Guesses.
_STUNNED_SHARE, _RECOVERY_TIME, _RECOVERY_DELAY = 0.6, 1.0, 0.0
_TRIES = 30
SHOWN = (
    "cardiac_power_output",
    "cardiac_index",
    "map",
    "heart_rate",
    "pcwp",
    "lvedp",
    "ejection_fraction",
    "lactate",
    "svo2",
)


@dataclass(frozen=True)
class Heart:
    """A patient of the test at P-2: the preset with another contractility, and a drug.

    Attributes
    ----------
    name : str
        For tables.
    share : float
        Share of the preset's contractility of the LV at the start.
    dose : float
        Inotrope (ug/kg/min) under which it was identified, given until it is stopped.
    recoverable : float
        Gain of contractility when fully recovered.
    """

    name: str
    share: float = 1.0
    dose: float = 0.0
    recoverable: float = 0.0

    def run(self) -> MultirateRun:
        """The patient on the pump, its drug running."""
        patient = Patient.load(PATIENT)
        if self.share != 1.0:
            ees = self.share * patient["lv_ees"]
            patient = patient.replace(source="masked patients", tag="X", lv_ees=ees)
        parameters = slow_parameters(
            {
                "inotrope_baseline": self.dose,
                "recoverable": self.recoverable,
                "recovery_time": _RECOVERY_TIME,
                "recovery_delay": _RECOVERY_DELAY,
            }
        )
        return MultirateRun(Plant(patient, DEVICE), SlowClock(patient, parameters))

    def supported(self) -> MultirateRun:
        """The same after the days of full support."""
        run = self.run()
        run.advance(HOURS_PER_DAY * DAYS, run.plant.level_speed(SUPPORT))
        return run

    def power_at_low(self) -> float:
        """Cardiac power output (W) on turning down to the low level."""
        run = self.supported()
        run.hold(run.plant.level_speed(LOW))
        return run.metrics()["cardiac_power_output"]


def masked_heart() -> Heart:
    """The heart that does not recover and reaches its power on a drug."""
    return Heart("masked by an inotrope", dose=DOSE)


def recovered_heart() -> Heart:
    """The heart that came weaker and has recovered to the same power at the low level.

    Examples
    --------
    >>> from experiments.studies.masked.masked_failure import recovered_heart
    >>> recovered_heart().recoverable > 0.3
    True
    """
    from scipy.optimize import brentq  # Slow to import, and only needed here.

    wanted = masked_heart().power_at_low()

    def excess(recoverable: float) -> float:
        return Heart("", _STUNNED_SHARE, 0.0, recoverable).power_at_low() - wanted

    gain = float(brentq(excess, 0.2, 2.0, xtol=1e-3, maxiter=_TRIES))
    return Heart("recovered", _STUNNED_SHARE, 0.0, gain)


def heart_course(heart: Heart) -> Rows:
    """A heart after days of support: the low level on its drug, then off it.

    Returns
    -------
    dict of list
        Rows of the tables ``masked_course`` (every sample, with hours since turning down) and
        ``masked`` (the end of full support, of the low level on the drug and off it).
    """
    run = heart.supported()
    stages = [_stage(heart, run, f"{SUPPORT}, after {DAYS:g} d")]
    zero, speed = run.slow.hours, run.plant.level_speed(LOW)
    run.hold(speed)
    course = [_test_row(heart, run, zero)]
    for drug in ("on", "off"):
        if drug == "off":
            run.slow.give(inotrope=0.0)
        for length in sample_intervals(_TEST_HOURS):
            run.advance(length, speed)
            course.append(_test_row(heart, run, zero))
        stages.append(_stage(heart, run, f"{LOW}, {drug} the drug"))
    return {"masked": stages, "masked_course": course}


def _test_row(heart: Heart, run: MultirateRun, zero: float) -> dict[str, Any]:
    metrics = run.metrics()
    return {
        "heart": heart.name,
        "hours": run.slow.hours - zero,
        "inotrope": metrics["inotrope_effect"],
        **{name: metrics[name] for name in SHOWN},
    }


def _stage(heart: Heart, run: MultirateRun, stage: str) -> dict[str, Any]:
    metrics = run.metrics()
    return {
        "heart": heart.name,
        "stage": stage,
        **{name: metrics[name] for name in SHOWN},
        "weanable": metrics["cardiac_power_output"] >= WEANING_POWER,
    }


def dose_rows() -> Rows:
    """Power at the low level on and off the drug, of hearts that look the same on their dose."""
    rows = []
    for dose in DOSES:
        run = Heart("", dose=dose).run()
        speed = run.plant.level_speed(LOW)
        run.hold(speed)
        on = run.metrics()["cardiac_power_output"]
        run.slow.give(inotrope=0.0)
        run.advance(_TEST_HOURS, speed)
        rows.append({"dose": dose, "on": on, "off": run.metrics()["cardiac_power_output"]})
    return {"doses": rows}
