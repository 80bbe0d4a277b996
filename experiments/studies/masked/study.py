"""Two patients whose failure is masked: a mitral leak by full support, a weak heart by a drug.

The hidden regurgitation is that of :mod:`experiments.studies.masked.hidden_regurgitation`. The
masked failure is a heart that has reached the cardiac power at P-2 that lets expect a successful
weaning, but on an inotrope; against a heart that has the same power at P-2 because it has
recovered.

References
----------
Ramp test 2023-24 (n = 43): cardiac power output at P-2 of 0.6 W separates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.studies.masked.hidden_regurgitation import (
    DEVICE,
    FULL,
    LOW,
    PATIENT,
    HiddenCourse,
    level_speed,
    look_times,
    slow_parameters,
)
from plants import MultirateRun, Patient, Plant, SlowClock
from plants.slow.laws import GRADES

if TYPE_CHECKING:
    import pandas

#: Cardiac power output (W) at P-2 that separates who can be weaned.
WEANING_POWER = 0.6
#: Dose (ug/kg/min) under which the masked patient was identified.
DOSE = 7.5
#: Doses of the patients that all look the same on their dose.
DOSES = (0.0, 2.5, 5.0, 7.5, 10.0)
#: Days of full support before the test, and its level.
DAYS, SUPPORT = 4.0, "P-8"
_HOURS_PER_DAY = 24.0
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
        run.advance(_HOURS_PER_DAY * DAYS, level_speed(run.plant, SUPPORT))
        return run

    def power_at_low(self) -> float:
        """Cardiac power output (W) on turning down to the low level."""
        run = self.supported()
        run.hold(level_speed(run.plant, LOW))
        return run.metrics()["cardiac_power_output"]


def masked_heart() -> Heart:
    """The heart that does not recover and reaches its power on a drug."""
    return Heart("masked by an inotrope", dose=DOSE)


def recovered_heart() -> Heart:
    """The heart that came weaker and has recovered to the same power at the low level.

    Examples
    --------
    >>> from experiments.studies.masked.study import recovered_heart
    >>> recovered_heart().recoverable > 0.3
    True
    """
    from scipy.optimize import brentq  # Slow to import, and only needed here.

    wanted = masked_heart().power_at_low()

    def excess(recoverable: float) -> float:
        return Heart("", _STUNNED_SHARE, 0.0, recoverable).power_at_low() - wanted

    gain = float(brentq(excess, 0.2, 2.0, xtol=1e-3, maxiter=_TRIES))
    return Heart("recovered", _STUNNED_SHARE, 0.0, gain)


@dataclass(frozen=True)
class MaskedTest:
    """The test at P-2, on the drug and off it.

    Attributes
    ----------
    course : DataFrame
        A row for each look at each heart, with hours since turning down.
    stages : DataFrame
        Each heart at the end of full support, at the low level on its drug and off it.
    doses : DataFrame
        Power at the low level on and off the drug, of hearts that look the same on their dose.
    """

    course: pandas.DataFrame
    stages: pandas.DataFrame
    doses: pandas.DataFrame


def masked_test() -> MaskedTest:
    """Both hearts: days of support, then the low level on the drug, then off it."""
    import pandas

    rows: list[dict[str, Any]] = []
    stages: list[dict[str, Any]] = []
    for heart in (masked_heart(), recovered_heart()):
        run = heart.supported()
        stages.append(_stage(heart, run, f"{SUPPORT}, after {DAYS:g} d"))
        zero, speed = run.slow.hours, level_speed(run.plant, LOW)
        run.hold(speed)
        rows.append(_test_row(heart, run, zero))
        for drug in ("on", "off"):
            if drug == "off":
                run.slow.give(inotrope=0.0)
            for length in look_times(_TEST_HOURS):
                run.advance(length, speed)
                rows.append(_test_row(heart, run, zero))
            stages.append(_stage(heart, run, f"{LOW}, {drug} the drug"))
    return MaskedTest(pandas.DataFrame(rows), pandas.DataFrame(stages), _dose_table())


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


def _dose_table() -> pandas.DataFrame:
    import pandas

    rows = []
    for dose in DOSES:
        run = Heart("", dose=dose).run()
        speed = level_speed(run.plant, LOW)
        run.hold(speed)
        on = run.metrics()["cardiac_power_output"]
        run.slow.give(inotrope=0.0)
        run.advance(_TEST_HOURS, speed)
        rows.append({"dose": dose, "on": on, "off": run.metrics()["cardiac_power_output"]})
    return pandas.DataFrame(rows)


def expectations(hidden: HiddenCourse, masked: MaskedTest) -> dict[str, bool]:
    """What both patients must show, and whether they do."""
    grades = [GRADES.index(grade) for grade in hidden.stages["grade"]]
    power = {
        (row["heart"], row["stage"]): row["cardiac_power_output"]
        for row in masked.stages.to_dict("records")
    }
    mine, other = masked.stages["heart"].unique()
    on, off = f"{LOW}, on the drug", f"{LOW}, off the drug"
    return {
        f"at {FULL} the regurgitation is at most mild": max(grades[0], grades[2]) <= 1,
        f"at {LOW} it is moderate or severe": grades[1] >= 2,
        "both hearts have the same power on the drug": bool(
            abs(power[mine, on] / power[other, on] - 1) < 0.02
        ),
        f"on the drug both reach {WEANING_POWER:g} W": min(power[mine, on], power[other, on])
        >= WEANING_POWER,
        f"off it the masked one falls below {WEANING_POWER:g} W": power[mine, off] < WEANING_POWER,
        "off it the recovered one keeps its power": bool(
            abs(power[other, off] / power[other, on] - 1) < 0.05
        ),
    }
