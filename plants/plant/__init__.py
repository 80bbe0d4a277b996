"""The plant: all equations in one symbolic model, patient and pumps, metrics of a beat."""

from plants.plant import metrics as metrics
from plants.plant.equations import (
    N_VOLUMES as N_VOLUMES,
    PHASE as PHASE,
    STATES as STATES,
    VALUES as VALUES,
    held_values as held_values,
)
from plants.plant.life import (
    BeyondLife as BeyondLife,
    LifeRange as LifeRange,
    LifeWatch as LifeWatch,
    beyond_life as beyond_life,
    beyond_life_text as beyond_life_text,
    range_of_life as range_of_life,
    within_life as within_life,
)
from plants.plant.metrics import (
    ACCUMULATOR as ACCUMULATOR,
    EXTREMES as EXTREMES,
    INTEGRALS as INTEGRALS,
    LEAST_CVP as LEAST_CVP,
    METRICS as METRICS,
    power_output as power_output,
    pulsatility_index as pulsatility_index,
)
from plants.plant.model import (
    BEAT_SLACK as BEAT_SLACK,
    PlantModel as PlantModel,
    plant_model as plant_model,
)
from plants.plant.plant import (
    RIGHT_SPEED as RIGHT_SPEED,
    SPEED as SPEED,
    STEP as STEP,
    Plant as Plant,
)
from plants.plant.pressure_volume import (
    PressureVolumeRelations as PressureVolumeRelations,
    pressure_volume_relations as pressure_volume_relations,
)
from plants.plant.structures import FreeWall as FreeWall
from plants.quantities import BeatMetrics as BeatMetrics
