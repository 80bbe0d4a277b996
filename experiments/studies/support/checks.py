"""What the literature reports of support, checked against the tables of the study.

References
----------
Burkhoff D et al. (2015) J Am Coll Cardiol 66:2663 (mechanical circulatory support in
pressure-volume terms: unloading, rise of pressure and power, valve that stays shut).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from experiments.runs import render
from experiments.statistics import DataFrame
from experiments.studies.support.beats import SHOWN, SUPPORTS, UNSUPPORTED
from experiments.studies.support.head_flow import DISPLAY_HALF, MISS, UNKNOWN, shut_off_head
from plants import SIGNALS, Pump

#: Share of the beat below which the aortic valve counts as shut: the trace its smoothing leaves.
SHUT = 0.01
#: Patients whose aortic valve is expected to stay shut at a high level.
_WEAK = ("shock-d", "shock-e")
_NO_PUMP = UNSUPPORTED.name
_CP_LEVELS = tuple(support.name for support in SUPPORTS if support.device == "CP")
_HIGH = tuple(support.name for support in SUPPORTS if support.level == "P-9")

#: Metric name to support to value.
Columns = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Check:
    """One expectation and whether the model meets it.

    Attributes
    ----------
    expectation : str
        What is expected.
    subject : str
        Of which patient or device.
    met : bool
        Whether it holds.
    values : str
        What the model gives.
    reason : str
        Why it does not hold, where that is known; empty where it does.
    """

    expectation: str
    subject: str
    met: bool
    values: str
    reason: str = ""

    @property
    def verdict(self) -> str:
        """Whether it holds, in a word."""
        return "holds" if self.met else "FAILS"


class Expectation(NamedTuple):
    """What is expected of a signal of a patient.

    Attributes
    ----------
    text : str
        In words.
    signal, digits : str
        Which signal, and how its values are shown.
    holds : callable
        Whether its values by support are as expected.
    weak : bool
        Whether it is expected of weak ventricles only.
    reason : callable, optional
        Why it does not hold.
    """

    text: str
    signal: str
    digits: str
    holds: Callable[[Mapping[str, float]], bool]
    weak: bool = False
    reason: Callable[[Columns], str] | None = None

    def check(self, patient: str, columns: Columns) -> Check:
        """The expectation in a patient."""
        values, unit = columns[self.signal], SIGNALS[self.signal].unit
        text = self.text if unit == "1" else f"{self.text} [{unit}]"
        met = self.holds(values)
        listed = ", ".join(f"{support} {value:{self.digits}}" for support, value in values.items())
        reason = "" if met or self.reason is None else self.reason(columns)
        return Check(text, patient, met, listed, reason)


def checks(table: DataFrame) -> list[Check]:
    """Every expectation for every patient of the table of support.

    Returns
    -------
    list of Check
        In the order of the expectations, then of the patients.
    """
    columns = {
        str(patient): rows.set_index("support")[list(SHOWN)].astype(float).to_dict()
        for patient, rows in table.groupby("patient", sort=False)
    }
    return [
        expectation.check(patient, of_patient)  # type: ignore[arg-type]
        for expectation in _EXPECTATIONS
        for patient, of_patient in columns.items()
        if patient in _WEAK or not expectation.weak
    ]


def _changes(values: Mapping[str, float]) -> list[float]:
    """By how much each support differs from none."""
    return [value - values[_NO_PUMP] for support, value in values.items() if support != _NO_PUMP]


def _steps(values: Mapping[str, float]) -> list[float]:
    """From each level of the CP to the next."""
    return [values[above] - values[below] for below, above in pairwise(_CP_LEVELS)]


def _falls(values: Mapping[str, float]) -> bool:
    return all(change < 0 for change in _changes(values) + _steps(values))


def _rises(values: Mapping[str, float]) -> bool:
    return all(change > 0 for change in _changes(values) + _steps(values))


def _lower_than_without(values: Mapping[str, float]) -> bool:
    return all(change < 0 for change in _changes(values))


def _high(values: Mapping[str, float]) -> list[float]:
    return [values[support] for support in _HIGH]


def _why_work_rises(columns: Columns) -> str:
    """With the valve shut the loop has no isovolumic sides: its width is what the pump draws."""
    shares = columns["aortic_valve_open_fraction"]
    shut = [support for support, share in shares.items() if share < SHUT and support != _NO_PUMP]
    if len(shut) < 2:
        return ""
    first, last = shut[0], shut[-1]

    def at(support: str) -> dict[str, float]:
        return {name: values[support] for name, values in columns.items()}

    return render(
        "stroke_work_rises.md",
        first=first,
        last=last,
        unsupported=at(_NO_PUMP),
        at_first=at(first),
        at_last=at(last),
    )


_EXPECTATIONS = (
    Expectation("support lowers PCWP, more at higher levels", "pcwp", ".1f", _falls),
    Expectation(
        "support lowers stroke work",
        "stroke_work",
        ".0f",
        _lower_than_without,
        reason=_why_work_rises,
    ),
    Expectation(
        "stroke work falls further at higher levels",
        "stroke_work",
        ".0f",
        _falls,
        reason=_why_work_rises,
    ),
    Expectation(
        "support lowers the pressure-volume area, more at higher levels",
        "pressure_volume_area",
        ".0f",
        _falls,
    ),
    Expectation("support raises MAP, more at higher levels", "map", ".1f", _rises),
    Expectation(
        "support raises cardiac power output, more at higher levels",
        "cardiac_power_output",
        ".2f",
        _rises,
    ),
    Expectation(
        f"at P-9 the aortic valve stays shut (open less than {SHUT:g} of the beat)",
        "aortic_valve_open_fraction",
        ".3f",
        lambda values: all(share < SHUT for share in _high(values)),
        weak=True,
    ),
    Expectation(
        "at P-9 the pulse pressure is less than half of that without a pump",
        "pulse_pressure",
        ".1f",
        lambda values: all(value < 0.5 * values[_NO_PUMP] for value in _high(values)),
        weak=True,
    ),
)


def head_flow_checks(table: DataFrame) -> list[Check]:
    """A check for each device of a table from :func:`head_flow_table`."""
    checks = []
    for device, rows in table.groupby("device", sort=False):
        known = rows[rows["verdict"] != UNKNOWN]
        missed = known[known["verdict"] == MISS]
        misses = missed[["steady_miss", "pulsatile_miss"]].abs().max(axis=1)
        values = f"{len(known) - len(missed)} of {len(known)} rows within"
        reason = ""
        if len(missed):
            limits = shut_off_head(Pump.load(str(device)), missed["speed_rpm"])
            above = (missed["head_mmHg"] > limits) & (missed["steady_miss"] != 0.0)
            shut_off = int(above.sum())
            values += f", largest miss {misses.max():.2f} L/min"
            levels = ", ".join(dict.fromkeys(missed["level"]))
            parts = [f"levels {levels}"]
            if shut_off:
                parts.append(f"{shut_off} above the shut-off head, where blood runs back")
            by_law = missed["steady_miss"].abs() > DISPLAY_HALF
            pulsatile = int((~above & ~by_law).sum())
            if pulsatile:
                parts.append(f"{pulsatile} in the pulsating patient only, for the law bends")
            others = len(missed) - shut_off - pulsatile
            if others:
                parts.append(
                    f"{others} because one law with three coefficients is fitted to all levels"
                )
            reason = "; ".join(parts)
        heads = " and ".join(f"{head:g}" for head in dict.fromkeys(rows["head_mmHg"]))
        text = f"flow at {heads} mmHg, as displayed, lies in the range of each level"
        checks.append(Check(text, str(device), missed.empty, values, reason))
    return checks
