"""What the plant is validated against: studies, the condition that stands for each, and the bands.

Everything stands in one data file, with reasons; see its head for the rule of the bands.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from plants import (
    DISTURBANCES,
    RHYTHMS,
    SIGNALS,
    SLOW_INPUTS,
    InputError,
    Patient,
    Pump,
    Quantity,
    unknown_name,
    valve_diseases,
)
from plants.quantities import (
    Checked,
    CheckedModel,
    Declared,
    Tag,
    Text,
    check_number,
    load_toml,
    lookup,
    no_quantities,
    number_in,
    one_of,
    quantities_in,
)
from plants.slow.laws import DRUGS

_FILE = Path(__file__).parents[1] / "data" / "validation_bands.toml"
_SOURCE = "experiments/data/validation_bands.toml"

Kind = Literal["value", "change", "ratio", "spread", "rises", "falls"]
#: Where a left pump lies; the number of mm follows from the pump.
Place = Literal["deep", "shallow", "valve", "mitral", "wall"]
PresetName = Annotated[str, one_of(Patient.names())]
#: One name, or several in their order.
Names = Annotated[
    tuple[str, ...], BeforeValidator(lambda name: (name,) if isinstance(name, str) else name)
]
#: The condition of the unsupported patient.
BEFORE = "before"
#: A level chosen by the model: the highest at which there is (almost) no suction.
HIGHEST_WITHOUT_SUCTION = "highest without suction"
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
        "rv_stroke_work": ("mmHg.mL", "stroke work of the right ventricle"),
        "pulmonary_time_constant": ("s", "pulmonary resistance times compliance"),
    }
)


def _numbers(declared: Mapping[str, Declared], kind: str) -> Checked:
    """Numbers by declared name, each in its range."""

    def check(value: object) -> Mapping[str, float]:
        if not isinstance(value, Mapping):
            raise InputError("", value, f"a table of numbers by {kind}")
        return {
            name: check_number(number, lookup(declared, name, kind), name, None)
            for name, number in value.items()
        }

    return Checked(check, f"a table of numbers by {kind}")


_DOSES = _numbers({drug: SLOW_INPUTS[drug] for drug in DRUGS}, "drug")


class Support(CheckedModel):
    """A condition in which a patient is simulated.

    Attributes
    ----------
    device, level : str or None
        Pump and P-level; None for no pump.
    patient : str or None
        A preset in place of the study's patient.
    place : str or None
        Where the pump lies; None where it should.
    individual : int or None
        Seed of an individual drawn around the patient.
    valve : str or None
        A severe valve disease that the patient has besides.
    functional_leak : float or None
        Leak (mL/s/mmHg) that the mitral valve of the study's patient has without a pump; it
        follows the size and the filling of the ventricle.
    volume : float
        Blood given (mL), or lost where it is below zero.
    drugs : mapping of str to float
        Doses (ug/kg/min) under which the circulation has settled.
    disturbances : mapping of str to float
        What else acts on the plant.
    rhythm : str or None
        A rhythm other than sinus rhythm; values are means over two minutes.
    reason : str
        Why this condition stands for the study's.
    """

    reason: Text
    device: str | None = None
    level: str | None = None
    patient: PresetName | None = None
    place: Place | None = None
    individual: int | None = None
    valve: Annotated[str, one_of(valve_diseases())] | None = None
    functional_leak: Annotated[float, number_in(SIGNALS["functional_leak"])] | None = None
    volume: float = 0.0
    drugs: Annotated[Mapping[str, float], _DOSES] = Field(default_factory=dict)
    disturbances: Annotated[Mapping[str, float], _numbers(DISTURBANCES, "disturbance")] = Field(
        default_factory=dict
    )
    rhythm: Annotated[str, one_of(RHYTHMS)] | None = None

    def _contradictions(self) -> Iterable[InputError]:
        if (self.device is None) != (self.level is None):
            yield InputError("level", self.level, "a device and a level, or neither")
        elif self.device is not None and self.level != HIGHEST_WITHOUT_SUCTION:
            levels = [level.name for level in Pump.load(self.device).levels]
            if self.level not in levels:
                yield unknown_name("level", self.level, levels)


class Band(CheckedModel):
    """A published value and the range in which the model's must lie.

    Attributes
    ----------
    measure : str
        In words.
    kind : {"value", "change", "ratio", "spread", "rises", "falls"}
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

    measure: Text
    kind: Kind
    signal: Annotated[str, one_of((*MEASURES, *SIGNALS))]
    at: Names
    published: Text
    tag: Tag
    reason: Text
    against: str | None = None
    low: float | None = None
    high: float | None = None
    miss: str = ""

    def _contradictions(self) -> Iterable[InputError]:
        if self.low is None and self.high is None:
            yield InputError("low", self.low, "a low or a high end")
        if self.low is not None and self.high is not None and not self.low < self.high:
            yield InputError("low", self.low, f"below high = {self.high:g}")

    @property
    def unit(self) -> str:
        """Unit of the band."""
        return "1" if self.kind in ("ratio", "spread") else unit_of(self.signal)

    def holds(self, value: float) -> bool:
        """Whether the value lies in the band; a trend must be steeper than its lower end."""
        if self.kind in ("rises", "falls"):
            return self.low is not None and value > self.low
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class PublishedStudy(CheckedModel):
    """A published study and how it is simulated.

    Attributes
    ----------
    name, study, title, source, condition : str
        Key in the file, short name, heading, where the values came from, and what is simulated.
    base, base_reason : str
        The preset that is simulated, or from which a patient is identified, and why that one.
    patients : tuple of str
        The presets, where there are several.
    before : mapping of str to Quantity
        What that patient is identified to; empty where the preset is taken as it is.
    held : tuple of str
        Parameters that identification leaves as they are.
    baroreflex : bool
        Whether the baroreflex acts, neutral at the pressure before.
    coronary_coupling : bool
        Whether the contractility follows the perfusion, as it does in every patient; else it
        stays what it is before support.
    changed_after_miss : str
        What of the condition was changed after a row had missed, and why; empty where nothing was.
    supports : mapping of str to Support
        The conditions.
    bands : tuple of Band
        What is compared.
    """

    name: str
    study: Text
    title: Text
    source: Text
    condition: Text
    base: PresetName
    base_reason: Text
    baroreflex: bool
    supports: dict[str, Support]
    bands: tuple[Band, ...]
    coronary_coupling: bool = True
    changed_after_miss: str = ""
    patients: tuple[PresetName, ...] = ()
    before: Annotated[Mapping[str, Quantity], quantities_in(SIGNALS, required=False)] = Field(
        default_factory=no_quantities
    )
    held: tuple[str, ...] = ()

    def _contradictions(self) -> Iterable[InputError]:
        if self.baroreflex:
            for name, support in self.supports.items():
                if support.rhythm is not None:
                    allowed = "none in a study with a baroreflex: it needs a periodic beat"
                    yield InputError(f"supports.{name}.rhythm", support.rhythm, allowed)
                if support.functional_leak is not None:
                    allowed = "none in a study with a baroreflex: only one of the two settles"
                    field = f"supports.{name}.functional_leak"
                    yield InputError(field, support.functional_leak, allowed)
        if not self.coronary_coupling:
            for name, support in self.supports.items():
                if support.patient is not None:
                    allowed = "none in a study that keeps the contractility of its own patient"
                    yield InputError(f"supports.{name}.patient", support.patient, allowed)
        conditions = (BEFORE, *self.supports)
        yield from [
            unknown_name(f"bands[{k}].at", name, conditions)
            for k, band in enumerate(self.bands)
            for name in (*band.at, *(() if band.against is None else (band.against,)))
            if name not in conditions
        ]

    @property
    def presets(self) -> tuple[str, ...]:
        """The presets whose patients are simulated, or from which one is identified."""
        return self.patients or (self.base,)


class Described(CheckedModel):
    """What a comparison without a published study is, in words."""

    study: Text
    title: Text
    source: Text
    condition: Text


class HeadFlowBands(Described):
    """How far a flow may lie from the displayed range (L/min, or a share of it), and why."""

    margin_seen: float
    margin_recalled: float
    reason_seen: Text
    reason_recalled: Text
    rmse_share: float
    rmse_reason: Text


class PresetBands(Described):
    """How far a preset may lie from its targets, as a share, and why."""

    fitted: float
    other: float
    reason_fitted: Text
    reason_other: Text


class Rule(CheckedModel):
    """The rule that the bands follow: shares of a published value without a deviation."""

    sd: Text
    seen: float
    recalled: float


class Published(CheckedModel):
    """The data file."""

    rule: Rule
    studies: dict[str, PublishedStudy]
    head_flow: HeadFlowBands
    patients: PresetBands


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
        raise unknown_name("signal", signal, (*MEASURES, *SIGNALS))
    return MEASURES[signal][0]


@functools.cache
def published() -> Published:
    """The data file.

    Raises
    ------
    InputError
        It is refused; all that is wrong is told, by key, value and what is allowed.
    """
    content, _ = load_toml(_FILE)
    tables = content.get("studies", {})
    named = {name: {"name": name, **table} for name, table in tables.items()}
    return Published.read(content | {"studies": named}, source=_SOURCE)


def studies() -> Mapping[str, PublishedStudy]:
    """Every study of the data file, by name.

    Examples
    --------
    >>> from experiments.validation.bands import studies
    >>> band = studies()["recover-i"].bands[0]
    >>> band.measure, band.low, band.high, band.unit
    ('cardiac index on support', 2.43, 2.97, 'L/min/m2')
    """
    return published().studies
