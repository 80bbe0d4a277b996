"""The physics: patients, pumps, disturbances, sensors and the plant that joins them."""

from plants.action import LevelAction, SpeedAction, action_from, action_of
from plants.beat_map import Beat, BeatMap
from plants.beats import METRICS
from plants.cohort import individual
from plants.device_parameters import DEVICE_PARAMETERS, DEVICE_RATINGS
from plants.disturbances import DISTURBANCES, Disturbance, disturbance_vector
from plants.driver import DeviceDriver
from plants.errors import InputError, PhysicsError, unknown_name
from plants.event import Event
from plants.goals import Death, Goal, Limit, hinge
from plants.identify import Identification, TargetRow, compare, identify
from plants.measurement import Measurement, UnknownSignalError
from plants.model import STATES, PlantModel, plant_model
from plants.observation import SampleAndHold
from plants.parameters import PATIENT_PARAMETERS
from plants.patient import Patient
from plants.plant import Plant
from plants.pump import Pump
from plants.pump_file import Boost, HeadFlow, Level
from plants.quantity import Quantity
from plants.rollout import Recorder, save_rollout, steady_metrics
from plants.scenario import Scenario
from plants.sensors import TIERS, Sensor, Sensors, tier_table
from plants.signals import BEAT_METRICS, SIGNALS, WAVEFORMS, Signal, signal
from plants.simulate import held_speed, run_course, simulate
from plants.simulator import Simulator
from plants.slow.clock import SlowClock
from plants.slow.multirate import MultirateRun
from plants.slow.slow_parameters import SlowParameters
from plants.steady import PeriodicBeat, SteadyState, steady_state
from plants.therapy import Therapy
from plants.tolerance import tolerance

__all__ = [
    "BEAT_METRICS",
    "DEVICE_PARAMETERS",
    "DEVICE_RATINGS",
    "DISTURBANCES",
    "METRICS",
    "PATIENT_PARAMETERS",
    "SIGNALS",
    "STATES",
    "TIERS",
    "WAVEFORMS",
    "Beat",
    "BeatMap",
    "Boost",
    "Death",
    "DeviceDriver",
    "Disturbance",
    "Event",
    "Goal",
    "HeadFlow",
    "Identification",
    "InputError",
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
    "Pump",
    "Quantity",
    "Recorder",
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
    "TargetRow",
    "Therapy",
    "UnknownSignalError",
    "action_from",
    "action_of",
    "compare",
    "disturbance_vector",
    "held_speed",
    "hinge",
    "identify",
    "individual",
    "plant_model",
    "run_course",
    "save_rollout",
    "signal",
    "simulate",
    "steady_metrics",
    "steady_state",
    "tier_table",
    "tolerance",
    "unknown_name",
]
