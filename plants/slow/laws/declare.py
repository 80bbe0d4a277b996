"""How a topic of the slow clock declares itself: its states, inputs, parameters and equations.

A topic is a module with one concept (blood, drugs, the myocardium, ...) and these names:

``States``, ``Parameters`` and, where something can be given, ``Inputs``
    Structures whose fields declare name, unit, meaning and range. The values of the parameters
    stand in ``plants/data/slow/<topic>.toml``.
``start(p, m)``
    Values of the states at time 0 by name, from the numbers of the parameters and of the metrics
    of the first beat.
``rates(s, m, u, p)``
    Rates of change of the states, per hour, as symbolic expressions.
``effects(s, u, p)``
    What the topic does to the fast plant: disturbance name to value, a factor or a summand as
    the disturbance combines.
``outputs(s, m, u, p)``
    Signals of the topic.

The slow states ``s``, the metrics ``m`` of a beat, the inputs ``u`` and the slow and the patient's
parameters ``p`` come as structures of all topics (:mod:`plants.slow.declarations`), so that a topic
may read another's; a topic that reads only its own asks for no more than that.
"""

from __future__ import annotations

from typing import Any, Protocol

import casadi as ca

from plants.plant import BeatMetrics
from plants.quantities import Parameter
from plants.slow.declarations import AllInputs, AllParameters, AllStates


class SlowState(Parameter):
    """A state of the slow clock: name, unit, meaning and the range it cannot leave."""


class SlowInput(Parameter):
    """Something done to the patient over hours: name, unit, meaning and range; 0 is nothing."""


class Topic(Protocol):
    """A module of the slow clock; see the module's text."""

    States: type[Any]
    Parameters: type[Any]

    def start(self, p: AllParameters, m: BeatMetrics) -> dict[str, float]:
        """Values of the states at time 0."""
        ...

    def rates(
        self, s: AllStates, m: BeatMetrics, u: AllInputs, p: AllParameters
    ) -> dict[str, ca.SX]:
        """Rates of change of the states, per hour."""
        ...

    def effects(self, s: AllStates, u: AllInputs, p: AllParameters) -> dict[str, ca.SX]:
        """What the topic does to the fast plant."""
        ...

    def outputs(
        self, s: AllStates, m: BeatMetrics, u: AllInputs, p: AllParameters
    ) -> dict[str, ca.SX]:
        """Signals of the topic."""
        ...
