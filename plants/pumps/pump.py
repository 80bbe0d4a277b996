"""A device: P-levels, head-flow law, motor, suction, hemolysis and label limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plants.pumps.device_file import Boost, HeadFlow, Level, check_levels, read_pump_file
from plants.pumps.head_flow import steady_flow, steady_head
from plants.pumps.parameters import DEVICE_PARAMETERS, DEVICE_RATINGS
from plants.quantities import (
    KRPM_PER_RPM,
    InputError,
    Parameter,
    Quantity,
    check_number,
    check_quantities,
    check_text,
    preset_names,
    replace_values,
    replaced_path,
    unknown_name,
)

_FOLDER = "devices"
_LEVEL_INPUT = re.compile(r"(?:[pP]-?)?(\d+)")


@dataclass(frozen=True)
class Pump:
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

    name: str
    side: str
    levels: tuple[Level, ...]
    entries: Mapping[str, Quantity]
    description: str = ""
    route: str = ""
    access: tuple[str, ...] = ()
    pressure_sensor: str = ""
    ratings: Mapping[str, Quantity] = field(default_factory=dict)
    boost: Boost | None = None
    head_flow_uncertainty: tuple[HeadFlow, ...] = ()
    path: str = field(default="pump", compare=False)
    values: Mapping[str, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_text(self.name, "name", self.path, what="a name")
        if not isinstance(self.description, str):
            raise InputError("description", self.description, "text", source=self.path)
        if self.side not in ("left", "right"):
            raise unknown_name("device.side", self.side, ("left", "right"), source=self.path)
        entries = check_quantities(self.entries, DEVICE_PARAMETERS, "parameters", self.path)
        ratings = check_quantities(
            self.ratings, DEVICE_RATINGS, "ratings", self.path, required=False
        )
        values = {name: quantity.value for name, quantity in entries.items()}
        check_levels(self.levels, self.boost, values["max_speed"], self.path)
        object.__setattr__(self, "entries", MappingProxyType(entries))
        object.__setattr__(self, "ratings", MappingProxyType(ratings))
        object.__setattr__(self, "values", MappingProxyType(values))

    @classmethod
    def load(cls, name_or_path: str | PathLike[str]) -> Pump:
        """The device of that name, or the one in a file.

        Parameters
        ----------
        name_or_path : str or path
            A name from :meth:`names`, or a path that ends in ``.toml``.

        Raises
        ------
        InputError
            No device has that name, the file cannot be read, or it is refused; the message
            names file, key, value and allowed range.

        Examples
        --------
        >>> from plants import Pump
        >>> Pump.load("2.5").boost
        Boost(level='P-9', seconds=300.0)
        """
        return cls(**read_pump_file(name_or_path, _FOLDER))

    @staticmethod
    def names() -> tuple[str, ...]:
        """Names of the devices that come with the package.

        Examples
        --------
        >>> from plants import Pump
        >>> "CP" in Pump.names()
        True
        """
        return preset_names(_FOLDER)

    def __getitem__(self, name: str) -> float:
        if name not in self.values:
            raise unknown_name("parameter", name, self.values, source=self.path)
        return self.values[name]

    @property
    def max_rpm(self) -> float:
        """Highest rotor speed, rpm."""
        return self.values["max_speed"]

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
            wanted = f"P-{int(match.group(1))}"
            for level in self.levels:
                if level.name == wanted:
                    return level
        raise unknown_name("level", name, (one.name for one in self.levels), source=self.path)

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

    def vector(self) -> NDArray[np.float64]:
        """The values as a new array, in the order of the symbolic parameter vector.

        Returns
        -------
        ndarray, shape (len(DEVICE_PARAMETERS),)
            One number per parameter, each in its own unit.
        """
        return np.array(list(self.values.values()), dtype=np.float64)

    def head(self, speed: ArrayLike, flow: ArrayLike) -> NDArray[np.float64]:
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
        return steady_head(self.values, self._krpm(speed), _finite(flow, "flow", "L/min"))

    def flow_at(self, speed: ArrayLike, head: ArrayLike) -> NDArray[np.float64]:
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
        return steady_flow(self.values, self._krpm(speed), _finite(head, "head", "mmHg"))

    def _krpm(self, speed: ArrayLike) -> NDArray[np.float64]:
        rpm = _finite(speed, "speed", "rpm")
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
        path = replaced_path(self.path) if values else self.path
        changed = {
            "name": self.name if name is None else name,
            "path": path,
            "entries": replace_values(
                self.entries, DEVICE_PARAMETERS, values, source=source, tag=tag, path=path
            ),
        }
        return Pump(**self._parts() | changed)

    def __hash__(self) -> int:
        return hash((self.name, self.levels, tuple(self.values.values())))

    def _parts(self) -> dict[str, Any]:
        """The arguments that make this pump, with mappings that can be pickled."""
        parts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        del parts["values"]
        return parts | {"entries": dict(self.entries), "ratings": dict(self.ratings)}

    # Read-only mappings cannot be pickled; workers get a pump made anew, and checked anew.
    def __reduce__(self) -> tuple[Any, ...]:
        return (_remake, (self._parts(),))


def _remake(parts: dict[str, Any]) -> Pump:
    return Pump(**parts)


def _finite(value: ArrayLike, name: str, unit: str) -> NDArray[np.float64]:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(name, value, f"numbers in {unit}") from None
    if not np.all(np.isfinite(array)):
        raise InputError(name, value, f"finite numbers in {unit}")
    return array
