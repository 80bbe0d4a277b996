"""C text: functions over lanes, time loops, sensitivities, and what a processor needs for them."""

from plants.compile.code.block import block_source
from plants.compile.code.casadi_loop import casadi_loop_source
from plants.compile.code.emitter import Part, emit_functions
from plants.compile.code.lane_functions import lanes_source
from plants.compile.code.one_lane import one_lane_source
from plants.compile.code.plant_functions import PlantFunctions
from plants.compile.code.sensitivity import sensitivity_source
from plants.compile.code.state_tangent import DIRECTIONS, state_tangent_source
from plants.compile.code.template import filled
from plants.compile.code.vector_math import elementary_functions

__all__ = [
    "DIRECTIONS",
    "Part",
    "PlantFunctions",
    "block_source",
    "casadi_loop_source",
    "elementary_functions",
    "emit_functions",
    "filled",
    "lanes_source",
    "one_lane_source",
    "sensitivity_source",
    "state_tangent_source",
]
