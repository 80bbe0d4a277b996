"""The controllers of the literature by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from controllers.literature.flow import Auto, ConstantFlow, ConstantHead, ConstantPower
from controllers.literature.frame import LiteratureController
from controllers.literature.preload import (
    LVEDPRule,
    ModelFreeAdaptive,
    PowerRatio,
    PreloadResponsive,
    Starling,
    StarlingAdaptive,
    StarlingPulsatility,
)
from controllers.literature.pressure import LVSystolicPressure, SystolicPressure
from controllers.literature.pulsatility import PulsatilityRatio
from controllers.literature.settings import DEFAULT, PUBLISHED
from plants import unknown_name

_CONTROLLERS: tuple[type[LiteratureController], ...] = (
    Auto,
    ConstantFlow,
    ConstantHead,
    ConstantPower,
    SystolicPressure,
    LVSystolicPressure,
    Starling,
    StarlingAdaptive,
    StarlingPulsatility,
    PreloadResponsive,
    PowerRatio,
    LVEDPRule,
    PulsatilityRatio,
    ModelFreeAdaptive,
)
#: Each controller of the literature by its name.
LITERATURE: Mapping[str, type[LiteratureController]] = MappingProxyType(
    {controller.NAME: controller for controller in _CONTROLLERS}
)


def literature_forms() -> dict[str, str]:
    """Every name that :func:`literature_controller` takes, and what it means.

    Examples
    --------
    >>> from controllers.literature import literature_forms
    >>> "constant-head:published" in literature_forms()
    True
    """
    forms = {}
    for name, controller in LITERATURE.items():
        forms[name] = controller.SUMMARY
        if controller.PUBLISHED_PARAMETERS is not None:
            forms[f"{name}:{PUBLISHED}"] = f"{name} with the settings of its publication"
    return forms


def literature_controller(spec: str) -> LiteratureController:
    """A new controller by a name of :func:`literature_forms`.

    Raises
    ------
    InputError
        There is none of that name.

    Examples
    --------
    >>> from controllers.literature import literature_controller
    >>> literature_controller("constant-head:published").settings["reference"]
    75.0
    """
    forms = literature_forms()
    if spec not in forms:
        raise unknown_name("controller", spec, forms)
    name, _, part = spec.partition(":")
    return LITERATURE[name](part or DEFAULT)
