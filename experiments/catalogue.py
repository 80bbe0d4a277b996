"""What there is to choose from, as rows for tables and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from controllers import CONTROLLER_FORMS, controller_names
from plants import InputError, Patient, Pump, Scenario, unknown_name

Row = dict[str, Any]
#: Name of the choice of no pump.
NO_DEVICE = "none"


def patients() -> list[Row]:
    """The patients that come with the package, with what they were identified against."""
    rows = []
    for name in Patient.names():
        patient = Patient.load(name)
        targets = {signal: goal.value for signal, goal in patient.targets.items()}
        units = {signal: goal.unit for signal, goal in patient.targets.items()}
        rows.append(
            {
                "name": patient.name,
                "description": patient.description,
                "heart_rate": patient["heart_rate"],
                "targets": targets,
                "units": {"heart_rate": "1/min", **units},
            }
        )
    return rows


def devices() -> list[Row]:
    """The pumps that come with the package, with their levels."""
    rows = []
    for name in Pump.names():
        pump = Pump.load(name)
        rows.append(
            {
                "name": pump.name,
                "description": pump.description,
                "side": pump.side,
                "route": pump.route,
                "access": list(pump.access),
                "max_rpm": pump.max_rpm,
                "levels": [
                    {
                        "name": level.name,
                        "rpm": level.rpm,
                        "flow_low": level.flow_low,
                        "flow_high": level.flow_high,
                    }
                    for level in pump.levels
                ],
            }
        )
    return rows


def scenarios() -> list[Row]:
    """The scenarios that come with the package, with their events."""
    rows = []
    for name in Scenario.names():
        scenario = Scenario.load(name)
        events = [
            {
                "disturbance": event.disturbance,
                "amount": event.amount,
                "shape": event.shape,
                "onset": event.onset,
            }
            for event in scenario.events
        ]
        rows.append({"name": scenario.name, "description": scenario.description, "events": events})
    return rows


def controllers() -> list[Row]:
    """The controllers: those that are named as they stand, and the forms of the others."""
    ready = controller_names()
    return [
        {"name": form, "description": meaning, "form": form not in ready}
        for form, meaning in CONTROLLER_FORMS.items()
    ]


def environments() -> list[Row]:
    """The registered Gymnasium environments of the package."""
    import gymnasium

    import envs

    assert envs is not None  # Importing the package is what registers its environments.
    rows = []
    for identifier, spec in gymnasium.registry.items():
        if spec.namespace != "impellab":
            continue
        rows.append(
            {
                "name": identifier,
                "description": _first_line(spec.entry_point),
                "max_episode_steps": spec.max_episode_steps,
                "vectorized": spec.vector_entry_point is not None,
            }
        )
    return rows


def _first_line(entry_point: object) -> str:
    """What the class behind an entry point says of itself."""
    if isinstance(entry_point, str):
        import importlib

        module, _, name = entry_point.partition(":")
        entry_point = getattr(importlib.import_module(module), name)
    lines = (getattr(entry_point, "__doc__", None) or "").splitlines()
    text = " ".join(line.strip() for line in lines if not line.strip().startswith("#")).strip()
    return text.partition(". ")[0].rstrip(".") + "."


#: What can be listed.
CATALOGUE: Mapping[str, Callable[[], list[Row]]] = MappingProxyType(
    {
        "patients": patients,
        "devices": devices,
        "scenarios": scenarios,
        "controllers": controllers,
        "environments": environments,
    }
)


def listing(kind: str) -> list[Row]:
    """Everything of a kind.

    Raises
    ------
    InputError
        There is no such kind; the message lists those there are.

    Examples
    --------
    >>> from experiments.catalogue import listing
    >>> "shock-d" in [row["name"] for row in listing("patients")]
    True
    """
    if kind not in CATALOGUE:
        raise unknown_name("what to list", kind, CATALOGUE)
    return CATALOGUE[kind]()


def load_device(name_or_path: str) -> Pump | None:
    """The pump of that name or file; None for ``"none"``.

    Raises
    ------
    InputError
        There is no such pump, the file is refused, or the pump does not support the left
        ventricle.

    Examples
    --------
    >>> from experiments.catalogue import load_device
    >>> load_device("none") is None, load_device("CP").name
    (True, 'CP')
    """
    if name_or_path.lower() == NO_DEVICE:
        return None
    try:
        pump = Pump.load(name_or_path)
    except InputError as error:
        if error.field != "device" or error.source is not None:
            raise
        allowed = f"{error.allowed}, or {NO_DEVICE}"
        raise InputError("device", name_or_path, allowed) from None
    if pump.side != "left":
        raise InputError("device", pump.name, "a pump for the left ventricle", source=pump.path)
    return pump
