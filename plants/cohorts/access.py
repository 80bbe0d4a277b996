"""The way a pump is put in: which device allows which, what passes the vessel, what stays in it.

A percutaneous device goes through a sheath, which stays in the vessel and narrows it. A surgical
one goes through a graft sewn to the vessel: only the pump itself passes the vessel, and nothing
stays that could close it. That every surgical route has a graft, and that a graft leaves the limb
alone, are guesses.

The sheath's wall and how far an artery gives way are those of the slow clock's limb. A device
without a known sheath (5.0, LD) goes in surgically.

References
----------
Hayashida K et al. (2011) JACC Cardiovasc Interv 4:851 (sheath-to-femoral-artery ratio of 1.05).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from plants.cohorts.refused import NO_ACCESS, PatientRefused
from plants.pumps import Pump
from plants.quantities import (
    DATA,
    MISSING,
    MM_PER_FRENCH,
    InputError,
    Parameter,
    Quantity,
    check_number,
    lookup,
    parameter_table,
    parameters_of,
)
from plants.slow import SlowParameters

_NUMBERS = parameter_table(
    ("ischemia_ratio", "1", "sheath over artery diameter that predicts limb ischemia", 0.5, 2),
    ("largest_vein_ratio", "1", "sheath over vein diameter that a vein gives way to", 0.8, 3),
)
_OF_THE_LIMB = ("sheath_wall", "largest_sheath_ratio")
_DIAMETER = Parameter("artery_diameter_mm", "mm", "inner diameter of the vessel", 0.5, 60)
_FRENCH = Parameter("french", "Fr", "size on the French scale", 0, 60)


@dataclass(frozen=True)
class Access:
    """One way in.

    Parameters
    ----------
    name : str
        As device files name it.
    vessel : str
        What the pump goes through.
    sheath : bool
        Whether a sheath stays in the vessel; else the pump went through a graft.
    venous : bool
        Whether the vessel is a vein.

    Attributes
    ----------
    femoral : bool
        Whether a sheath stays in a femoral artery and so narrows the way to the leg.
    """

    name: str
    vessel: str
    sheath: bool
    venous: bool = False

    @property
    def femoral(self) -> bool:
        return self.sheath and self.vessel == "femoral artery"


#: Every access by name.
ROUTES: Mapping[str, Access] = MappingProxyType(
    {
        route.name: route
        for route in (
            Access("femoral percutaneous", "femoral artery", sheath=True),
            Access("femoral cut-down", "femoral artery", sheath=False),
            Access("axillary transpectoral", "axillary artery", sheath=False),
            Access("axillary infrapectoral", "axillary artery", sheath=False),
            Access("direct aortic", "ascending aorta", sheath=False),
            Access("femoral vein", "femoral vein", sheath=True, venous=True),
        )
    }
)


class Anatomy(NamedTuple):
    """A device in a vessel that it fits.

    Parameters
    ----------
    access : Access
        The way in.
    widest : float
        Outer diameter of the widest part that passes the vessel, mm.
    ratio : float
        That diameter over the vessel's.
    sheath_artery_ratio : float
        Outer diameter of the sheath that stays over the femoral artery's; 0 without one.
    limb_at_risk : bool
        Whether that ratio predicts limb ischemia.
    """

    access: Access
    widest: float
    ratio: float
    sheath_artery_ratio: float
    limb_at_risk: bool


@functools.cache
def access_numbers() -> Mapping[str, Quantity]:
    """The numbers of this module with unit, source and tag.

    ``sheath_wall`` (mm by which the outer diameter exceeds the size) and ``largest_sheath_ratio``
    of the limb, ``ischemia_ratio`` and ``largest_vein_ratio``.

    Examples
    --------
    >>> from plants.cohorts import access_numbers
    >>> access_numbers()["ischemia_ratio"].value
    1.05
    """
    sheath = SlowParameters.load().entries
    own = parameters_of(DATA / "access.toml", _NUMBERS)
    return MappingProxyType({name: sheath[name] for name in _OF_THE_LIMB} | dict(own))


def french_to_mm(french: float) -> float:
    """A size on the French scale as a diameter in mm: 3 Fr are 1 mm.

    Raises
    ------
    InputError
        The size is not from 0 to 60 Fr.

    Examples
    --------
    >>> from plants import french_to_mm
    >>> french_to_mm(21)
    7.0
    """
    return check_number(french, _FRENCH, "french", None) * MM_PER_FRENCH


def access_routes(pump: Pump) -> tuple[Access, ...]:
    """The ways a device may be put in.

    Raises
    ------
    InputError
        The device's file names a way that is not one of :data:`ROUTES`.

    Examples
    --------
    >>> from plants import access_routes
    >>> from plants import Pump
    >>> [route.name for route in access_routes(Pump.load("CP"))]
    ['femoral percutaneous']
    """
    return tuple(lookup(ROUTES, name, "device.access", source=pump.path) for name in pump.access)


def access_route(pump: Pump, access: str | Access) -> Access:
    """The access of that name, when the device allows it.

    Raises
    ------
    InputError
        It does not; the message lists the ways it allows.

    Examples
    --------
    >>> from plants import access_route
    >>> from plants import Pump
    >>> access_route(Pump.load("5.5"), "axillary transpectoral").vessel
    'axillary artery'
    """
    name = access.name if isinstance(access, Access) else access
    allowed = {route.name: route for route in access_routes(pump)}
    return lookup(allowed, name, "access")


def sheath_outer_diameter(pump: Pump) -> float:
    """Outer diameter of a device's sheath, mm: its size and the wall.

    Raises
    ------
    InputError
        The device has no sheath of a known size.

    Examples
    --------
    >>> from plants import sheath_outer_diameter
    >>> from plants import Pump
    >>> round(sheath_outer_diameter(Pump.load("CP")), 2)
    5.34
    """
    return _size(pump, "sheath_french") + access_numbers()["sheath_wall"].value


def sheath_artery_ratio(pump: Pump, access: str | Access, artery_diameter_mm: float) -> float:
    """Outer diameter of the sheath that stays in the femoral artery over that artery's diameter.

    Parameters
    ----------
    pump : Pump
        The device.
    access : str or Access
        The way in.
    artery_diameter_mm : float
        Inner diameter of the femoral artery, mm.

    Returns
    -------
    float
        0 for an access that leaves no sheath in a femoral artery.

    Raises
    ------
    InputError
        The device does not allow the access, or the diameter is not from 0.5 to 60 mm.

    Examples
    --------
    >>> from plants import sheath_artery_ratio
    >>> from plants import Pump
    >>> round(sheath_artery_ratio(Pump.load("CP"), "femoral percutaneous", 5.0), 2)
    1.07
    """
    route = access_route(pump, access)
    diameter = check_number(artery_diameter_mm, _DIAMETER, "artery_diameter_mm", None)
    return sheath_outer_diameter(pump) / diameter if route.femoral else 0.0


def check_anatomy(pump: Pump, access: str | Access, artery_diameter_mm: float) -> Anatomy:
    """How a device fits a vessel.

    Parameters
    ----------
    pump : Pump
        The device.
    access : str or Access
        The way in; its vessel is the one whose diameter is given.
    artery_diameter_mm : float
        Inner diameter of that vessel, mm.

    Raises
    ------
    InputError
        The device does not allow the access, or the diameter is not from 0.5 to 60 mm.
    PatientRefused
        The pump or its sheath is wider than the vessel gives way to.

    Examples
    --------
    >>> from plants import check_anatomy
    >>> from plants import Pump
    >>> check_anatomy(Pump.load("CP"), "femoral percutaneous", 5.0).limb_at_risk
    True
    >>> check_anatomy(Pump.load("5.0"), "femoral cut-down", 5.0)
    Traceback (most recent call last):
    ...
    plants.cohorts.refused.PatientRefused: ... allowed: at least 5.6 mm of the femoral artery...
    """
    route = access_route(pump, access)
    diameter = check_number(artery_diameter_mm, _DIAMETER, "artery_diameter_mm", None)
    widest = _size(pump, "pump_french")
    part = "pump"
    if route.sheath and sheath_outer_diameter(pump) > widest:
        widest, part = sheath_outer_diameter(pump), "sheath"
    numbers = access_numbers()
    give = numbers["largest_vein_ratio" if route.venous else "largest_sheath_ratio"].value
    if widest > give * diameter:
        allowed = (
            f"at least {widest / give:.1f} mm of the {route.vessel} for the {part} of the "
            f"{pump.name}, which is {widest:.1f} mm wide; choose a smaller device or another access"
        )
        source = f"{route.name} access"
        raise PatientRefused("artery_diameter_mm", diameter, allowed, kind=NO_ACCESS, source=source)
    sheath_ratio = sheath_artery_ratio(pump, route, diameter)
    at_risk = sheath_ratio >= numbers["ischemia_ratio"].value
    return Anatomy(route, widest, widest / diameter, sheath_ratio, at_risk)


def _size(pump: Pump, rating: str) -> float:
    french = pump.rating(rating)
    if french is None:
        allowed = f"a known size of the {pump.name}, in Fr"
        raise InputError(f"ratings.{rating}", MISSING, allowed, source=pump.path)
    return french_to_mm(french)
