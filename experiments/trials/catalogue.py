"""What there is to choose from, as rows for tables and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from controllers import CONTROLLER_FORMS, controller_names
from experiments.statistics import fields_of
from plants import (
    PATIENT_PARAMETERS,
    Conditions,
    InputError,
    Patient,
    Plant,
    Pump,
    Rhythm,
    Scenario,
    label_limit,
    unknown_name,
    valve_diseases,
)
from plants.console import INDICATIONS

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
                **fields_of(patient, "name", "description"),
                "heart_rate": patient["heart_rate"],
                "targets": targets,
                "units": {"heart_rate": "1/min", **units},
            }
        )
    return rows


def devices() -> list[Row]:
    """The pumps that come with the package, with their levels, label limits (h) and ways in."""
    rows = []
    for name in Pump.names():
        pump = Pump.load(name)
        rows.append(
            {
                **fields_of(pump, "name", "description", "side", "route"),
                "access": list(pump.access),
                "french": {
                    part: pump.rating(f"{part}_french") for part in ("pump", "sheath", "catheter")
                },
                "label_hours": {
                    indication: label_limit(pump, indication)
                    for indication, rating in INDICATIONS.items()
                    if rating in pump.ratings
                },
                "boost": pump.boost and fields_of(pump.boost, "level", "seconds"),
                "max_rpm": pump.max_rpm,
                "levels": [
                    fields_of(level, "name", "rpm", "flow_low", "flow_high")
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
            fields_of(event, "disturbance", "amount", "shape", "unit", "onset")
            for event in scenario.events
        ]
        rows.append({**fields_of(scenario, "name", "description"), "events": events})
    return rows


_RHYTHMS = {
    "sinus": "Every beat alike.",
    "atrial-fibrillation": "No atrial contraction; irregular, uncorrelated intervals.",
    "ectopic": "Premature ventricular beats at random, never two in a row, each with its pause.",
    "bigeminy": "Every other beat is a premature ventricular one.",
}


def rhythms() -> list[Row]:
    """The rhythms of the heart."""
    return [{"name": kind, "description": _RHYTHMS[kind]} for kind in Rhythm.names()]


def diseases() -> list[Row]:
    """The valve diseases, with the value of the patient's parameter at each grade."""
    return [
        {
            **fields_of(disease, "name", "description", "parameter"),
            "unit": PATIENT_PARAMETERS[disease.parameter].unit,
            "grades": {
                grade: {"area_cm2": area.value, "value": disease.value(grade)}
                for grade, area in disease.areas.items()
            },
        }
        for disease in valve_diseases().values()
    ]


def controllers() -> list[Row]:
    """The controllers: those that are named as they stand, and the forms of the others."""
    ready = controller_names()
    return [
        {"name": form, "description": meaning, "form": form not in ready}
        for form, meaning in CONTROLLER_FORMS.items()
    ]


def step_policies() -> list[Row]:
    """The policies that decide when and how far to step down in weaning."""
    from controllers import STEP_POLICIES

    return [{"name": name, "description": meaning} for name, meaning in STEP_POLICIES.items()]


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
        "rhythms": rhythms,
        "valve-diseases": diseases,
        "controllers": controllers,
        "step-policies": step_policies,
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
    >>> from experiments.trials import listing
    >>> "shock-d" in [row["name"] for row in listing("patients")]
    True
    """
    if kind not in CATALOGUE:
        raise unknown_name("what to list", kind, CATALOGUE)
    return CATALOGUE[kind]()


def device_plant(patient: Patient, device: str, conditions: Conditions) -> Plant:
    """The patient, under the conditions, on the pumps of that name or file.

    Raises
    ------
    InputError
        There is no such pump, a file is refused, or the conditions make no sense.

    Examples
    --------
    >>> from experiments.trials.catalogue import device_plant
    >>> from plants import Patient
    >>> from plants import Conditions
    >>> device_plant(Patient.load("rv-failure"), "RP", Conditions()).device
    'RP'
    """
    try:
        return conditions.plant(patient, device)
    except InputError as error:
        if error.field != "device" or error.source is not None or error.value in Pump.names():
            raise
        allowed = f"{error.allowed}, two of them as in CP+RP, or {NO_DEVICE}"
        raise InputError("device", device, allowed) from None


def left_pump(name_or_path: str) -> Pump:
    """The pump of that name or file, for the left ventricle.

    Raises
    ------
    InputError
        There is no such pump, the file is refused, or it does not support the left ventricle.

    Examples
    --------
    >>> from experiments.trials import left_pump
    >>> left_pump("5.5").max_rpm
    33000.0
    """
    pump = Pump.load(name_or_path)
    if pump.side != "left":
        raise InputError("device", name_or_path, "a pump for the left ventricle")
    return pump


def load_device(name_or_path: str) -> Pump | None:
    """The pump of that name or file that the speed command drives; None for ``"none"``.

    Raises
    ------
    InputError
        There is no such pump, the file is refused, or the pump does not support the left
        ventricle.

    Examples
    --------
    >>> from experiments.trials import load_device
    >>> load_device("none") is None, load_device("CP").name, load_device("CP+RP").name
    (True, 'CP', 'CP')
    """
    # Any patient will do: a right pump alone is refused below whatever fails.
    pump = device_plant(Patient.load("rv-failure"), name_or_path, Conditions()).pump
    if pump is not None and pump.side != "left":
        raise InputError("device", pump.name, "a pump for the left ventricle", source=pump.path)
    return pump
