"""What a plant is made of, and how its functions are split by what they depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import casadi as ca

from plants.compile.code.emitter import Emitted, Part, emit_functions
from plants.compile.expressions import (
    Graph,
    graph_of,
    simplified,
    with_joint_reciprocal,
    with_reciprocals,
)

#: What does not change during a run of the loop.
HELD = frozenset({"v"})
_PHASED = HELD | {"phase"}
#: Inputs of what a step adds to the accumulator, and of what the end of a beat makes of it.
GOING = ("acc", "x", "after", "mean", "extremes", "v")
ENDING = ("acc", "x", "after", "mean", "before", "later", "old", "new", "v")
#: Outputs of the slopes: rates, integrands and extremes.
SLOPE_OUTPUTS = ("k", "g", "e")


# Compared and cached by identity: a graph has no other equality.
@dataclass(frozen=True, eq=False)
class PlantFunctions:
    """What a plant is made of, for the emitter.

    Attributes
    ----------
    slope, within_beat, at_beat_end : Function
        As in :class:`plants.PlantModel`.
    phase, step : int
        Places of the phase in the state and of the step in the values.
    n_observed : int
        How many of the integrands, the first ones, are recorded.
    slack : mapping of str to float
        By how much of a beat a step may end it early, in "double" and "single" precision.
    """

    slope: ca.Function
    within_beat: ca.Function
    at_beat_end: ca.Function
    phase: int
    step: int
    n_observed: int
    slack: Mapping[str, float]

    @property
    def sizes(self) -> dict[str, int]:
        """What the templates of the time loops call the sizes of arrays and the places in them."""
        return {
            "n_states": self.slope.size1_in(0),
            "n_values": self.slope.size1_in(1),
            "n_integrands": self.slope.size1_out(1),
            "n_extremes": self.slope.size1_out(2),
            "n_accumulator": self.within_beat.size1_in(0),
            "n_observed": self.n_observed,
            "phase_entry": self.phase,
            "step_entry": self.step,
        }

    @property
    def tolerances(self) -> dict[str, float]:
        """What the templates call the slack of either precision."""
        return {f"slack_{precision}": slack for precision, slack in self.slack.items()}


def slope_parts(functions: PlantFunctions) -> tuple[Graph, list[Part]]:
    """The graph of the slopes, and its parts by what they depend on: held, beat, slope."""
    slope = graph_of(functions.slope, ("x", "v"), parts={"x": {functions.phase: "phase"}})
    graph = simplified(with_reciprocals(slope, HELD), (HELD, _PHASED))
    return graph, state_parts()


def block_slopes(functions: PlantFunctions) -> tuple[Graph, list[Part]]:
    """The same as it is emitted for lanes: divisions share a reciprocal."""
    graph, parts = slope_parts(functions)
    return with_joint_reciprocal(graph, _PHASED), parts


def state_parts() -> list[Part]:
    """Parts of a function of state and values: what depends on the values, the phase, all."""
    return [Part("held", HELD), Part("beat", _PHASED), Part("slope", _PHASED | {"x"})]


def going_graph(functions: PlantFunctions) -> tuple[Graph, list[Part]]:
    """The graph of what a step adds to the accumulator, and its parts: post, going."""
    graph = graph_of(functions.within_beat, GOING)
    parts = [Part("post", HELD), Part("going", frozenset(GOING))]
    return simplified(with_reciprocals(graph, HELD), (HELD,)), parts


def ending_part(functions: PlantFunctions) -> Emitted:
    """What the end of a beat makes of the accumulator."""
    return emit_functions(
        with_reciprocals(graph_of(functions.at_beat_end, ENDING), HELD),
        [Part("endheld", HELD), Part("ending", frozenset(ENDING))],
        ("ended", "begun"),
    )
