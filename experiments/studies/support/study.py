"""What support does to the circulation: a table over patients and levels, and the trends expected.

Each row is the periodic beat of a built-in patient without a pump, on the CP at three levels and
on the 5.5 at its highest, with the baroreflex settled: the literature reports patients, whose
vessels and heart answer to the pressure that the pump brings. The same beats without a reflex
stand in a second table. The checks are what the literature reports of percutaneous left-sided
support; a check that fails is reported with the reason, and makes the command's exit code 1.

References
----------
Burkhoff D et al. (2015) J Am Coll Cardiol 66:2663 (mechanical circulatory support in
pressure-volume terms: unloading, rise of pressure and power, valve that stays shut).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from plants import (
    METRICS,
    SIGNALS,
    MultirateRun,
    Patient,
    Plant,
    SlowClock,
    SlowParameters,
    SteadyState,
    steady_state,
)

if TYPE_CHECKING:
    import pandas

#: Patients, and supports as device and level.
PATIENTS = ("shock-c", "shock-d", "shock-e")
SUPPORTS: tuple[tuple[str | None, str | None], ...] = (
    (None, None),
    ("CP", "P-2"),
    ("CP", "P-5"),
    ("CP", "P-9"),
    ("5.5", "P-9"),
)
#: What the table shows.
SHOWN = (
    "cardiac_output",
    "pump_flow",
    "native_flow",
    "map",
    "pulse_pressure",
    "pcwp",
    "cvp",
    "lvedp",
    "lv_peak_pressure",
    "lvedv",
    "lvesv",
    "stroke_work",
    "pressure_volume_area",
    "cardiac_power_output",
    "aortic_valve_open_fraction",
    "pump_head",
    "suction",
)
#: Share of the beat below which the aortic valve counts as shut: the trace its smoothing leaves.
SHUT = 0.01
#: Patients whose aortic valve is expected to stay shut at a high level.
_WEAK = ("shock-d", "shock-e")


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


def support_name(device: str | None, level: str | None) -> str:
    """A support in words."""
    return f"{device} {level}" if device else "no pump"


def supported(plant: Plant, speed: float, *, reflex: bool = True) -> SteadyState:
    """The periodic beat at a held speed (rpm), with the baroreflex settled or without one.

    Its operating point is the patient's own arterial pressure without support, so that there the
    two agree.

    Examples
    --------
    >>> from experiments.studies.support.study import supported
    >>> from plants import Plant
    >>> plant = Plant("shock-d", "5.5")
    >>> with_reflex = supported(plant, 33_000).metrics["map"]
    >>> with_reflex < supported(plant, 33_000, reflex=False).metrics["map"]
    True
    """
    if not reflex:
        return steady_state(plant, speed)
    parameters = SlowParameters.load().replace(baroreflex_gain=1.0)
    run = MultirateRun(plant, SlowClock(plant.patient, parameters))
    run.hold(speed)
    return run.beat


def support_table(
    patients: Sequence[str] = PATIENTS,
    supports: Sequence[tuple[str | None, str | None]] = SUPPORTS,
    progress: Callable[[float], None] | None = None,
    *,
    reflex: bool = True,
) -> pandas.DataFrame:
    """Metrics of the periodic beat of every patient on every support.

    Parameters
    ----------
    patients : sequence of str
        Names or files.
    supports : sequence of (str or None, str or None)
        Device and level; None for no pump.
    progress : callable, optional
        Called with the number of patients done.
    reflex : bool
        Whether the baroreflex is at work.

    Returns
    -------
    DataFrame
        Columns patient, support, and :data:`SHOWN` in the units of the signals.
    """
    import pandas

    rows = []
    for done, patient in enumerate(patients):
        loaded = Patient.load(patient)
        for device, level in supports:
            plant = Plant(loaded, device)
            speed = plant.pump.speed(level) if plant.pump is not None and level else 0.0
            metrics = supported(plant, speed, reflex=reflex).metrics
            row: dict[str, Any] = {"patient": loaded.name, "support": support_name(device, level)}
            rows.append(row | {name: metrics[name] for name in SHOWN})
        if progress is not None:
            progress(done + 1)
    return pandas.DataFrame(rows)


def with_units(table: pandas.DataFrame) -> pandas.DataFrame:
    """The table with units in the headings."""
    units = {name: f"{name} [{SIGNALS[name].unit}]" for name in METRICS.names}
    return table.rename(columns=units)


def checks(table: pandas.DataFrame) -> list[Check]:
    """Every expectation for every patient of a table from :func:`support_table`.

    Returns
    -------
    list of Check
        In the order of the expectations, then of the patients.
    """
    found: list[Check] = []
    patients = list(dict.fromkeys(table["patient"]))
    makes = (_wedge, _stroke_work, _less_work, _pressure_volume_area, _pressure, _power)
    for make in makes:
        found += [make(patient, _columns(table, patient)) for patient in patients]
    weak = [patient for patient in patients if patient in _WEAK]
    for make in (_valve, _pulse):
        found += [make(patient, _columns(table, patient)) for patient in weak]
    return found


Columns = Mapping[str, Mapping[str, float]]


def _columns(table: pandas.DataFrame, patient: str) -> Columns:
    """Metric name to support to value."""
    rows = table[table["patient"] == patient].set_index("support")
    return {
        name: dict(zip(map(str, rows.index), rows[name].astype(float), strict=True))
        for name in SHOWN
    }


def _listed(values: Mapping[str, float], digits: str) -> str:
    return ", ".join(f"{support} {value:{digits}}" for support, value in values.items())


def _compared(
    expectation: str, patient: str, name: str, columns: Columns, *, lower: bool, digits: str
) -> Check:
    """Every support against none, and the CP's levels against each other."""
    values = columns[name]
    none = values["no pump"]
    sign = -1.0 if lower else 1.0
    against_none = all(
        sign * (value - none) > 0 for key, value in values.items() if key != "no pump"
    )
    levels = [value for support, value in values.items() if support.startswith("CP")]
    steps = [sign * (b - a) > 0 for a, b in pairwise(levels)]
    met = against_none and all(steps)
    return Check(f"{expectation} [{SIGNALS[name].unit}]", patient, met, _listed(values, digits))


def _wedge(patient: str, columns: Columns) -> Check:
    return _compared(
        "support lowers PCWP, more at higher levels",
        patient,
        "pcwp",
        columns,
        lower=True,
        digits=".1f",
    )


def _pressure(patient: str, columns: Columns) -> Check:
    return _compared(
        "support raises MAP, more at higher levels",
        patient,
        "map",
        columns,
        lower=False,
        digits=".1f",
    )


def _power(patient: str, columns: Columns) -> Check:
    return _compared(
        "support raises cardiac power output, more at higher levels",
        patient,
        "cardiac_power_output",
        columns,
        lower=False,
        digits=".2f",
    )


def _pressure_volume_area(patient: str, columns: Columns) -> Check:
    return _compared(
        "support lowers the pressure-volume area, more at higher levels",
        patient,
        "pressure_volume_area",
        columns,
        lower=True,
        digits=".0f",
    )


def _stroke_work(patient: str, columns: Columns) -> Check:
    values = columns["stroke_work"]
    met = all(value < values["no pump"] for key, value in values.items() if key != "no pump")
    check = Check(
        f"support lowers stroke work [{SIGNALS['stroke_work'].unit}]",
        patient,
        met,
        _listed(values, ".0f"),
    )
    return check if check.met else replace(check, reason=_why_work_rises(columns))


def _less_work(patient: str, columns: Columns) -> Check:
    check = _compared(
        "stroke work falls further at higher levels",
        patient,
        "stroke_work",
        columns,
        lower=True,
        digits=".0f",
    )
    return check if check.met else replace(check, reason=_why_work_rises(columns))


def _why_work_rises(columns: Columns) -> str:
    """With the valve shut the loop has no isovolumic sides: its width is what the pump draws."""
    shares = columns["aortic_valve_open_fraction"]
    shut = [key for key, share in shares.items() if share < SHUT and key != "no pump"]
    if len(shut) < 2:
        return ""
    first, support = shut[0], shut[-1]

    def width(key: str) -> float:
        return columns["lvedv"][key] - columns["lvesv"][key]

    area = columns["pressure_volume_area"]
    return (
        f"once the aortic valve stays shut ({first} on) the ventricle fills by all that the body "
        f"returns and is drained by the pump alone: from {first} to {support} the flow through it "
        f"rises from {columns['cardiac_output'][first]:.1f} to "
        f"{columns['cardiac_output'][support]:.1f} L/min and the loop widens from "
        f"{width(first):.0f} to {width(support):.0f} mL, while the peak pressure falls only from "
        f"{columns['lv_peak_pressure'][first]:.0f} to {columns['lv_peak_pressure'][support]:.0f} "
        f"mmHg; the pressure-volume area, which goes with oxygen use, falls throughout "
        f"({area['no pump']:.0f} to {area[support]:.0f} mmHg.mL)"
    )


def _high(values: Mapping[str, float]) -> dict[str, float]:
    return {key: value for key, value in values.items() if key.endswith("P-9")}


def _valve(patient: str, columns: Columns) -> Check:
    shares = _high(columns["aortic_valve_open_fraction"])
    return Check(
        f"at P-9 the aortic valve stays shut (open less than {SHUT:g} of the beat)",
        patient,
        all(share < SHUT for share in shares.values()),
        _listed(columns["aortic_valve_open_fraction"], ".3f"),
    )


def _pulse(patient: str, columns: Columns) -> Check:
    values = columns["pulse_pressure"]
    return Check(
        f"at P-9 the pulse pressure is less than half of that without a pump "
        f"[{SIGNALS['pulse_pressure'].unit}]",
        patient,
        all(value < 0.5 * values["no pump"] for value in _high(values).values()),
        _listed(values, ".1f"),
    )
