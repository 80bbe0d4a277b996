"""C text: functions over lanes, time loops, sensitivities, and what a processor needs for them."""

from plants.compile.code.block import Functions, block_source
from plants.compile.code.emitter import Part, emit
from plants.compile.code.one_lane import one_lane_source
from plants.compile.code.sensitivity import sensitivity_source
from plants.compile.code.source import c_source, tangent_of
from plants.compile.code.state_tangent import DIRECTIONS, state_tangent_source
from plants.compile.code.vector_math import DOUBLE, SINGLE

__all__ = [
    "DIRECTIONS",
    "DOUBLE",
    "SINGLE",
    "Functions",
    "Part",
    "block_source",
    "c_source",
    "emit",
    "one_lane_source",
    "sensitivity_source",
    "state_tangent_source",
    "tangent_of",
]
