"""How long a device may be used by its label, and how much of that is left.

A label gives the longest use for an indication: cardiogenic shock in days (2.5 and CP 4, 5.0 and
LD 6, 5.5 and RP 14), high-risk coronary intervention in hours (2.5 and CP 6). Use beyond it is
flagged and not prevented: patients do stay on longer, off label. The time limit of the 2.5's
boost level is kept by :class:`~plants.DeviceDriver`.
"""

from __future__ import annotations

from types import MappingProxyType

from plants.pumps import Pump
from plants.quantities import HOURS_PER_DAY, MISSING, InputError, Parameter, check_number, lookup

_HOURS_PER = {"d": HOURS_PER_DAY, "h": 1.0}
#: Rating that holds the limit, by indication.
INDICATIONS = MappingProxyType({"shock": "label_shock", "high-risk PCI": "label_high_risk_pci"})
_HOURS = Parameter("hours", "h", "time of use", 0, 1e6)
# A clock that adds thousands of steps may not flag the last one by rounding.
_ROUNDING = 1e-9


def label_limit(pump: Pump, indication: str = "shock") -> float:
    """Longest use of a device by its label, h.

    Raises
    ------
    InputError
        There is no such indication, or the device has no label for it.

    Examples
    --------
    >>> from plants import label_limit
    >>> from plants import Pump
    >>> label_limit(Pump.load("CP")), label_limit(Pump.load("2.5"), "high-risk PCI")
    (96.0, 6.0)
    """
    rating = lookup(INDICATIONS, indication, "indication", source=pump.path)
    if rating not in pump.ratings:
        having = [name for name, key in INDICATIONS.items() if key in pump.ratings]
        allowed = f"an indication on the label of the {pump.name}: {', '.join(having) or 'none'}"
        raise InputError("indication", indication, allowed, source=pump.path)
    quantity = pump.ratings[rating]
    if quantity.unit not in _HOURS_PER:
        raise InputError(f"ratings.{rating}.unit", quantity.unit or MISSING, "d or h")
    return quantity.value * _HOURS_PER[quantity.unit]


class LabelClock:
    """Time on a device against its label.

    Parameters
    ----------
    pump : Pump
        The device.
    indication : {"shock", "high-risk PCI"}
        What it is used for.

    Attributes
    ----------
    limit : float
        Longest use, h.
    used : float
        Use so far, h.

    Raises
    ------
    InputError
        There is no such indication, or the device has no label for it.

    Examples
    --------
    >>> from plants import LabelClock
    >>> from plants import Pump
    >>> clock = LabelClock(Pump.load("CP"))
    >>> clock.advance(90.0).remaining
    6.0
    >>> clock.advance(10.0).message
    'CP: 100 h of use in shock, 4 h beyond the label (96 h)'
    """

    def __init__(self, pump: Pump, indication: str = "shock"):
        self.pump = pump
        self.indication = indication
        self.limit = label_limit(pump, indication)
        self.used = 0.0

    def reset(self, hours: float = 0.0) -> None:
        """Begin anew, after some hours of use.

        Raises
        ------
        InputError
            The hours are not a finite number from 0 on.
        """
        self.used = check_number(hours, _HOURS, "hours", None)

    def advance(self, hours: float) -> LabelClock:
        """Use the device for some hours more; gives back the clock.

        Raises
        ------
        InputError
            The hours are not a finite number from 0 on.
        """
        self.used += check_number(hours, _HOURS, "hours", None)
        return self

    @property
    def remaining(self) -> float:
        """Use that is left by the label, h; 0 beyond it."""
        return max(self.limit - self.used, 0.0)

    @property
    def exceeded(self) -> bool:
        """Whether the device is in use for longer than its label says."""
        return self.used > self.limit * (1 + _ROUNDING)

    @property
    def message(self) -> str:
        """Where the use stands, in words."""
        said = f"{self.pump.name}: {self.used:g} h of use in {self.indication}, "
        if self.exceeded:
            return f"{said}{self.used - self.limit:g} h beyond the label ({self.limit:g} h)"
        return f"{said}{self.remaining:g} h left by the label ({self.limit:g} h)"
