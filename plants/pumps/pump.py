"""A device: P-levels, head-flow law, motor, suction, hemolysis and label limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, InstanceOf

from plants.pumps.device_file import DeviceFile
from plants.pumps.head_flow import steady_flow, steady_head
from plants.pumps.levels import LEVEL_HEADS, Boost, HeadFlow, Level, check_levels, level_name
from plants.pumps.parameters import DEVICE_PARAMETERS, DEVICE_RATINGS
from plants.quantities import (
    KRPM_PER_RPM,
    Array,
    InputError,
    Name,
    Parameter,
    ParameterPreset,
    Quantity,
    check_array,
    check_number,
    no_quantities,
    quantities_in,
    unknown_name,
)

_LEVEL_INPUT = re.compile(r"(?:[pP]-?)?(\d+)")
_SIDES = ("left", "right")


class Pump(ParameterPreset):
    """A percutaneous heart pump, checked when it is made and frozen afterwards.

    Parameters
    ----------
    name : str
        The device's name, ``"CP"`` for example.
    side : {"left", "right"}
        The ventricle it supports.
    levels : tuple of Level
        The console's P-levels, slowest first; the first is stopped.
    entries : Mapping of str to Quantity
        Every parameter of :data:`~plants.DEVICE_PARAMETERS`, in any order.
    description, route, pressure_sensor : str
        In words: the device, where the blood goes, and what the placement signal is.
    access : tuple of str
        The ways the pump may be put in.
    ratings : Mapping of str to Quantity
        Those known of :data:`~plants.DEVICE_RATINGS`: sizes, flows, label.
    boost : Boost or None
        The level that may be held only for a while.
    head_flow_uncertainty : tuple of HeadFlow
        Other fits of the head-flow law to the same tables.
    head_flow_variants : tuple of HeadFlow
        The law by other readings of the displayed flows; see :meth:`variant`.
    level_heads : tuple of float or None
        Mean heads (mmHg) between which the displayed flows are read; None where the device's file
        does not tell them. See :attr:`heads`.
    path : str
        Where the pump came from, for error messages; not compared.

    Attributes
    ----------
    values : Mapping of str to float
        The numbers alone, in the order of :data:`~plants.DEVICE_PARAMETERS`.

    Raises
    ------
    InputError
        A parameter is missing, unknown, in another unit, not a finite number or out of its
        range, or the levels contradict each other or the highest speed.

    Examples
    --------
    >>> from plants import Pump
    >>> pump = Pump.load("CP")
    >>> pump.speed("P-8")
    44000.0
    >>> round(float(pump.flow_at(pump.max_rpm, 60.0)), 2)
    3.62
    """

    FOLDER: ClassVar[str] = "devices"
    KIND: ClassVar[str] = "device"
    DECLARED = DEVICE_PARAMETERS

    name: Name
    side: str
    levels: tuple[InstanceOf[Level], ...]
    entries: Annotated[Mapping[str, Quantity], quantities_in(DEVICE_PARAMETERS)] = Field(
        default=..., validation_alias="parameters"
    )
    description: str = ""
    route: str = ""
    access: tuple[str, ...] = ()
    pressure_sensor: str = ""
    ratings: Annotated[Mapping[str, Quantity], quantities_in(DEVICE_RATINGS, required=False)] = (
        Field(default_factory=no_quantities)
    )
    boost: InstanceOf[Boost] | None = None
    head_flow_uncertainty: tuple[InstanceOf[HeadFlow], ...] = ()
    head_flow_variants: tuple[InstanceOf[HeadFlow], ...] = ()
    level_heads: tuple[float, float] | None = None
    path: str = Field(default="pump", exclude=True, repr=False)

    def _contradictions(self) -> Iterable[InputError]:
        if self.side not in _SIDES:
            raise unknown_name("device.side", self.side, _SIDES)
        check_levels(self.levels, self.boost, self.values["max_speed"])
        return ()

    @classmethod
    def read(cls, content: Mapping[str, Any], *, source: str) -> Self:
        """The pump that a device file describes; see :meth:`CheckedModel.read`."""
        return cls(**DeviceFile.read(content, source=source).fields(), path=source)

    def _shown(self) -> Mapping[str, object]:
        return {
            "name": self.name,
            "side": self.side,
            "levels": f"{self.levels[0].name} to {self.levels[-1].name}",
            "max_rpm": self.max_rpm,
        }

    @property
    def max_rpm(self) -> float:
        """Highest rotor speed, rpm."""
        return self.values["max_speed"]

    @property
    def heads(self) -> tuple[float, float]:
        """Lowest and highest mean head of the displayed flows, mmHg, known or assumed."""
        return self.level_heads or LEVEL_HEADS[self.side]

    def variant(self, name: str) -> Pump:
        """The device with its head-flow law by another reading of the displayed flows.

        Raises
        ------
        InputError
            There is no variant of that name.

        Examples
        --------
        >>> from plants import Pump
        >>> cp = Pump.load("CP")
        >>> variant = cp.variant("30-60 mmHg")
        >>> [round(float(pump.flow_at(46_000, 60)), 2) for pump in (cp, variant)]
        [3.62, 3.28]
        """
        laws = {law.name: law for law in self.head_flow_variants}
        if name not in laws:
            raise unknown_name("variant", name, laws, source=self.path)
        law = laws[name]
        changed = self.replace(
            f"{self.name} {name}",
            source=law.source,
            tag=law.tag,
            head_a=law.head_a,
            head_b=law.head_b,
            head_c=law.head_c,
            inertance=law.inertance,
        )
        return changed.changed(level_heads=(law.head_low, law.head_high))

    def rating(self, name: str) -> float | None:
        """A rating in its declared unit, or None where it is not known.

        Raises
        ------
        InputError
            There is no rating of that name.

        Examples
        --------
        >>> from plants import Pump
        >>> Pump.load("CP").rating("sheath_french"), Pump.load("5.0").rating("sheath_french")
        (14.0, None)
        """
        if name not in DEVICE_RATINGS:
            raise unknown_name("rating", name, DEVICE_RATINGS, source=self.path)
        return self.ratings[name].value if name in self.ratings else None

    def level(self, name: str | int) -> Level:
        """The P-level of that name; ``"P-8"``, ``"P8"``, ``"p-8"``, ``"8"`` and 8 are the same.

        Raises
        ------
        InputError
            The device has no such level; the message lists those it has.

        Examples
        --------
        >>> from plants import Pump
        >>> Pump.load("CP").level("p8").rpm
        44000.0
        """
        match = None if isinstance(name, bool) else _LEVEL_INPUT.fullmatch(str(name).strip())
        if match:
            wanted = level_name(int(match.group(1)))
            for level in self.levels:
                if level.name == wanted:
                    return level
        raise unknown_name("level", name, (level.name for level in self.levels))

    def speed(self, name: str | int) -> float:
        """The rotor speed of a P-level, rpm; raises as :meth:`level`."""
        return self.level(name).rpm

    def nearest_level(self, rpm: float) -> Level:
        """The level whose speed is nearest; of two equally near ones the slower.

        Raises
        ------
        InputError
            `rpm` is not a finite number.

        Examples
        --------
        >>> from plants import Pump
        >>> Pump.load("CP").nearest_level(43500.0).name
        'P-8'
        """
        anything = Parameter("speed", "rpm", "", -1e9, 1e9)
        wanted = check_number(rpm, anything, "speed", self.path)
        return min(self.levels, key=lambda level: abs(level.rpm - wanted))

    def head(self, speed: ArrayLike, flow: ArrayLike) -> Array:
        """Steady head from inlet to outlet, by the law the plant uses.

        See :func:`plants.pumps.head_flow.steady_head`. The head falls strictly with flow.

        Parameters
        ----------
        speed : array_like
            Rotor speed, rpm; 0 to :attr:`max_rpm`.
        flow : array_like
            Pump flow, L/min; broadcast against `speed`.

        Returns
        -------
        ndarray
            Head, mmHg.

        Raises
        ------
        InputError
            A speed is out of range, or a speed or flow is not finite.

        Examples
        --------
        >>> from plants import Pump
        >>> float(Pump.load("CP").head(46000, 3.624).round())
        60.0
        """
        return steady_head(self.values, self._krpm(speed), check_array(flow, "flow", "L/min"))

    def flow_at(self, speed: ArrayLike, head: ArrayLike) -> Array:
        """Steady flow at a head: the inverse of :meth:`head`.

        Parameters
        ----------
        speed : array_like
            Rotor speed, rpm; 0 to :attr:`max_rpm`.
        head : array_like
            Pressure at the outlet less pressure at the inlet, mmHg; broadcast against `speed`.

        Returns
        -------
        ndarray
            Flow, L/min; negative where blood runs back.

        Raises
        ------
        InputError
            A speed is out of range, or a speed or head is not finite.

        Examples
        --------
        >>> from plants import Pump
        >>> bool(Pump.load("CP").flow_at(0, 60) < 0)
        True
        """
        return steady_flow(self.values, self._krpm(speed), check_array(head, "head", "mmHg"))

    def _krpm(self, speed: ArrayLike) -> Array:
        rpm = check_array(speed, "speed", "rpm")
        if np.any(rpm < 0) or np.any(rpm > self.max_rpm):
            raise InputError("speed", speed, f"0 to {self.max_rpm:g} rpm", source=self.path)
        return rpm * KRPM_PER_RPM

    def replace(
        self,
        name: str | None = None,
        *,
        source: str = "set by the caller",
        tag: str = "X",
        **values: float,
    ) -> Pump:
        """A copy with other parameter values, checked like a file; see :meth:`Patient.replace`.

        Raises
        ------
        InputError
            A parameter is unknown, or a value is not a finite number in its range.

        Examples
        --------
        >>> from plants import Pump
        >>> slow = Pump.load("CP").replace("slow motor", motor_time_constant=0.5)
        >>> slow["motor_time_constant"]
        0.5
        """
        return self._replaced(values, source=source, tag=tag, name=name)
