"""CasADi functions as graphs of scalar operations: simplified, scheduled, ready to be written."""

from plants.compile.expressions.derivative import directional_derivative
from plants.compile.expressions.graph import (
    CONSTANT,
    INPUT,
    Graph,
    UnsupportedOperationError,
    graph_of,
    needed,
    operations_left,
    with_reciprocals,
    with_shared_reciprocals,
)
from plants.compile.expressions.operations import EXPONENTIAL, OPERATIONS, SQUARE_ROOT
from plants.compile.expressions.schedule import scheduled
from plants.compile.expressions.simplify import simplified

__all__ = [
    "CONSTANT",
    "EXPONENTIAL",
    "INPUT",
    "OPERATIONS",
    "SQUARE_ROOT",
    "Graph",
    "UnsupportedOperationError",
    "directional_derivative",
    "graph_of",
    "needed",
    "operations_left",
    "scheduled",
    "simplified",
    "with_reciprocals",
    "with_shared_reciprocals",
]
