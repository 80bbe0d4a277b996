"""Why a miss misses: texts computed from the model's own values.

Each says what the published numbers ask of the patient and what the model's patient does instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from experiments.runs import render
from experiments.validation.bands import BEFORE, Band, unit_of
from experiments.validation.conditions import Case, Condition, simulate_condition, simulate_support
from plants import SIGNALS, Patient, Plant, Quantity, identify, steady_state
from plants.cohorts import ESTIMATED_PARAMETERS

Values = Mapping[str, float]

# As published, in the units of the signals.
_RECOVER_I_INDEX, _RECOVER_I_FLOW = 2.7, 4.0
_RECOVER_RIGHT_INDEX, _RECOVER_RIGHT_FLOW = 3.3, 3.23
# A preset with a smaller output, for comparison.
_WEAKER = "shock-d"
# Another pulmonary circulation of the patient of RECOVER RIGHT, mmHg; a guess.
_OTHER_LUNG = {"mpap": 24.0, "pcwp": 14.0}


def explain(case: Case, band: Band) -> str:
    """Why a band is missed, in words and numbers of the model.

    Parameters
    ----------
    case : Case
        The study with the patient in all its conditions.
    band : Band
        What is missed.
    """
    specific = _REASONS.get((case.study.name, band.signal))
    text = _listed(case, band) if specific is None else specific(case, band)
    return "; ".join(filter(None, (band.miss, text))) or "not known"


def _text(reason: str, **values: object) -> str:
    return render("validation_reasons.md", reason=reason, **values)


def _listed(case: Case, band: Band) -> str:
    """What can always be said: the value in every condition."""
    values = {name: shown.values.get(band.signal) for name, shown in case.conditions.items()}
    shown = ", ".join(f"{name} {v:.3g}" for name, v in values.items() if v is not None)
    unit = unit_of(band.signal)
    return f"{band.signal}{'' if unit == '1' else f' [{unit}]'} by condition: {shown}"


def _plant(condition: Condition) -> Plant:
    return Plant(condition.patient, None if condition.device == "none" else condition.device)


def _rigid(condition: Condition) -> Values:
    """Metrics of the same pump at the same speed without a reflex."""
    return steady_state(_plant(condition), condition.speed, {}).metrics


def _highest(case: Case, condition: Condition) -> Values:
    """The same at the highest level, with the reflex."""
    pressure = case.conditions[BEFORE].values["map"]
    return simulate_condition(_plant(condition), "P-9", None, pressure).values


def _recover_i(case: Case, band: Band) -> str:
    support = case.conditions["support"]
    surface = support.values["cardiac_output"] / support.values["cardiac_index"]
    return _text(
        "recover_i",
        surface=surface,
        asked=_RECOVER_I_INDEX * surface,
        published_flow=_RECOVER_I_FLOW,
        before=case.conditions[BEFORE].values,
        support=support.values,
        highest=_highest(case, support),
        rigid=_rigid(support),
    )


def _recover_right(case: Case, band: Band) -> str:
    support = case.conditions["support"]
    surface = support.values["cardiac_output"] / support.values["cardiac_index"]
    return _text(
        "recover_right",
        asked=_RECOVER_RIGHT_INDEX * surface - _RECOVER_RIGHT_FLOW,
        before=case.conditions[BEFORE].values,
        support=support.values,
        highest=_highest(case, support),
        other=_with_other_lung(case),
        other_lung=_OTHER_LUNG,
    )


def _with_other_lung(case: Case) -> Values:
    """The support of a patient with another pulmonary circulation, for comparison only."""
    study = case.study
    before = dict(study.before)
    for name, value in _OTHER_LUNG.items():
        before[name] = Quantity(value, SIGNALS[name].unit, "guess: for comparison", "X")
    free = tuple(name for name in ESTIMATED_PARAMETERS if name not in study.held)
    patient = case.patient.changed(held=(), targets=before)
    other = identify(patient, free=free, fitted=tuple(before)).patient
    pressure = case.conditions[BEFORE].values["map"]
    return simulate_support(other, study.supports["support"], pressure).values


def _label_flow(case: Case, band: Band) -> str:
    return _text("label_flow", shock=case.conditions["shock"].values)


def _healthy_coupling(case: Case, band: Band) -> str:
    healthy = case.conditions["healthy"]
    return _text(
        "healthy_coupling",
        mpap=healthy.values["mpap"],
        stroke=healthy.values["rvedv"] - healthy.values["rvesv"],
        rv_ees=healthy.patient["rv_ees"],
    )


def _native_ejection(case: Case, band: Band) -> str:
    support = case.conditions["P-8"]
    return _text(
        "native_ejection",
        before=case.conditions[BEFORE].values,
        support=support.values,
        rigid=_rigid(support),
        highest=_highest(case, support),
        weaker=simulate_condition(Plant(_WEAKER, support.device), support.level).values,
        weaker_name=_WEAKER,
        weaker_output=Patient.load(_WEAKER).targets["cardiac_output"].value,
    )


def _relaxation(case: Case, band: Band) -> str:
    waves = case.conditions["P-8"].waves
    peak = int(np.argmax(waves["lv_pressure"]))
    pressure, volume = (np.roll(waves[name], -peak) for name in ("lv_pressure", "lv_volume"))
    share = (pressure - pressure.min()) / np.ptp(pressure)
    high, low = (int(np.argmax(share <= end)) for end in (0.9, 0.1))
    seconds = (low - high) * (waves["time"][1] - waves["time"][0])
    return _text(
        "relaxation",
        milliseconds=1e3 * seconds,
        drawn=volume[high] - volume[low],
        width=np.ptp(volume),
    )


def _blocked_hemolysis(case: Case, band: Band) -> str:
    places = case.conditions
    return _text(
        "blocked_hemolysis", valve=places["valve"].values, correct=places["correct"].values
    )


def _contact(case: Case, band: Band) -> str:
    return _text("contact", contact=case.conditions[band.at[0]].values)


def _contact_leak(case: Case, band: Band) -> str:
    contact = case.conditions[band.at[0]]
    pump = _plant(contact).pump
    assert pump is not None
    return _text("contact_leak", leak=pump["mitral_contact_leak"], contact=contact.values)


def _preset_pressure(case: Case, band: Band) -> str:
    target = case.conditions["shock-c"].patient.targets["map"].value
    return _text("preset_pressure", target=target)


_REASONS: Mapping[tuple[str, str], Callable[[Case, Band], str]] = MappingProxyType(
    {
        ("recover-i", "cardiac_index"): _recover_i,
        ("recover-i", "map"): _recover_i,
        ("recover-right", "cardiac_index"): _recover_right,
        ("recover-right", "cvp"): _recover_right,
        ("cp-label", "pump_flow"): _label_flow,
        ("pig-right-ventricle", "ea_ees_rv"): _healthy_coupling,
        ("human-loop-case", "aortic_valve_open_fraction"): _native_ejection,
        ("human-loop-case", "loop_downstroke_share"): _relaxation,
        ("position", "hemolysis_rate"): _blocked_hemolysis,
        ("position", "suction"): _contact,
        ("position", "mitral_regurgitant_fraction"): _contact_leak,
        ("shock-stages", "map"): _preset_pressure,
    }
)
