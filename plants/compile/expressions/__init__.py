"""CasADi functions as graphs of scalar operations: simplified, scheduled, ready to be written."""

from plants.compile.expressions.derivative import directional_derivative as directional_derivative
from plants.compile.expressions.elimination import (
    Linearised as Linearised,
    linearised as linearised,
)
from plants.compile.expressions.graph import (
    CONSTANT as CONSTANT,
    INPUT as INPUT,
    Graph as Graph,
    UnsupportedOperationError as UnsupportedOperationError,
    graph_of as graph_of,
    needed as needed,
    operations_left as operations_left,
    with_joint_reciprocal as with_joint_reciprocal,
    with_reciprocals as with_reciprocals,
    with_shared_reciprocals as with_shared_reciprocals,
)
from plants.compile.expressions.operations import BOUNDED as BOUNDED, OPERATIONS as OPERATIONS
from plants.compile.expressions.schedule import scheduled as scheduled
from plants.compile.expressions.simplify import simplified as simplified
