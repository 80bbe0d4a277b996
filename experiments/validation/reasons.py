"""Why a miss misses: texts computed from the model's own values.

Each says what the published numbers ask of the patient and what the model's patient does instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from experiments.validation.bands import BEFORE, Band
from experiments.validation.cases import Case, Condition, simulate_condition, simulate_support
from plants import SIGNALS, Patient, Plant, Quantity, identify, steady_state
from plants.cohorts import FREE

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
    parts = [specific(case, band) if specific is not None else _listed(case, band)]
    if band.miss:
        parts.append(f"Note: {band.miss}")
    return "; ".join(part for part in parts if part)


def _listed(case: Case, band: Band) -> str:
    """What can always be said: the value in every condition, and by how much it misses."""
    values = {name: one.values.get(band.signal) for name, one in case.conditions.items()}
    shown = ", ".join(f"{name} {v:.3g}" for name, v in values.items() if v is not None)
    return f"not known; {band.signal} [{band.unit}] by condition: {shown}"


def _recover_i(case: Case, band: Band) -> str:
    after = case.conditions["support"]
    values = after.values
    surface = values["cardiac_output"] / values["cardiac_index"]
    asked = _RECOVER_I_INDEX * surface
    plant = Plant(after.patient, after.device)
    pressure = case.conditions[BEFORE].values["map"]
    highest = simulate_condition(plant, "P-9", None, pressure).values
    rigid = _again(after, {})
    return (
        f"with the presets' body surface ({surface:.1f} m2, not published) the published CI is "
        f"{asked:.1f} L/min, so that the heart still gives {asked - _RECOVER_I_FLOW:.1f} beside "
        f"the {_RECOVER_I_FLOW:.1f} of the pump; the model's pump gives {values['pump_flow']:.1f} "
        f"and its heart {values['native_flow']:.1f}: the LV peak pressure lies "
        f"{-values['lv_peak_less_map']:.0f} mmHg below the mean aortic pressure, with the ejection "
        f"fraction of {case.conditions[BEFORE].values['ejection_fraction']:.2f} that is a fill of "
        f"the preset (at P-9 CI is {highest['cardiac_index']:.2f} and MAP {highest['map']:.0f}, at "
        f"P-8 without a reflex {rigid['cardiac_index']:.2f} and {rigid['map']:.0f})"
    )


def _again(condition: Condition, disturbances: Mapping[str, float]) -> dict[str, float]:
    """Metrics of the same pump at the same speed under other disturbances."""
    plant = Plant(condition.patient, None if condition.device == "none" else condition.device)
    return steady_state(plant, condition.speed, disturbances).metrics


def _recover_right(case: Case, band: Band) -> str:
    before, after = case.conditions[BEFORE].values, case.conditions["support"]
    pump = after.values["right_pump_flow"]
    surface = after.values["cardiac_output"] / after.values["cardiac_index"]
    published = _RECOVER_RIGHT_INDEX * surface - _RECOVER_RIGHT_FLOW
    own = after.values["cardiac_output"] - pump
    plant = Plant(after.patient, after.device)
    fastest = simulate_condition(plant, "P-9", None, before["map"]).values
    other = _other_lung(case)
    return (
        f"the published CI and pump flow together ask that the right ventricle still gives "
        f"{published:.1f} L/min beside the pump, of {before['cardiac_output']:.1f} before; in the "
        f"model the pump takes the blood of which the ventricle fills and raises the pressure into "
        f"which it ejects, so that it gives {own:.1f} beside {pump:.1f} L/min (at P-9 CI is "
        f"{fastest['cardiac_index']:.2f} and CVP {fastest['cvp']:.1f}); the pulmonary pressure "
        f"before is not published and comes out at {before['mpap']:.0f} mmHg, but a patient "
        f"identified to {_OTHER_LUNG['mpap']:g} and a wedge pressure of {_OTHER_LUNG['pcwp']:g} "
        f"mmHg reaches no more (CI {other['cardiac_index']:.2f}, CVP {other['cvp']:.1f}); 18 of "
        "the 30 patients had a durable LVAD, which the model's patient has not"
    )


def _other_lung(case: Case) -> Mapping[str, float]:
    """The support of a patient with another pulmonary circulation, for comparison only."""
    study = case.study
    before = dict(study.before)
    for name, value in _OTHER_LUNG.items():
        before[name] = Quantity(value, SIGNALS[name].unit, "guess: for comparison", "X")
    free = tuple(name for name in FREE if name not in study.kept)
    patient = case.patient.changed(held=(), targets=before)
    found = identify(patient, free=free, fitted=tuple(before)).patient
    pressure = case.conditions[BEFORE].values["map"]
    return simulate_support(found, study.supports["support"], pressure).values


def _label_flow(case: Case, band: Band) -> str:
    values = case.conditions["shock"].values
    return (
        f"the mean head in this patient is {values['pump_head']:.0f} mmHg; the displayed range is "
        f"read at 60 mmHg and more, where the law gives {values['flow_at_60']:.2f} L/min"
    )


def _healthy_coupling(case: Case, band: Band) -> str:
    condition = case.conditions["healthy"]
    values = condition.values
    stroke = values["rvedv"] - values["rvesv"]
    return (
        f"mean pulmonary pressure {values['mpap']:.0f} mmHg over a stroke of {stroke:.0f} mL is an "
        f"arterial elastance of {values['mpap'] / stroke:.2f}, against an end-systolic one of "
        f"{condition.patient['rv_ees']:.2f} mmHg/mL; the ratio is that of a healthy man (0.5 to "
        "0.7, recalled: Tello 2019), not that of the anesthetised pig, in which both elastances "
        "were measured by other methods"
    )


def _native_ejection(case: Case, band: Band) -> str:
    condition = case.conditions["P-8"]
    values, before = condition.values, case.conditions[BEFORE].values
    rigid = _again(condition, {})
    highest = simulate_condition(
        Plant(condition.patient, condition.device),
        "P-9",
        None,
        case.conditions[BEFORE].values["map"],
    ).values
    weaker = simulate_condition(Plant(_WEAKER, condition.device), condition.level).values
    return (
        f"the ventricle still gives {values['native_flow']:.2f} of {values['cardiac_output']:.1f} "
        f"L/min at P-8: it was identified to an output of "
        f"{before['cardiac_output']:.1f} L/min without a pump, a fill of "
        f"the preset, while the case's is not published; the valve is open for "
        f"{rigid['aortic_valve_open_fraction']:.2f} of the beat without a reflex too, for "
        f"{highest['aortic_valve_open_fraction']:.2f} at P-9, and for "
        f"{weaker['aortic_valve_open_fraction']:.2f} in {_WEAKER} (output "
        f"{Patient.load(_WEAKER).targets['cardiac_output'].value:g} L/min) at P-8"
    )


def _relaxation(case: Case, band: Band) -> str:
    waves = case.conditions["P-8"].waves
    peak = int(np.argmax(waves["lv_pressure"]))
    pressure, volume = (np.roll(waves[name], -peak) for name in ("lv_pressure", "lv_volume"))
    share = (pressure - pressure.min()) / np.ptp(pressure)
    high, low = (int(np.argmax(share <= end)) for end in (0.9, 0.1))
    seconds = (low - high) * (waves["time"][1] - waves["time"][0])
    return (
        f"the model's ventricle relaxes in {1e3 * seconds:.0f} ms, in which the pump draws "
        f"{volume[high] - volume[low]:.1f} mL of a loop that is {np.ptp(volume):.0f} mL wide; the "
        "course of the contraction is one for all hearts of the model, while failing ones relax "
        "more slowly (time constant 40 against 30 ms in the Burkhoff set of SCAI C)"
    )


def _blocked_hemolysis(case: Case, band: Band) -> str:
    valve, correct = case.conditions["valve"].values, case.conditions["correct"].values
    return (
        f"the release goes with the flow by the power law, and the flow falls to "
        f"{valve['pump_flow']:.2f} of {correct['pump_flow']:.2f} L/min with the outlet in the "
        "valve; the published ratio is one of indices, which are normalised by the flow"
    )


def _contact(case: Case, band: Band) -> str:
    where = case.conditions[band.at[0]].values
    return (
        f"the congested ventricle (LVEDP {where['lvedp']:.0f} mmHg) is not sucked onto the inlet: "
        f"its lowest pressure stays {where['suction_margin']:.1f} mmHg above the threshold, which "
        "full contact raises by a guess"
    )


def _contact_leak(case: Case, band: Band) -> str:
    condition = case.conditions[band.at[0]]
    pump = Plant(condition.patient, condition.device).pump
    assert pump is not None
    return (
        f"the leak that full contact adds ({pump['mitral_contact_leak']:g} mL/s/mmHg) is a guess; "
        f"{condition.values['mitral_regurgitant_volume']:.1f} mL of a beat run back"
    )


def _preset_pressure(case: Case, band: Band) -> str:
    target = case.conditions["shock-c"].patient.targets["map"].value
    return f"the preset is identified to a MAP of {target:g} mmHg, the typical value of its profile"


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
