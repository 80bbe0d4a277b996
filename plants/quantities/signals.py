"""Every quantity that anything shows, stores, measures or rewards, declared once.

Observation spaces, plot labels, dataset attributes, tables and documentation are all read from
:data:`SIGNALS`; the equations take the same signals as typed structures. A waveform signal has a
value at every instant; a beat signal has one per beat; a slow signal exists where a patient is
followed on the slow clock of hours. The table of metrics of a run holds both: a waveform signal
then stands for its mean over a beat.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from plants.quantities.errors import lookup
from plants.quantities.named_vector import Entry, declarations, entry, structure

Kind = Literal["waveform", "beat", "slow"]


@dataclass(frozen=True)
class Signal:
    """A named quantity.

    Parameters
    ----------
    name : str
        The name used in code, data files and JSON.
    unit : str
        Unit as printed; ``"1"`` for a ratio.
    meaning : str
        One line for tables and axis labels.
    low, high : float
        Bounds of the value in any simulation the plant does not refuse; the observation space
        uses them and the environment clips to them.
    kind : {"waveform", "beat", "slow"}
        Whether the value exists at every instant, once a beat, or on the slow clock only.

    Examples
    --------
    >>> from plants import SIGNALS
    >>> SIGNALS["map"].unit
    'mmHg'
    """

    name: str
    unit: str
    meaning: str
    low: float
    high: float
    kind: Kind = "beat"

    @property
    def label(self) -> str:
        """Axis label: meaning and unit."""
        return self.meaning if self.unit == "1" else f"{self.meaning} [{self.unit}]"


@structure
class Waveforms:
    """The signals of an instant, in their units: flows in L/min, speed in rpm."""

    lv_pressure: Entry = entry("mmHg", "left-ventricular pressure", -100, 400)
    lv_volume: Entry = entry("mL", "left-ventricular volume", 0, 800)
    aortic_pressure: Entry = entry("mmHg", "aortic pressure", -50, 400)
    la_pressure: Entry = entry("mmHg", "left-atrial pressure", -50, 150)
    ra_pressure: Entry = entry("mmHg", "right-atrial pressure", -50, 150)
    rv_pressure: Entry = entry("mmHg", "right-ventricular pressure", -50, 250)
    rv_volume: Entry = entry("mL", "right-ventricular volume", 0, 800)
    pa_pressure: Entry = entry("mmHg", "pulmonary-artery pressure", -50, 250)
    pump_flow: Entry = entry("L/min", "pump flow", -15, 15)
    aortic_valve_flow: Entry = entry("L/min", "aortic-valve flow", -60, 120)
    mitral_valve_flow: Entry = entry("L/min", "mitral-valve flow", -120, 150)
    pump_speed: Entry = entry("rpm", "pump speed", 0, 60000)
    pump_head: Entry = entry("mmHg", "pressure head across the pump", -150, 400)
    motor_current: Entry = entry("mA", "motor current", 0, 3000)
    placement_signal: Entry = entry("mmHg", "placement signal", -100, 400)
    displayed_flow: Entry = entry("L/min", "flow displayed by the console", 0, 15)
    suction_occlusion: Entry = entry("1", "occlusion of the inlet by suction", -0.05, 1.05)
    right_pump_flow: Entry = entry("L/min", "flow of the right pump", -15, 15)
    right_pump_speed: Entry = entry("rpm", "speed of the right pump", 0, 60000)
    right_occlusion: Entry = entry("1", "occlusion of the right inlet", -0.05, 1.05)
    septum_shift: Entry = entry("mL", "septal displacement into the RV", -200, 200)
    pericardial_pressure: Entry = entry("mmHg", "pericardial pressure", -50, 200)


@structure
class BeatMetrics(Waveforms):
    """Metrics of a completed beat: the mean of every waveform, and what is made of the beat."""

    heart_rate: Entry = entry("1/min", "heart rate", 10, 300)
    map: Entry = entry("mmHg", "mean arterial pressure", -50, 300)
    systolic: Entry = entry("mmHg", "systolic aortic pressure", -50, 400)
    diastolic: Entry = entry("mmHg", "diastolic aortic pressure", -50, 300)
    pulse_pressure: Entry = entry("mmHg", "aortic pulse pressure", 0, 300)
    cardiac_output: Entry = entry("L/min", "total flow (native and pump)", -5, 30)
    native_flow: Entry = entry("L/min", "native flow through the aortic valve", -5, 30)
    cardiac_index: Entry = entry("L/min/m2", "cardiac index", -3, 15)
    cardiac_power_output: Entry = entry("W", "cardiac power output", -1, 10)
    lvedp: Entry = entry("mmHg", "LV end-diastolic pressure", -50, 150)
    lvedv: Entry = entry("mL", "LV end-diastolic volume", 0, 800)
    lvesv: Entry = entry("mL", "LV end-systolic volume", 0, 800)
    stroke_volume: Entry = entry("mL", "native flow of a beat through the aortic valve", -100, 500)
    ejection_fraction: Entry = entry("1", "LV ejection fraction", 0, 1)
    lv_peak_pressure: Entry = entry("mmHg", "LV peak pressure", -50, 400)
    stroke_work: Entry = entry("mmHg.mL", "LV stroke work", -5000, 40000)
    pressure_volume_area: Entry = entry("mmHg.mL", "LV pressure-volume area", -5000, 100000)
    pcwp: Entry = entry("mmHg", "pulmonary capillary wedge pressure", -50, 150)
    cvp: Entry = entry("mmHg", "central venous pressure", -50, 150)
    mpap: Entry = entry("mmHg", "mean pulmonary-artery pressure", -50, 200)
    pa_systolic: Entry = entry("mmHg", "systolic pulmonary-artery pressure", -50, 250)
    pa_diastolic: Entry = entry("mmHg", "diastolic pulmonary-artery pressure", -50, 200)
    papi: Entry = entry("1", "pulmonary-artery pulsatility index", 0, 100)
    aortic_valve_open_fraction: Entry = entry("1", "share of the beat with open aortic valve", 0, 1)
    mitral_regurgitant_fraction: Entry = entry("1", "mitral regurgitant fraction", 0, 1)
    mitral_regurgitant_volume: Entry = entry("mL", "mitral regurgitant volume of a beat", 0, 500)
    aortic_regurgitant_fraction: Entry = entry("1", "aortic regurgitant fraction", 0, 1)
    coronary_perfusion_pressure: Entry = entry("mmHg", "coronary perfusion pressure", -150, 300)
    coronary_driving_pressure: Entry = entry("mmHg", "mean driving pressure of the LV wall", 0, 300)
    coronary_flow: Entry = entry("mL/min", "coronary flow of the LV", -1, 5000)
    hyperemic_coronary_flow: Entry = entry("mL/min", "coronary flow of the dilated bed", -1, 10000)
    coronary_flow_reserve: Entry = entry("1", "hyperemic over present coronary flow", 0, 100)
    perfusion_factor: Entry = entry("1", "factor of perfusion on LV contractility", 0, 5)
    la_volume_max: Entry = entry("mL", "largest LA volume of the beat", 0, 800)
    la_volume_min: Entry = entry("mL", "smallest LA volume of the beat", 0, 800)
    rvedv: Entry = entry("mL", "RV end-diastolic volume", 0, 800)
    rvesv: Entry = entry("mL", "RV end-systolic volume", 0, 800)
    rv_ejection_fraction: Entry = entry("1", "RV ejection fraction", 0, 1)
    ea_ees_rv: Entry = entry("1", "RV arterial over end-systolic elastance", -100, 1000)
    malposition: Entry = entry("1", "share of the windows of the pump out of place", 0, 1)
    suction_margin: Entry = entry(
        "mmHg", "lowest LV pressure above the suction threshold", -150, 100
    )
    suction: Entry = entry("1", "share of the beat in suction", 0, 1)
    hemolysis_rate: Entry = entry("mg/dL/h", "release of plasma-free hemoglobin", 0, 10000)
    pump_flow_max: Entry = entry("L/min", "highest pump flow of the beat", -15, 15)
    pump_flow_min: Entry = entry("L/min", "lowest pump flow of the beat", -15, 15)
    motor_current_pulsatility: Entry = entry("mA", "motor-current pulsatility", 0, 3000)
    placement_pulsatility: Entry = entry("mmHg", "pulsatility of the placement signal", 0, 500)
    blood_volume: Entry = entry("mL", "total blood volume", 0, 20000)


@structure
class SlowSignals:
    """Signals of the slow clock."""

    pfhb: Entry = entry("mg/dL", "plasma-free hemoglobin", 0, 30000)
    unbound_hemoglobin: Entry = entry("mg/dL", "hemoglobin not bound to haptoglobin", 0, 30000)
    haptoglobin: Entry = entry("mg/dL", "hemoglobin that all haptoglobin can bind", 0, 1000)
    hemolysis_dose: Entry = entry("mg/dL", "hemoglobin released so far", 0, 1e6)
    hemoglobin: Entry = entry("g/dL", "hemoglobin of the blood", 0, 40)
    hematocrit: Entry = entry("1", "share of red cells in the blood", 0, 1)
    lactate: Entry = entry("mmol/L", "arterial lactate", 0, 100)
    oxygen_delivery: Entry = entry("mL/min", "oxygen delivery", 0, 10000)
    oxygen_consumption: Entry = entry("mL/min", "oxygen consumption", 0, 2000)
    oxygen_extraction: Entry = entry("1", "share of the delivered oxygen consumed", 0, 1)
    svo2: Entry = entry("1", "mixed venous oxygen saturation", 0, 1)
    renal_injury: Entry = entry("1", "injury of the kidneys", 0, 1)
    hepatic_injury: Entry = entry("1", "injury of the liver", 0, 1)
    stunned: Entry = entry("1", "recoverable contractility still stunned", 0, 1)
    infarcted: Entry = entry("1", "recoverable contractility lost for good", 0, 1)
    recovery_drive: Entry = entry("1", "drive of the recovery; under good support 1", -100, 10)
    ventricular_load: Entry = entry("1", "load of the LV relative to no support", 0, 100)
    functional_leak: Entry = entry("mL/s/mmHg", "functional leak of the mitral valve", 0, 5)
    inotrope_effect: Entry = entry("ug/kg/min", "inotrope at its effect site", 0, 50)
    vasopressor_effect: Entry = entry("ug/kg/min", "vasopressor at its effect site", 0, 10)
    limb_perfusion: Entry = entry("1", "perfusion of the leg, 1 normal", 0, 2)
    sheath_artery_ratio: Entry = entry("1", "sheath over artery diameter", 0, 10)
    limb_ischemia: Entry = entry("h", "dose of limb ischemia", 0, 500)
    bleeding_hazard: Entry = entry("1", "cumulative hazard of major bleeding", 0, 1e4)
    malposition_hazard: Entry = entry("1", "cumulative hazard of malposition", 0, 1e4)
    limb_hazard: Entry = entry("1", "cumulative hazard of limb ischemia", 0, 1e4)
    vwf_loss: Entry = entry("1", "large von Willebrand multimers lost to shear", 0, 1)
    sympathetic_activity: Entry = entry("1", "sympathetic firing over the resting", 0, 20)


def _declared(kind: Kind, structure: type[Any]) -> Mapping[str, Signal]:
    return declarations(structure, functools.partial(Signal, kind=kind))


# The metrics of a beat begin with the waveforms, which keep their places.
SIGNALS: MappingProxyType[str, Signal] = MappingProxyType(
    {
        **_declared("beat", BeatMetrics),
        **_declared("waveform", Waveforms),
        **_declared("slow", SlowSignals),
    }
)

WAVEFORMS: tuple[str, ...] = tuple(s.name for s in SIGNALS.values() if s.kind == "waveform")
BEAT_METRICS: tuple[str, ...] = tuple(s.name for s in SIGNALS.values() if s.kind == "beat")
SLOW_SIGNALS: tuple[str, ...] = tuple(s.name for s in SIGNALS.values() if s.kind == "slow")


def signal(name: str, *, source: str | None = None) -> Signal:
    """The signal of that name.

    Raises
    ------
    InputError
        No signal has that name; the message lists those that exist.
    """
    return lookup(SIGNALS, name, "signal", source=source)
