"""The physics: patients, pumps, disturbances, sensors and the plant that joins them."""

from plants.access import (
    ROUTES,
    Access,
    Anatomy,
    access_route,
    access_routes,
    check_anatomy,
    french_to_mm,
    sheath_artery_ratio,
    sheath_outer_diameter,
)
from plants.action import LevelAction, SpeedAction, action_from, action_of
from plants.auto_mode import AutoMode
from plants.batch import BatchSimulator
from plants.beat_map import Beat, BeatMap
from plants.beats import METRICS
from plants.bedside import Bedside
from plants.bedside_cases import WeaningCase, weaning_patient
from plants.bedside_events import HourEvent, HourScenario
from plants.cohort import individual
from plants.conditions import Conditions
from plants.device_parameters import DEVICE_PARAMETERS, DEVICE_RATINGS
from plants.disturbances import DISTURBANCES, Disturbance, disturbance_vector
from plants.driver import DeviceDriver
from plants.errors import InputError, PhysicsError, unknown_name
from plants.event import Event
from plants.goals import Death, Goal, Limit, hinge
from plants.head_flow_fit import HeadFlowFit, fit_head_flow
from plants.head_flow_prior import sample_head_flow
from plants.hemolysis_laws import HemolysisLaw, hemolysis_law, with_hemolysis_law
from plants.identify import Identification, TargetRow, compare, identify
from plants.indication import Indication, check_indication, indication
from plants.intervention import Inflation, Intervention
from plants.label_limits import LabelClock, label_limit
from plants.measurement import Measurement, UnknownSignalError
from plants.model import STATES, PlantModel, plant_model
from plants.observation import SampleAndHold
from plants.parameters import PATIENT_PARAMETERS
from plants.patient import Patient
from plants.plant import Plant
from plants.population import Population, RefusalCounts
from plants.pump import Pump
from plants.pump_file import Boost, HeadFlow, Level
from plants.quantity import Quantity
from plants.rhythm import RHYTHMS, Rhythm, RhythmBeat
from plants.rollout import Recorder, save_rollout, steady_metrics
from plants.scenario import Scenario
from plants.sensors import TIERS, Sensor, Sensors, tier_table
from plants.signals import BEAT_METRICS, SIGNALS, SLOW_SIGNALS, WAVEFORMS, Signal, signal
from plants.simulate import held_speed, run_course, simulate
from plants.simulator import Simulator
from plants.slow.clock import SlowClock
from plants.slow.hazards import HAZARDS, event_times, thresholds
from plants.slow.hemolysis import clinically_significant
from plants.slow.mitral import echo_grade
from plants.slow.multirate import MultirateRun
from plants.slow.slow_model import SLOW_INPUTS, SLOW_PARAMETERS, SLOW_STATES
from plants.slow.slow_parameters import SlowParameters
from plants.steady import PeriodicBeat, SteadyState, steady_state
from plants.suction_event import SuctionEvent, SuctionEvents
from plants.therapy import Therapy
from plants.tolerance import tolerance
from plants.valve_disease import ValveDisease, valve_diseases, with_valve_disease
from plants.virtual_patient import VirtualPatient

__all__ = [
    "BEAT_METRICS",
    "DEVICE_PARAMETERS",
    "DEVICE_RATINGS",
    "DISTURBANCES",
    "HAZARDS",
    "METRICS",
    "PATIENT_PARAMETERS",
    "RHYTHMS",
    "ROUTES",
    "SIGNALS",
    "SLOW_INPUTS",
    "SLOW_PARAMETERS",
    "SLOW_SIGNALS",
    "SLOW_STATES",
    "STATES",
    "TIERS",
    "WAVEFORMS",
    "Access",
    "Anatomy",
    "AutoMode",
    "BatchSimulator",
    "Beat",
    "BeatMap",
    "Bedside",
    "Boost",
    "Conditions",
    "Death",
    "DeviceDriver",
    "Disturbance",
    "Event",
    "Goal",
    "HeadFlow",
    "HeadFlowFit",
    "HemolysisLaw",
    "HourEvent",
    "HourScenario",
    "Identification",
    "Indication",
    "Inflation",
    "InputError",
    "Intervention",
    "LabelClock",
    "Level",
    "LevelAction",
    "Limit",
    "Measurement",
    "MultirateRun",
    "Patient",
    "PeriodicBeat",
    "PhysicsError",
    "Plant",
    "PlantModel",
    "Population",
    "Pump",
    "Quantity",
    "Recorder",
    "RefusalCounts",
    "Rhythm",
    "RhythmBeat",
    "SampleAndHold",
    "Scenario",
    "Sensor",
    "Sensors",
    "Signal",
    "Simulator",
    "SlowClock",
    "SlowParameters",
    "SpeedAction",
    "SteadyState",
    "SuctionEvent",
    "SuctionEvents",
    "TargetRow",
    "Therapy",
    "UnknownSignalError",
    "ValveDisease",
    "VirtualPatient",
    "WeaningCase",
    "access_route",
    "access_routes",
    "action_from",
    "action_of",
    "check_anatomy",
    "check_indication",
    "clinically_significant",
    "compare",
    "disturbance_vector",
    "echo_grade",
    "event_times",
    "fit_head_flow",
    "french_to_mm",
    "held_speed",
    "hemolysis_law",
    "hinge",
    "identify",
    "indication",
    "individual",
    "label_limit",
    "plant_model",
    "run_course",
    "sample_head_flow",
    "save_rollout",
    "sheath_artery_ratio",
    "sheath_outer_diameter",
    "signal",
    "simulate",
    "steady_metrics",
    "steady_state",
    "thresholds",
    "tier_table",
    "tolerance",
    "unknown_name",
    "valve_diseases",
    "weaning_patient",
    "with_hemolysis_law",
    "with_valve_disease",
]
