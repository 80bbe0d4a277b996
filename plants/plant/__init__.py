"""The plant: all equations in one symbolic model, patient and pumps, metrics of a beat."""

from plants.plant import metrics
from plants.plant.equations import N_VOLUMES, PHASE, STATES, VALUES
from plants.plant.metrics import (
    ACCUMULATOR,
    EXTREMES,
    INTEGRALS,
    LEAST_CVP,
    METRICS,
    power_output,
    pulsatility_index,
)
from plants.plant.model import BEAT_SLACK, PlantModel, plant_model
from plants.plant.plant import DEFAULT_RIGHT_LEVEL, RIGHT_SPEED, SPEED, STEP, Plant
from plants.plant.structures import FreeWall
from plants.quantities import BeatMetrics

__all__ = [
    "ACCUMULATOR",
    "BEAT_SLACK",
    "DEFAULT_RIGHT_LEVEL",
    "EXTREMES",
    "INTEGRALS",
    "LEAST_CVP",
    "METRICS",
    "N_VOLUMES",
    "PHASE",
    "RIGHT_SPEED",
    "SPEED",
    "STATES",
    "STEP",
    "VALUES",
    "BeatMetrics",
    "FreeWall",
    "Plant",
    "PlantModel",
    "metrics",
    "plant_model",
    "power_output",
    "pulsatility_index",
]
