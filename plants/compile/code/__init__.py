"""C text: functions over lanes, time loops, sensitivities, and what a processor needs for them."""

from plants.compile.code.block import block_source as block_source
from plants.compile.code.casadi_loop import casadi_loop_source as casadi_loop_source
from plants.compile.code.emitter import Part as Part, emit_functions as emit_functions
from plants.compile.code.lane_functions import lanes_source as lanes_source
from plants.compile.code.one_lane import one_lane_source as one_lane_source
from plants.compile.code.path_tangent import (
    PATH_DIRECTIONS as PATH_DIRECTIONS,
    path_tangent_source as path_tangent_source,
)
from plants.compile.code.plant_functions import (
    PlantFunctions as PlantFunctions,
    block_slopes as block_slopes,
    going_graph as going_graph,
)
from plants.compile.code.sensitivity import sensitivity_source as sensitivity_source
from plants.compile.code.state_tangent import (
    DIRECTIONS as DIRECTIONS,
    state_tangent_source as state_tangent_source,
)
from plants.compile.code.template import filled as filled
from plants.compile.code.vector_math import elementary_functions as elementary_functions
