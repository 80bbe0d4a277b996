"""Limits and times of support in a high-risk coronary intervention, with their sources."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from plants import Quantity
from plants.quantities import parameter_table, quantity_parts

_DECLARED = parameter_table(
    ("map_low", "mmHg", "mean arterial pressure that is too low", 30, 100),
    ("map_step", "mmHg", "mean arterial pressure that a step asks for", 30, 120),
    ("recovered_pulse", "1", "share of the former pulse pressure of a recovered ventricle", 0.1, 2),
    ("stable_time", "min", "how long pressure and pulse must have been well", 0, 120),
    ("step_interval", "min", "shortest time at a level", 0.1, 120),
    ("shortest_trial", "min", "shortest time at the lowest level", 0.1, 240),
    ("first_retry_wait", "min", "first wait after a failure", 0.1, 240),
    ("reassess_lead", "min", "time before the label's end for another plan", 0, 240),
    ("assessment_interval", "s", "time between two assessments", 0.5, 600),
)
_FILE = Path(__file__).parents[1] / "data" / "pci.toml"


@functools.cache
def pci_numbers() -> Mapping[str, Quantity]:
    """Limits and times with their sources (read once).

    Examples
    --------
    >>> from controllers.weaning import pci_numbers
    >>> pci_numbers()["map_low"].value
    60.0
    """
    return quantity_parts(_FILE, {"numbers": _DECLARED})["numbers"]
