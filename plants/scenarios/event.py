"""One event of a scenario: how much, of what, from when and in which shape."""

from __future__ import annotations

import math
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from plants.quantities import CheckedModel, InputError, Source, Tag, check_number, number_in, one_of
from plants.scenarios.disturbances import DISTURBANCES, Disturbance
from plants.scenarios.shapes import SHAPES, Course, at, course, mean_of_product, piece_at

#: Volume given (or, below 0, taken) in total: the user's form of an infusion. The range is a
#: guess: about a whole adult blood volume either way.
VOLUME = Disturbance("volume", "mL", "volume given in total; lost < 0", 0.0, -5000.0, 5000.0, "add")

#: What an event may act on: every disturbance of the plant, and ``volume``.
ACTIONS: MappingProxyType[str, Disturbance] = MappingProxyType(
    {**DISTURBANCES, VOLUME.name: VOLUME}
)

# Times are bounded so that a slip of unit (ms, rpm) is refused rather than simulated: one year.
_TIME = Disturbance("time", "s", "time", 0.0, 0.0, 31_536_000.0, "add")
_ANYTHING = Disturbance("amount", "of a known disturbance", "", 0.0, -1e9, 1e9, "add")
_SPAN = Disturbance("span", "s", "span of time", 1.0, 1e-3, 31_536_000.0, "add")

# Shapes that a volume can have: it is given at a rate.
_GRADUAL = ("ramp", "first_order")


class Event(CheckedModel):
    """A disturbance of a given amount and shape.

    Parameters
    ----------
    disturbance : str
        A name of :data:`ACTIONS`.
    amount : float
        The value in full effect: a factor (1: nothing), an infusion in mL/s, a pressure in mmHg,
        or for ``"volume"`` the total in mL, negative for a loss.
    shape : {"step", "ramp", "first_order", "pulse"}
        How the amount comes into effect. A volume is a ``"ramp"`` or ``"first_order"``: its rate
        is what the plant receives, and a sudden volume would be an infinite rate.
    onset : float
        When it begins, s.
    duration : float, optional
        Of a ramp or a pulse, s.
    time_constant : float, optional
        Of a first-order approach, or of the recovery that follows a pulse (without it a pulse
        ends at once), s.
    source : str
        Where the amount came from.
    tag : str
        Confidence in the amount: S seen in a source, R recalled, D derived, X guess.

    Raises
    ------
    InputError
        A name, number or combination is refused; the message names the key.

    Examples
    --------
    >>> from plants import Event
    >>> afterload = Event("systemic_resistance", 2.0, "ramp", onset=20.0, duration=10.0)
    >>> afterload.at(25.0), afterload.mean(0.0, 40.0)
    (1.5, 1.375)
    >>> bleeding = Event("volume", -500.0, "ramp", onset=20.0, duration=50.0)
    >>> bleeding.at(30.0)  # mL/s
    -10.0
    """

    # In an order in which each check has what it depends on.
    disturbance: Annotated[str, one_of(ACTIONS)]
    amount: float
    shape: Annotated[str, one_of(SHAPES)]
    onset: Annotated[float, number_in(_TIME)]
    duration: float | None = Field(default=None, validate_default=True)
    time_constant: float | None = Field(default=None, validate_default=True)
    source: Source = "given in code"
    tag: Tag = "X"

    @field_validator("amount", mode="plain")
    @classmethod
    def _check_amount(cls, amount: object, info: ValidationInfo) -> float:
        action = ACTIONS.get(info.data.get("disturbance", ""), _ANYTHING)
        return check_number(amount, action, "", None)

    @field_validator("shape")
    @classmethod
    def _check_shape(cls, shape: str, info: ValidationInfo) -> str:
        if info.data.get("disturbance") == VOLUME.name and shape not in _GRADUAL:
            raise InputError("", shape, "ramp or first_order for a volume")
        return shape

    @field_validator("duration", mode="plain")
    @classmethod
    def _check_duration(cls, value: object, info: ValidationInfo) -> float | None:
        return _checked_span(value, info, needed_by=("ramp", "pulse"))

    @field_validator("time_constant", mode="plain")
    @classmethod
    def _check_time_constant(cls, value: object, info: ValidationInfo) -> float | None:
        return _checked_span(value, info, needed_by=("first_order",), taken_by=("pulse",))

    @property
    def action(self) -> Disturbance:
        """Declaration of what the event acts on."""
        return ACTIONS[self.disturbance]

    @property
    def unit(self) -> str:
        """Unit of the amount."""
        return self.action.unit

    @property
    def is_volume(self) -> bool:
        """Whether the amount is a total volume, of which the plant receives the rate."""
        return self.disturbance == VOLUME.name

    @property
    def target(self) -> str:
        """Name of the plant's disturbance that the event acts on."""
        return "infusion" if self.is_volume else self.disturbance

    @cached_property
    def course(self) -> Course:
        """Fraction of the amount in effect (of a volume: given so far) over time."""
        return course(self.shape, self.onset, self.duration, self.time_constant)

    @property
    def factor(self) -> tuple[float, float, Course]:
        """Offset, gain and course of the value; not defined for a volume."""
        return (self.action.neutral, self.amount - self.action.neutral, self.course)

    def at(self, t: float) -> float:
        """Value of the disturbance at time `t` (s); of a volume its rate, mL/s."""
        t = finite_time("t", t)
        if self.is_volume:
            return self.amount * piece_at(self.course, t).derivative(t)
        offset, gain, pieces = self.factor
        return offset + gain * at(pieces, t)

    def mean(self, t0: float, t1: float) -> float:
        """Exact mean of the disturbance over ``[t0, t1]`` (s).

        Parameters
        ----------
        t0, t1 : float
            The interval, s; where both are equal the value at that time.

        Returns
        -------
        float
            In the disturbance's unit; of a volume the mean rate, mL/s.

        Raises
        ------
        InputError
            A time is not finite or `t1` is before `t0`.
        """
        t0, t1 = interval(t0, t1)
        if t0 == t1:
            return self.at(t0)
        if self.is_volume:
            return self.amount * (at(self.course, t1) - at(self.course, t0)) / (t1 - t0)
        return mean_of_product((self.factor,), t0, t1)


def _checked_span(
    value: Any, info: ValidationInfo, *, needed_by: tuple[str, ...], taken_by: tuple[str, ...] = ()
) -> float | None:
    """A span of time (s) where the shape of the event needs or takes it, and only there."""
    shape, key = info.data.get("shape"), info.field_name
    if shape is None:  # refused already
        return None
    if value is None:
        if shape in needed_by:
            raise InputError("", value, f"a {shape} needs a {key} in s")
        return None
    if shape not in (*needed_by, *taken_by):
        raise InputError("", value, f"no {key} with a {shape}")
    span = check_number(value, _SPAN, "", None)
    amount = info.data.get("amount")
    if info.data.get("disturbance") == VOLUME.name and amount is not None:
        _check_rate(amount, span)
    return span


def _check_rate(volume: float, span: float) -> None:
    """Refuse a volume (mL) that would be given or lost too fast."""
    infusion = DISTURBANCES["infusion"]
    if not infusion.low <= volume / span <= infusion.high:
        least = abs(volume) / infusion.high
        allowed = f"{least:g} s or more for {volume:g} mL (at most {infusion.high:g} mL/s)"
        raise InputError("", span, allowed)


def finite_time(field: str, t: float) -> float:
    """The time as a float; refuses what is not finite."""
    if not math.isfinite(t):
        raise InputError(field, t, "a finite time in s")
    return float(t)


def interval(t0: float, t1: float) -> tuple[float, float]:
    """The interval as floats; refuses one that runs backwards."""
    t0, t1 = finite_time("t0", t0), finite_time("t1", t1)
    if t1 < t0:
        raise InputError("t1", t1, f"a time from t0 = {t0:g} s on")
    return t0, t1
