"""Criteria of weaning, each with its source: when to begin, go on, go back and explant."""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

from controllers.weaning.decision import Reason
from plants import SIGNALS, InputError, Quantity, Therapy, unknown_name
from plants.quantities import check_keys, check_number, check_tag, check_text, parameter_table
from plants.quantities import read_quantities as _read_quantities

#: What the parts of the file are for.
PARTS: Mapping[str, str] = MappingProxyType(
    {
        "ready": "readiness by the published rules",
        "plan": "what must hold before a plan on the forecast begins",
        "step": "to go on with a step",
        "right_ventricle": "the right ventricle",
        "deterioration": "deterioration",
        "explant": "explant at P-2 by the published rules",
        "trial": "explant at P-2 by a plan on the forecast",
        "without_pump": "without pump and inotrope, by forecast",
        "rescue": "below it more vasopressor is asked for",
        "device_harm": "harm by the device",
    }
)
_NUMBERS = parameter_table(
    ("negligible_inotrope", "ug/kg/min", "inotrope that is none", 0, 20),
    ("moderate_regurgitation", "1", "regurgitant fraction that is moderate", 0.05, 0.95),
    ("persistent_leak", "1", "fraction at which a leaking beat is none", 0.01, 0.95),
    ("cvp_pcwp_ratio", "1", "central venous over wedge pressure of a failing right side", 0.2, 3),
    ("step_chance", "1", "probability with which a step must hold", 0.5, 0.999),
    ("explant_chance", "1", "probability with which the explant must hold", 0.5, 0.999),
    ("inotrope_free_time", "h", "time without an inotrope before the explant", 0, 100),
    ("weaning_time", "h", "time from full support to the explant", 0, 100),
    ("start_chance", "1", "probability of a good explant at which a plan begins", 0.01, 0.999),
    ("late_start_chance", "1", "the same of the last way down", 0.01, 0.999),
    ("late_step_chance", "1", "probability with which a step of it must hold", 0.01, 0.999),
    ("lactate_without_pump", "mmol/L", "lactate expected without the pump", 0.5, 20),
    ("vasopressor_margin", "mmHg", "how far above the lowest pressure vasopressors aim", 0, 20),
    ("early_vasopressor", "ug/kg/min", "vasopressor to leave with while there is time", 0, 5),
    ("late_explant_chance", "1", "probability with which the last explant must hold", 0.01, 0.999),
    ("observed_trend_weight", "1", "weight of the observed trend against the usual one", 0, 1),
    ("usual_trend", "1/d", "usual relative gain of contractility", 0, 2),
    ("trend_without_pump", "1/d", "least change of contractility expected without the pump", -2, 2),
    ("late_trend_without_pump", "1/d", "the same of the last explant", -2, 2),
    ("coronary_critical_pressure", "mmHg", "coronary perfusion pressure that half suffices", 5, 90),
    ("coronary_pressure_width", "mmHg", "width of that threshold", 1, 30),
    ("stunning_time", "h", "time in which unperfused myocardium is stunned", 0.5, 200),
    ("relapse_share", "1", "share of the best contractility below which is a relapse", 0.1, 0.99),
    ("single_reading_margin", "mmHg", "how far below its limit a single pressure counts", 0, 30),
    ("lactate_rise", "mmol/L", "rise since the begin of a trial that is deterioration", 0.1, 20),
    ("renal_injury_rise", "1", "rise of renal injury that is not resolving", 0.01, 1),
    ("first_retry_wait", "h", "first wait after a failure", 0.1, 200),
    ("longest_retry_wait", "h", "longest wait after a failure", 0.1, 500),
    ("longest_trial", "h", "longest hold at P-2 without the criteria", 0.1, 200),
    (
        "reassess_lead",
        "h",
        "time before the label's end for another plan",
        0,
        500,
    ),
    ("last_attempt_lead", "h", "the same from which on there is one way down only", 0, 500),
    ("last_explant_lead", "h", "the same in which less is asked for an explant", 0, 100),
    ("undisturbed_lead", "h", "the same until which a trial that goes well is left alone", 0, 100),
    ("ramp_interval", "min", "time between two levels of a ramp", 0.1, 120),
    ("echo_interval", "h", "shortest time between two echoes of a doubted valve", 0, 200),
    ("lactate_clearing_time", "h", "time that full support is given to clear lactate", 0, 200),
    ("longest_blind_trial", "h", "longest time of bad data in a trial", 0, 100),
    (
        "console_limit_time",
        "h",
        "time for which no level above the one held is asked for",
        0,
        200,
    ),
    ("recent_inotrope_time", "h", "time for which a dose of an inotrope counts", 0, 500),
    ("relapse_window", "h", "time over which the best contractility is remembered", 0.1, 200),
    ("hemolysis_window", "h", "time within which two samples tell of hemolysis", 0.1, 200),
    ("finding_time", "h", "time for which a finding must be present before it is named", 0, 200),
    ("rv_failure_time", "h", "the same of right-ventricular failure", 0, 200),
    ("leak_belief_time", "h", "time after which a believed leak is not forgotten", 0, 500),
    ("inotrope_step", "ug/kg/min", "least inotrope that is taken off at once", 0, 20),
    ("inotrope_step_share", "1", "the same as a share of the dose", 0, 1),
    ("vasopressor_step", "ug/kg/min", "least vasopressor that is taken off at once", 0, 5),
    ("vasopressor_step_share", "1", "the same as a share of the dose", 0, 1),
    ("rescue_gain", "ug/kg/min/mmHg", "vasopressor that is added for a lacking pressure", 0, 1),
    ("smallest_rescue", "ug/kg/min", "least vasopressor that is added at once", 0, 5),
    ("largest_rescue", "ug/kg/min", "most vasopressor that is added at once", 0, 5),
    ("highest_vasopressor", "ug/kg/min", "most vasopressor that is asked for", 0, 5),
    ("position_check_interval", "h", "shortest time between two checks of the position", 0, 200),
    ("untrusted_time", "h", "time at a loss after which the position is checked", 0, 200),
    ("pressure_mismatch", "mmHg", "difference of pressures that no noise explains", 0, 100),
    ("flow_mismatch", "L/min", "difference of flows that no noise explains", 0, 10),
    ("speed_mismatch", "1", "share of the speed that no noise explains", 0, 1),
    ("wide_pressure_margin", "mmHg", "wide margin above the pressure of readiness", 0, 60),
    ("wide_index_margin", "L/min/m2", "wide margin above the index of readiness", 0, 5),
    ("lab_age", "h", "oldest laboratory value that counts", 0.1, 200),
    ("echo_age", "h", "oldest echo that counts", 0.1, 500),
    ("longest_gap", "h", "longest gap between two assessments", 0.1, 100),
)
_DATA = Path(__file__).parents[1] / "data" / "weaning.toml"
_SOURCE = "controllers/data/weaning.toml"
_MINUTES_PER_HOUR = 60.0
# A dose that fades away for ever is told as none.
_NOTHING = 1e-6
_KEYS = ("low", "high", "unit", "needed", "source", "tag")


@dataclass(frozen=True)
class Criterion:
    """A range for a signal.

    Attributes
    ----------
    signal : str
        Its name.
    low, high : float
        The range, in the signal's unit.
    needed : bool
        Whether it refuses; otherwise it is shown only.
    source, tag : str
        Where it came from.

    Examples
    --------
    >>> from controllers import Criterion
    >>> criterion = Criterion("cvp", high=12.0, source="Randhawa 2021", tag="S")
    >>> criterion.judge(14.0).text
    'central venous pressure 14 mmHg, at most 12'
    >>> criterion.judge(float("nan")).met
    False
    """

    signal: str
    low: float = -math.inf
    high: float = math.inf
    needed: bool = True
    source: str = ""
    tag: str = "X"

    def holds(self, value: float) -> bool:
        """Whether the value is known and in the range."""
        return self.low <= value <= self.high

    def judge(self, value: float, where: str = "") -> Reason:
        """What a value says, for example at a level."""
        declared = SIGNALS[self.signal]
        unit = "" if declared.unit == "1" else f" {declared.unit}"
        low_side = value < self.low or math.isinf(self.high)
        limit = self.low if low_side else self.high
        shown = 0.0 if abs(value) < _NOTHING else value
        known = f"{shown:.3g}{unit}" if math.isfinite(value) else "unknown"
        text = f"{declared.meaning} {known}{where}, at {'least' if low_side else 'most'} {limit:g}"
        return Reason(text, self.signal, value, limit, met=self.holds(value))


@dataclass(frozen=True)
class WeaningCriteria:
    """All criteria, by part and signal, and the numbers beside them.

    Parameters
    ----------
    parts : Mapping of str to Mapping of str to Criterion
        By the names of :data:`PARTS`.
    entries : Mapping of str to Quantity
        Times, chances and margins with their sources.

    Examples
    --------
    >>> from controllers import WeaningCriteria
    >>> criteria = WeaningCriteria.load()
    >>> criteria["ready"]["map"].low, criteria.number("step_chance")
    (65.0, 0.9)
    >>> criteria.replace("ready", "map", low=70.0)["ready"]["map"].low
    70.0
    """

    parts: Mapping[str, Mapping[str, Criterion]]
    entries: Mapping[str, Quantity]

    @classmethod
    def load(cls, path: str | PathLike[str] | None = None) -> WeaningCriteria:
        """The criteria that come with the package, or those of a file of the same form.

        Raises
        ------
        InputError
            The file cannot be read, or a criterion is refused; the message names the key.
        """
        return _shipped() if path is None else _read(Path(path), str(path))

    @classmethod
    def of(cls, therapy: Therapy) -> WeaningCriteria:
        """The criteria that come with the package, and a therapy's own in their place.

        Raises
        ------
        InputError
            The therapy names a part of weaning that there is not.
        """
        criteria = cls.load()
        for index, (part, limit) in enumerate(therapy.weaning):
            if part not in PARTS:
                raise unknown_name(f"weaning[{index}].part", part, PARTS, source=therapy.name)
            sides = {"low": limit.low, "high": limit.high}
            bounds = {key: value for key, value in sides.items() if value is not None}
            origin = next((quantity for _, quantity in limit.entries), None)
            basis = {"source": origin.source, "tag": origin.tag} if origin else {}
            criteria = criteria.replace(part, limit.signal, **bounds, **basis)
        return criteria

    def __getitem__(self, part: str) -> Mapping[str, Criterion]:
        if part not in self.parts:
            raise unknown_name("part", part, self.parts)
        return self.parts[part]

    def number(self, name: str) -> float:
        """A time, chance or margin by name."""
        return self.entries[name].value

    @property
    def ramp_interval(self) -> float:
        """Time between two levels of a ramp, h."""
        return self.number("ramp_interval") / _MINUTES_PER_HOUR

    def needed(self, part: str) -> tuple[Criterion, ...]:
        """The criteria of a part that refuse."""
        return tuple(criterion for criterion in self[part].values() if criterion.needed)

    def replace(self, part: str, signal: str, **changes: Any) -> WeaningCriteria:
        """The same with a criterion changed."""
        changed = dict(self[part])
        changed[signal] = replace(changed.get(signal, Criterion(signal)), **changes)
        return WeaningCriteria(MappingProxyType({**self.parts, part: changed}), self.entries)

    def judge(self, part: str, values: Mapping[str, float], where: str = "") -> tuple[Reason, ...]:
        """What the values say to every needed criterion of a part."""
        return tuple(
            criterion.judge(values.get(criterion.signal, math.nan), where)
            for criterion in self.needed(part)
        )

    def remarks(self, part: str, values: Mapping[str, float]) -> tuple[Reason, ...]:
        """What the values say to criteria that do not refuse, where they are known."""
        judged = (
            criterion.judge(values[name])
            for name, criterion in self[part].items()
            if not criterion.needed and math.isfinite(values.get(name, math.nan))
        )
        return tuple(
            replace(reason, text=f"{reason.text} (shown only)", needed=False) for reason in judged
        )

    def broken(self, part: str, values: Mapping[str, float]) -> tuple[Reason, ...]:
        """The criteria of a part that known values break."""
        return tuple(r for r in self.judge(part, values) if not r.met and math.isfinite(r.value))


@functools.cache
def _shipped() -> WeaningCriteria:
    return _read(_DATA, _SOURCE)


def _read(path: Path, source: str) -> WeaningCriteria:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("criteria", source, f"a valid TOML file ({error})") from None
    names = (*PARTS, "numbers")
    tables = check_keys(content, names, "", source, required=names)
    entries = _read_quantities(tables.pop("numbers"), _NUMBERS, "numbers", source)
    parts = {
        part: MappingProxyType(
            {name: _criterion(name, one, f"{part}.{name}", source) for name, one in table.items()}
        )
        for part, table in tables.items()
    }
    return WeaningCriteria(MappingProxyType(parts), MappingProxyType(entries))


def _criterion(name: str, table: Any, field: str, source: str) -> Criterion:
    if name not in SIGNALS:
        raise unknown_name(field, name, SIGNALS, source=source)
    signal = SIGNALS[name]
    keys = check_keys(table, _KEYS, field, source, required=("unit", "source", "tag"))
    if keys["unit"] != signal.unit:
        raise InputError(f"{field}.unit", keys["unit"], repr(signal.unit), source=source)
    bounds = {
        side: check_number(keys[side], signal, f"{field}.{side}", source)
        for side in ("low", "high")
        if side in keys
    }
    if not bounds:
        raise InputError(field, table, "low, high or both", source=source)
    needed = keys.get("needed", True)
    if not isinstance(needed, bool):
        raise InputError(f"{field}.needed", needed, "true or false", source=source)
    return Criterion(
        name,
        **bounds,
        needed=needed,
        source=check_text(keys["source"], f"{field}.source", source, what="a source"),
        tag=check_tag(keys["tag"], f"{field}.tag", source),
    )
