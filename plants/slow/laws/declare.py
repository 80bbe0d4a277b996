"""How a topic of the slow clock declares itself: its states, inputs, parameters and equations.

A topic is a module with one concept (blood, drugs, the myocardium, ...) and these names:

``STATES``, ``INPUTS``
    Tuples of :class:`SlowState` and :class:`SlowInput`; either may be empty.
``PARAMETERS``
    Made by :func:`~plants.patients.parameters.parameter_table`; the values stand in
    ``plants/data/slow/<topic>.toml``.
``start(p, m)``
    Values of the states at time 0 from numeric parameters and the metrics of the first beat.
``rates(s, m, u, p)``
    Rates of change of the states, per hour, as symbolic expressions.
``effects(s, u, p)``
    What the topic does to the fast plant: disturbance name to value, a factor or a summand as
    the disturbance combines.
``outputs(s, m, u, p)``
    Signals of the topic.

The namespaces hold the slow states ``s``, the metrics ``m`` of a beat, the inputs ``u`` and the
slow and the patient parameters ``p`` of all topics, by name, so that a topic may read another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Protocol

import casadi as ca

from plants.quantities import Parameter


class SlowState(Parameter):
    """A state of the slow clock: name, unit, meaning and the range it cannot leave."""


class SlowInput(Parameter):
    """Something done to the patient over hours: name, unit, meaning and range; 0 is nothing."""


class Topic(Protocol):
    """A module of the slow clock; see the module's text."""

    STATES: tuple[SlowState, ...]
    INPUTS: tuple[SlowInput, ...]
    PARAMETERS: Mapping[str, Parameter]

    def start(self, p: Mapping[str, float], m: Mapping[str, float]) -> dict[str, float]:
        """Values of the states at time 0."""
        ...

    def rates(
        self, s: SimpleNamespace, m: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace
    ) -> dict[str, ca.SX]:
        """Rates of change of the states, per hour."""
        ...

    def effects(
        self, s: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace
    ) -> dict[str, ca.SX]:
        """What the topic does to the fast plant."""
        ...

    def outputs(
        self, s: SimpleNamespace, m: SimpleNamespace, u: SimpleNamespace, p: SimpleNamespace
    ) -> dict[str, ca.SX]:
        """Signals of the topic."""
        ...
