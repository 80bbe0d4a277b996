"""Arguments that the environments have in common, checked when one is made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from envs.episodes.specification import from_json_form
from plants import InputError, Pump, Therapy, unknown_name
from plants.simulation import PERIOD_UNIT, is_whole_multiple

_PERIODS = (0.1, 60.0)  # s


def left_pump(device: Pump | str | PathLike[str]) -> Pump:
    """The device of that name, or in that file.

    Raises
    ------
    InputError
        There is none, it does not support the left ventricle, or there are two.
    """
    device = from_json_form(device)
    if device is None or (isinstance(device, str) and device.lower() == "none"):
        raise InputError("device", device, "a device; without one there is nothing to act on")
    if isinstance(device, str) and "+" in device and not device.endswith(".toml"):
        allowed = "one pump for the left ventricle; two are simulated outside of environments only"
        raise InputError("device", device, allowed)
    pump = device if isinstance(device, Pump) else Pump.load(device)
    if pump.side != "left":
        raise InputError("device", pump.name, "a pump for the left ventricle")
    return pump


def chosen_therapy(therapy: Therapy | str | PathLike[str] | None) -> Therapy:
    """The therapy, or the one of that name or in that file; the default where there is none."""
    therapy = from_json_form(therapy)
    if isinstance(therapy, Therapy):
        return therapy
    return Therapy.default() if therapy is None else Therapy.load(therapy)


def control_period(period: float) -> float:
    """The control period, s.

    Raises
    ------
    InputError
        It is no number, out of range or not a whole number of integration steps.
    """
    low, high = _PERIODS
    try:
        value = float(period)
    except (TypeError, ValueError):
        value = math.nan
    # NaN compares false, and so is refused too.
    if not low <= value <= high or not is_whole_multiple(value):
        allowed = f"{low:g} to {high:g} s, a multiple of {PERIOD_UNIT:g} s"
        raise InputError("period", period, allowed)
    return value


def checked_options(options: Mapping[str, Any] | None, known: Sequence[str]) -> dict[str, Any]:
    """The options of a reset.

    Raises
    ------
    InputError
        One of them is unknown.
    """
    given = dict(options or {})
    for name in given:
        if name not in known:
            raise unknown_name("options", name, known)
    return given


def known_mode(mode: str | None, modes: Sequence[str]) -> str | None:
    """The render mode.

    Raises
    ------
    InputError
        It is not one of the modes.
    """
    if mode is not None and mode not in modes:
        raise unknown_name("render_mode", mode, ("None", *modes))
    return mode
