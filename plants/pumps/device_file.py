"""The form of a device file: what it may hold, key by key, and the pump that follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator

from plants.pumps.levels import Boost, HeadFlow, Level
from plants.pumps.parameters import DEVICE_PARAMETERS, DEVICE_RATINGS
from plants.quantities import (
    CheckedModel,
    InputError,
    Name,
    Parameter,
    Quantity,
    Source,
    Tag,
    Text,
    no_quantities,
    number_in,
    one_of,
    parameter_table,
    quantities_in,
    unit_of,
)

_LEVEL = parameter_table(
    ("rpm", "rpm", "rotor speed", 0, 60000),
    ("flow_low", "L/min", "lower end of the displayed mean flow", 0, 15),
    ("flow_high", "L/min", "upper end of the displayed mean flow", 0, 15),
)
_HEADS = parameter_table(
    ("low", "mmHg", "lowest mean head of the displayed flows", 0, 300),
    ("high", "mmHg", "highest mean head of the displayed flows", 0, 300),
)
_BOOST_TIME = Parameter("boost", "s", "longest use of the boost level", 1, 86400)
# The spread of the fit may have a vanishing quadratic term; the plant's own law may not.
_HEAD_FLOW = {
    name: Parameter(name, law.unit, law.meaning, law.low, 0 if name == "head_c" else law.high)
    for name, law in DEVICE_PARAMETERS.items()
    if name in ("head_a", "head_b", "head_c", "inertance")
}
_REFERENCE = "true of one row at most, else false or left out"


class _Device(CheckedModel):
    """Table ``[device]``."""

    side: Annotated[str, one_of(("left", "right"))]
    route: Text
    access: tuple[Text, ...]
    pressure_sensor: Text
    source: Text
    tag: Tag

    @field_validator("access", mode="before")
    @classmethod
    def _check_access(cls, access: Any) -> Any:
        if not isinstance(access, tuple) or not access:
            raise InputError("", access, "a list of at least one text")
        return access


class _LevelColumns(CheckedModel):
    """Table ``[level_columns]``: the units of the levels, and where they came from."""

    rpm: Annotated[str, unit_of(_LEVEL["rpm"])]
    flow_low: Annotated[str, unit_of(_LEVEL["flow_low"])]
    flow_high: Annotated[str, unit_of(_LEVEL["flow_high"])]
    source: Source


class _LevelRow(CheckedModel):
    """A table ``[[levels]]``."""

    name: Text
    rpm: Annotated[float, number_in(_LEVEL["rpm"])]
    tag: Tag
    flow_low: Annotated[float, number_in(_LEVEL["flow_low"])] | None = None
    flow_high: Annotated[float, number_in(_LEVEL["flow_high"])] | None = None
    source: Text = ""


class _LevelHeads(CheckedModel):
    """Table ``[level_heads]``."""

    low: Annotated[float, number_in(_HEADS["low"])]
    high: Annotated[float, number_in(_HEADS["high"])]
    unit: Annotated[str, unit_of(_HEADS["low"])]
    source: Source
    tag: Tag

    def _contradictions(self) -> Iterable[InputError]:
        yield from _upside_down("low", self.low, "high", self.high)


def _upside_down(low: str, lower: float, high: str, higher: float) -> Iterable[InputError]:
    if not lower < higher:
        yield InputError(low, lower, f"below {high} ({higher:g} mmHg)")


class _BoostTable(CheckedModel):
    """Table ``[boost]``."""

    level: Text
    value: Annotated[float, number_in(_BOOST_TIME)]
    unit: Annotated[str, unit_of(_BOOST_TIME)]
    source: Source
    tag: Tag


class _HeadFlowRow(CheckedModel):
    """A table ``[[head_flow_uncertainty]]``."""

    head_a: Annotated[float, number_in(_HEAD_FLOW["head_a"])]
    head_b: Annotated[float, number_in(_HEAD_FLOW["head_b"])]
    head_c: Annotated[float, number_in(_HEAD_FLOW["head_c"])]
    inertance: Annotated[float, number_in(_HEAD_FLOW["inertance"])]
    source: Source
    tag: Tag
    reference: bool = False

    @field_validator("reference", mode="plain")
    @classmethod
    def _check_reference(cls, reference: Any) -> bool:
        if not isinstance(reference, bool):
            raise InputError("", reference, _REFERENCE)
        return reference


class _HeadFlowVariant(CheckedModel):
    """A table ``[[head_flow_variants]]``."""

    name: Text
    head_low: Annotated[float, number_in(_HEADS["low"])]
    head_high: Annotated[float, number_in(_HEADS["high"])]
    head_a: Annotated[float, number_in(DEVICE_PARAMETERS["head_a"])]
    head_b: Annotated[float, number_in(DEVICE_PARAMETERS["head_b"])]
    head_c: Annotated[float, number_in(DEVICE_PARAMETERS["head_c"])]
    inertance: Annotated[float, number_in(DEVICE_PARAMETERS["inertance"])]
    source: Source
    tag: Tag

    def _contradictions(self) -> Iterable[InputError]:
        yield from _upside_down("head_low", self.head_low, "head_high", self.head_high)


class DeviceFile(CheckedModel):
    """A device file.

    Parameters
    ----------
    name, description : str
        The device's name, and one or two sentences.
    device : table
        Side, route, access and pressure sensor.
    level_columns : table
        Units of the levels, and where they came from unless a level says so itself.
    levels : tables
        P-levels, slowest first.
    parameters, ratings : tables of quantities
        By name.
    boost : table
        The level that may be held only for a while, and how long that is.
    level_heads : table
        Mean heads between which the displayed flows are read, where that is known.
    head_flow_uncertainty : tables
        Other fits of the head-flow law.
    head_flow_variants : tables
        The law by another reading of the displayed flows, by name.
    """

    name: Name
    device: _Device
    level_columns: _LevelColumns
    levels: tuple[_LevelRow, ...]
    parameters: Annotated[Mapping[str, Quantity], quantities_in(DEVICE_PARAMETERS)]
    description: str = ""
    ratings: Annotated[Mapping[str, Quantity], quantities_in(DEVICE_RATINGS, required=False)] = (
        Field(default_factory=no_quantities)
    )
    boost: _BoostTable | None = None
    level_heads: _LevelHeads | None = None
    head_flow_uncertainty: tuple[_HeadFlowRow, ...] = Field(default=())
    head_flow_variants: tuple[_HeadFlowVariant, ...] = Field(default=())

    @field_validator("head_flow_uncertainty")
    @classmethod
    def _check_one_reference(cls, rows: tuple[_HeadFlowRow, ...]) -> tuple[_HeadFlowRow, ...]:
        references = [index for index, row in enumerate(rows) if row.reference]
        if len(references) > 1:
            raise InputError(f"[{references[1]}].reference", True, _REFERENCE)
        return rows

    def fields(self) -> dict[str, Any]:
        """The fields of the :class:`~plants.Pump` that the file describes."""
        rest = self.level_columns.source
        return {
            "name": self.name,
            "description": self.description,
            "side": self.device.side,
            "route": self.device.route,
            "access": self.device.access,
            "pressure_sensor": self.device.pressure_sensor,
            "levels": tuple(
                Level(row.name, row.rpm, row.flow_low, row.flow_high, row.tag, row.source or rest)
                for row in self.levels
            ),
            "entries": self.parameters,
            "ratings": self.ratings,
            "boost": Boost(self.boost.level, self.boost.value) if self.boost else None,
            "head_flow_uncertainty": tuple(
                HeadFlow(**vars(row)) for row in self.head_flow_uncertainty
            ),
            "head_flow_variants": tuple(HeadFlow(**vars(row)) for row in self.head_flow_variants),
            "level_heads": (self.level_heads.low, self.level_heads.high)
            if self.level_heads
            else None,
        }
