"""What the plant is validated against: studies, the condition that stands for each, and the bands.

Everything stands in one data file, with reasons; see its head for the rule of the bands.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from plants import SIGNALS, InputError, Patient, Pump, Quantity, unknown_name
from plants.quantities import check_keys, check_tag, check_text, read_quantities

_FILE = Path(__file__).parents[1] / "data" / "validation.toml"
_SOURCE = "experiments/data/validation.toml"

Kind = Literal["value", "change", "ratio", "rises", "falls"]
#: The condition of the unsupported patient.
BEFORE = "before"
#: A level chosen by the model: the highest at which there is (almost) no suction.
HIGHEST_WITHOUT_SUCTION = "highest without suction"
#: Places of a left pump, by name; the number of mm follows from the pump.
PLACES = ("deep", "shallow", "valve", "mitral", "wall")
#: Measures beside the signals, with unit and meaning.
MEASURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "flow_at_60": ("L/min", "flow by the steady law at a head of 60 mmHg"),
        "pump_flow_pulsatility": ("L/min", "highest less lowest pump flow of the beat"),
        "loop_fill": ("1", "area of the pressure-volume loop over that of its bounding box"),
        "loop_least_volume": ("mL", "smallest LV volume of the beat"),
        "loop_upstroke_share": ("1", "fall of volume while the pressure climbs, of the width"),
        "loop_downstroke_share": ("1", "fall of volume while the pressure falls, of the width"),
        "lv_peak_less_map": ("mmHg", "LV peak pressure less mean aortic pressure"),
        "placement_over_diastolic": ("1", "least placement signal over aortic diastolic pressure"),
        "cvp_over_pcwp": ("1", "CVP over wedge pressure"),
        "lactate": ("mmol/L", "lactate"),
    }
)
_BAND_KEYS = (
    "measure",
    "kind",
    "signal",
    "at",
    "against",
    "published",
    "tag",
    "low",
    "high",
    "reason",
    "miss",
)
_SUPPORT_KEYS = ("device", "level", "patient", "place", "reason")
_STUDY_KEYS = (
    "study",
    "title",
    "source",
    "condition",
    "base",
    "base_reason",
    "baroreflex",
    "patients",
    "kept",
    "before",
    "supports",
    "rows",
)


@dataclass(frozen=True)
class Support:
    """A condition in which a patient is simulated.

    Attributes
    ----------
    name : str
        How the bands call it.
    device, level : str or None
        Pump and P-level; None for no pump.
    patient : str or None
        A preset in place of the study's patient.
    place : str or None
        Where the pump lies; None where it should.
    reason : str
        Why this condition stands for the study's.
    """

    name: str
    device: str | None
    level: str | None
    patient: str | None
    place: str | None
    reason: str


@dataclass(frozen=True)
class Band:
    """A published value and the range in which the model's must lie.

    Attributes
    ----------
    measure : str
        In words.
    kind : {"value", "change", "ratio", "rises", "falls"}
        What is made of the signal; see the data file.
    signal : str
        A signal, or one of :data:`MEASURES`.
    at : tuple of str
        Condition, or conditions of a trend in their order.
    against : str or None
        The condition that a change or ratio refers to.
    published : str
        As published.
    tag : str
        Confidence in the published value: S seen, R recalled, D derived.
    low, high : float or None
        Ends of the band, in the unit; an open end is None.
    reason : str
        Why these ends.
    miss : str
        Note on a miss, written after the model was seen; empty without one.
    """

    measure: str
    kind: Kind
    signal: str
    at: tuple[str, ...]
    against: str | None
    published: str
    tag: str
    low: float | None
    high: float | None
    reason: str
    miss: str

    @property
    def unit(self) -> str:
        """Unit of the band."""
        return "1" if self.kind == "ratio" else unit_of(self.signal)

    def holds(self, value: float) -> bool:
        """Whether the value lies in the band; a trend must be steeper than its lower end."""
        if self.kind in ("rises", "falls"):
            return self.low is not None and value > self.low
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class Study:
    """A published study and how it is simulated.

    Attributes
    ----------
    name, study, title, source, condition : str
        Key in the file, short name, heading, where the values came from, and what is simulated.
    patients : tuple of str
        The presets whose patients are simulated, or from which one is identified.
    before : mapping of str to Quantity
        What that patient is identified to; empty where the preset is taken as it is.
    kept : tuple of str
        Parameters that identification leaves as they are.
    baroreflex : bool
        Whether the baroreflex acts, neutral at the pressure before.
    supports : mapping of str to Support
        The conditions.
    bands : tuple of Band
        What is compared.
    """

    name: str
    study: str
    title: str
    source: str
    condition: str
    patients: tuple[str, ...]
    before: Mapping[str, Quantity]
    kept: tuple[str, ...]
    baroreflex: bool
    supports: Mapping[str, Support]
    bands: tuple[Band, ...]


def unit_of(signal: str) -> str:
    """Unit of a signal or of a measure of :data:`MEASURES`.

    Raises
    ------
    InputError
        There is neither.
    """
    if signal in SIGNALS:
        return SIGNALS[signal].unit
    if signal not in MEASURES:
        raise unknown_name("signal", signal, (*MEASURES, *SIGNALS), source=_SOURCE)
    return MEASURES[signal][0]


@functools.cache
def content() -> Mapping[str, Any]:
    """The data file."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@functools.cache
def studies() -> Mapping[str, Study]:
    """Every study of the data file, by name.

    Raises
    ------
    InputError
        The file is refused; the message names key, value and what is allowed.

    Examples
    --------
    >>> from experiments.validation.bands import studies
    >>> band = studies()["recover-i"].bands[0]
    >>> band.measure, band.low, band.high, band.unit
    ('cardiac index on support', 2.43, 2.97, 'L/min/m2')
    """
    return {name: read_study(name, table) for name, table in content()["studies"].items()}


def read_study(name: str, table: Mapping[str, Any]) -> Study:
    """A study from its table.

    Raises
    ------
    InputError
        The table is refused.
    """
    field = f"studies.{name}"
    required = [k for k in _STUDY_KEYS if k not in ("patients", "kept", "before")]
    keys = check_keys(table, _STUDY_KEYS, field, _SOURCE, required=required)
    texts = {
        key: check_text(keys[key], f"{field}.{key}", _SOURCE)
        for key in ("study", "title", "source", "condition", "base", "base_reason")
    }
    patients = tuple(keys.get("patients", [texts["base"]]))
    for patient in patients:
        _choice(f"{field}.patients", patient, Patient.names())
    supports = {
        key: _read_support(key, one, f"{field}.supports.{key}")
        for key, one in keys["supports"].items()
    }
    before = read_quantities(
        keys.get("before", {}), SIGNALS, f"{field}.before", _SOURCE, required=False
    )
    bands = tuple(
        _read_band(one, f"{field}.rows[{index}]", (BEFORE, *supports))
        for index, one in enumerate(keys["rows"])
    )
    return Study(
        name,
        texts["study"],
        texts["title"],
        texts["source"],
        texts["condition"],
        patients,
        before,
        tuple(keys.get("kept", [])),
        bool(keys["baroreflex"]),
        supports,
        bands,
    )


def _choice(field: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise unknown_name(field, value, allowed, source=_SOURCE)


def _read_support(name: str, table: object, field: str) -> Support:
    keys = check_keys(table, _SUPPORT_KEYS, field, _SOURCE, required=("reason",))
    device, level = keys.get("device"), keys.get("level")
    _choice(f"{field}.patient", keys.get("patient"), Patient.names())
    _choice(f"{field}.place", keys.get("place"), PLACES)
    if (device is None) != (level is None):
        raise InputError(
            f"{field}.level", level, "a device and a level, or neither", source=_SOURCE
        )
    if device is not None and level is not None and level != HIGHEST_WITHOUT_SUCTION:
        Pump.load(device).level(level)
    reason = check_text(keys["reason"], f"{field}.reason", _SOURCE)
    return Support(name, device, level, keys.get("patient"), keys.get("place"), reason)


def _read_band(table: object, field: str, conditions: tuple[str, ...]) -> Band:
    needed = ("measure", "kind", "signal", "at", "published", "tag", "reason")
    keys = check_keys(table, _BAND_KEYS, field, _SOURCE, required=needed)
    _choice(f"{field}.kind", keys["kind"], get_args(Kind))
    unit_of(keys["signal"])
    at = tuple(keys["at"]) if isinstance(keys["at"], list) else (keys["at"],)
    for one in (*at, keys.get("against")):
        _choice(f"{field}.at", one, conditions)
    low, high = keys.get("low"), keys.get("high")
    if low is None and high is None:
        raise InputError(f"{field}.low", low, "a low or a high end", source=_SOURCE)
    if low is not None and high is not None and not low < high:
        raise InputError(f"{field}.low", low, f"below high = {high:g}", source=_SOURCE)
    for key in ("measure", "published", "reason"):
        check_text(keys[key], f"{field}.{key}", _SOURCE)
    tag = check_tag(keys["tag"], f"{field}.tag", _SOURCE)
    return Band(
        keys["measure"],
        keys["kind"],
        keys["signal"],
        at,
        keys.get("against"),
        keys["published"],
        tag,
        low,
        high,
        keys["reason"],
        keys.get("miss", ""),
    )
