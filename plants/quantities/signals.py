"""Every quantity that anything shows, stores, measures or rewards, declared once.

Observation spaces, plot labels, dataset attributes, tables and documentation are all read from
:data:`SIGNALS`. A waveform signal has a value at every instant; a beat signal has one per beat; a
slow signal exists where a patient is followed on the slow clock of hours. The table of metrics of a
run holds both: a waveform signal then stands for its mean over a beat.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from plants.quantities.errors import lookup

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


def _table(*signals: Signal) -> MappingProxyType[str, Signal]:
    return MappingProxyType({signal.name: signal for signal in signals})


SIGNALS: MappingProxyType[str, Signal] = _table(
    # Waveforms: a value at every instant.
    Signal("lv_pressure", "mmHg", "left-ventricular pressure", -100, 400, "waveform"),
    Signal("lv_volume", "mL", "left-ventricular volume", 0, 800, "waveform"),
    Signal("aortic_pressure", "mmHg", "aortic pressure", -50, 400, "waveform"),
    Signal("la_pressure", "mmHg", "left-atrial pressure", -50, 150, "waveform"),
    Signal("ra_pressure", "mmHg", "right-atrial pressure", -50, 150, "waveform"),
    Signal("rv_pressure", "mmHg", "right-ventricular pressure", -50, 250, "waveform"),
    Signal("rv_volume", "mL", "right-ventricular volume", 0, 800, "waveform"),
    Signal("pa_pressure", "mmHg", "pulmonary-artery pressure", -50, 250, "waveform"),
    Signal("pump_flow", "L/min", "pump flow", -15, 15, "waveform"),
    Signal("aortic_valve_flow", "L/min", "aortic-valve flow", -60, 120, "waveform"),
    Signal("mitral_valve_flow", "L/min", "mitral-valve flow", -120, 150, "waveform"),
    Signal("pump_speed", "rpm", "pump speed", 0, 60000, "waveform"),
    Signal("pump_head", "mmHg", "pressure head across the pump", -150, 400, "waveform"),
    Signal("motor_current", "mA", "motor current", 0, 3000, "waveform"),
    Signal("placement_signal", "mmHg", "placement signal", -100, 400, "waveform"),
    Signal("displayed_flow", "L/min", "flow displayed by the console", 0, 15, "waveform"),
    Signal("suction_occlusion", "1", "occlusion of the inlet by suction", -0.05, 1.05, "waveform"),
    Signal("right_pump_flow", "L/min", "flow of the right pump", -15, 15, "waveform"),
    Signal("right_pump_speed", "rpm", "speed of the right pump", 0, 60000, "waveform"),
    Signal("right_occlusion", "1", "occlusion of the right inlet", -0.05, 1.05, "waveform"),
    Signal("septum_shift", "mL", "septal displacement into the RV", -200, 200, "waveform"),
    Signal("pericardial_pressure", "mmHg", "pericardial pressure", -50, 200, "waveform"),
    # Once a beat.
    Signal("heart_rate", "1/min", "heart rate", 10, 300),
    Signal("map", "mmHg", "mean arterial pressure", -50, 300),
    Signal("systolic", "mmHg", "systolic aortic pressure", -50, 400),
    Signal("diastolic", "mmHg", "diastolic aortic pressure", -50, 300),
    Signal("pulse_pressure", "mmHg", "aortic pulse pressure", 0, 300),
    Signal("cardiac_output", "L/min", "total flow (native and pump)", -5, 30),
    Signal("native_flow", "L/min", "native flow through the aortic valve", -5, 30),
    Signal("cardiac_index", "L/min/m2", "cardiac index", -3, 15),
    Signal("cardiac_power_output", "W", "cardiac power output", -1, 10),
    Signal("lvedp", "mmHg", "LV end-diastolic pressure", -50, 150),
    Signal("lvedv", "mL", "LV end-diastolic volume", 0, 800),
    Signal("lvesv", "mL", "LV end-systolic volume", 0, 800),
    Signal("ejection_fraction", "1", "LV ejection fraction", 0, 1),
    Signal("lv_peak_pressure", "mmHg", "LV peak pressure", -50, 400),
    Signal("stroke_work", "mmHg.mL", "LV stroke work", -5000, 40000),
    Signal("pressure_volume_area", "mmHg.mL", "LV pressure-volume area", -5000, 100000),
    Signal("pcwp", "mmHg", "pulmonary capillary wedge pressure", -50, 150),
    Signal("cvp", "mmHg", "central venous pressure", -50, 150),
    Signal("mpap", "mmHg", "mean pulmonary-artery pressure", -50, 200),
    Signal("pa_systolic", "mmHg", "systolic pulmonary-artery pressure", -50, 250),
    Signal("pa_diastolic", "mmHg", "diastolic pulmonary-artery pressure", -50, 200),
    Signal("papi", "1", "pulmonary-artery pulsatility index", 0, 100),
    Signal("aortic_valve_open_fraction", "1", "share of the beat with open aortic valve", 0, 1),
    Signal("mitral_regurgitant_fraction", "1", "mitral regurgitant fraction", 0, 1),
    Signal("mitral_regurgitant_volume", "mL", "mitral regurgitant volume of a beat", 0, 500),
    Signal("aortic_regurgitant_fraction", "1", "aortic regurgitant fraction", 0, 1),
    Signal("coronary_perfusion_pressure", "mmHg", "coronary perfusion pressure", -150, 300),
    Signal("rvedv", "mL", "RV end-diastolic volume", 0, 800),
    Signal("rvesv", "mL", "RV end-systolic volume", 0, 800),
    Signal("ea_ees_rv", "1", "RV arterial over end-systolic elastance", -100, 1000),
    Signal("malposition", "1", "share of the windows of the pump out of place", 0, 1),
    Signal("suction_margin", "mmHg", "lowest LV pressure above the suction threshold", -150, 100),
    Signal("suction", "1", "share of the beat in suction", 0, 1),
    Signal("hemolysis_rate", "mg/dL/h", "release of plasma-free hemoglobin", 0, 10000),
    Signal("pump_flow_max", "L/min", "highest pump flow of the beat", -15, 15),
    Signal("pump_flow_min", "L/min", "lowest pump flow of the beat", -15, 15),
    Signal("motor_current_pulsatility", "mA", "motor-current pulsatility", 0, 3000),
    Signal("placement_pulsatility", "mmHg", "pulsatility of the placement signal", 0, 500),
    Signal("blood_volume", "mL", "total blood volume", 0, 20000),
    # On the slow clock.
    Signal("pfhb", "mg/dL", "plasma-free hemoglobin", 0, 30000, "slow"),
    Signal("unbound_hemoglobin", "mg/dL", "hemoglobin not bound to haptoglobin", 0, 30000, "slow"),
    Signal("haptoglobin", "mg/dL", "hemoglobin that all haptoglobin can bind", 0, 1000, "slow"),
    Signal("hemolysis_dose", "mg/dL", "hemoglobin released so far", 0, 1e6, "slow"),
    Signal("hemoglobin", "g/dL", "hemoglobin of the blood", 0, 40, "slow"),
    Signal("hematocrit", "1", "share of red cells in the blood", 0, 1, "slow"),
    Signal("lactate", "mmol/L", "arterial lactate", 0, 100, "slow"),
    Signal("oxygen_delivery", "mL/min", "oxygen delivery", 0, 10000, "slow"),
    Signal("oxygen_consumption", "mL/min", "oxygen consumption", 0, 2000, "slow"),
    Signal("oxygen_extraction", "1", "share of the delivered oxygen consumed", 0, 1, "slow"),
    Signal("svo2", "1", "mixed venous oxygen saturation", 0, 1, "slow"),
    Signal("renal_injury", "1", "injury of the kidneys", 0, 1, "slow"),
    Signal("hepatic_injury", "1", "injury of the liver", 0, 1, "slow"),
    Signal("stunned", "1", "recoverable contractility still stunned", 0, 1, "slow"),
    Signal("infarcted", "1", "recoverable contractility lost for good", 0, 1, "slow"),
    Signal("recovery_drive", "1", "drive of the recovery; under good support 1", -100, 10, "slow"),
    Signal("ventricular_load", "1", "load of the LV relative to no support", 0, 100, "slow"),
    Signal("functional_leak", "mL/s/mmHg", "functional leak of the mitral valve", 0, 5, "slow"),
    Signal("inotrope_effect", "ug/kg/min", "inotrope at its effect site", 0, 50, "slow"),
    Signal("vasopressor_effect", "ug/kg/min", "vasopressor at its effect site", 0, 10, "slow"),
    Signal("limb_perfusion", "1", "perfusion of the leg, 1 normal", 0, 2, "slow"),
    Signal("sheath_artery_ratio", "1", "sheath over artery diameter", 0, 10, "slow"),
    Signal("limb_ischemia", "h", "dose of limb ischemia", 0, 500, "slow"),
    Signal("bleeding_hazard", "1", "cumulative hazard of major bleeding", 0, 1e4, "slow"),
    Signal("malposition_hazard", "1", "cumulative hazard of malposition", 0, 1e4, "slow"),
    Signal("limb_hazard", "1", "cumulative hazard of limb ischemia", 0, 1e4, "slow"),
    Signal("vwf_loss", "1", "large von Willebrand multimers lost to shear", 0, 1, "slow"),
    Signal("sympathetic_activity", "1", "sympathetic firing over the resting", 0, 20, "slow"),
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
