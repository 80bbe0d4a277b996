"""The true patient at the lowest level of support, tried on a copy."""

from __future__ import annotations

from plants import Bedside
from plants.bedside import SETTLING_TIME
from plants.pumps import LOWEST_LEVEL


def fork_at_lowest_level(bedside: Bedside) -> Bedside:
    """A copy of the bedside after a quarter of an hour at P-2.

    The inotrope stays as it is: without an order the clinicians decide on it at a full hour, and
    would begin again what a controller has just taken off.
    """
    fork = bedside.fork()
    inotrope = {"inotrope": bedside.orders.now["inotrope"]}
    fork.advance(SETTLING_TIME, fork.pump.level(LOWEST_LEVEL).name, inotrope)
    return fork
