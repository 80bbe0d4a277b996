"""The slow clock's topics joined: one set of CasADi functions over hours.

The functions share four vectors: the slow states ``s`` (:data:`SLOW_STATES`), the metrics ``m`` of
a beat (``METRICS``), the inputs ``u`` (:data:`SLOW_INPUTS`) and the parameters ``p``, the slow
ones (:data:`SLOW_PARAMETERS`) and then the patient's.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import casadi as ca

from plants.patients import PATIENT_PARAMETERS
from plants.plant import METRICS
from plants.quantities import SLOW_SIGNALS, Layout, Parameter, TypedLayout, declarations
from plants.scenarios import DISTURBANCES
from plants.slow.laws import (
    TOPICS,
    AllInputs,
    AllParameters,
    AllStates,
    SlowInput,
    SlowState,
    reflex,
)

SLOW_STATES = declarations(AllStates, SlowState)
SLOW_INPUTS = declarations(AllInputs, SlowInput)
SLOW_PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        name: parameter
        for topic in TOPICS.values()
        for name, parameter in declarations(topic.Parameters, Parameter).items()
    }
)
#: Quick states, which settle within the beats that an outer step of hours passes over.
FAST_RELAXING_STATES: tuple[str, ...] = reflex.FAST_STATES

STATE_LAYOUT = TypedLayout(AllStates, SLOW_STATES)
INPUT_LAYOUT = TypedLayout(AllInputs, SLOW_INPUTS)
PARAMETER_LAYOUT = TypedLayout(AllParameters, (*SLOW_PARAMETERS, *PATIENT_PARAMETERS))
OUTPUT_LAYOUT = Layout(SLOW_SIGNALS)


@dataclass(frozen=True)
class SlowModel:
    """The slow clock's functions; build them with :func:`slow_model`.

    Attributes
    ----------
    rates : Function
        ``(s, m, u, p) -> ds/dt``, per hour.
    decay : Function
        ``(s, m, u, p) -> `` the rate (1/h) at which each state relaxes by itself.
    effects : Function
        ``(s, u, p) -> disturbances`` in the order of ``DISTURBANCES``.
    outputs : Function
        ``(s, m, u, p) -> signals`` in the order of ``SLOW_SIGNALS``.
    equilibrium : Function
        ``(s, m, p) -> `` the quick states (:data:`FAST_RELAXING_STATES`) in equilibrium with a
        beat.
    """

    rates: ca.Function
    decay: ca.Function
    effects: ca.Function
    outputs: ca.Function
    equilibrium: ca.Function


def _joined_effects(s: AllStates, u: AllInputs, p: AllParameters) -> ca.SX:
    """What all topics together do: factors multiply, summands add."""
    values = {name: ca.SX(disturbance.neutral) for name, disturbance in DISTURBANCES.items()}
    for topic in TOPICS.values():
        for name, value in topic.effects(s, u, p).items():
            values[name] = DISTURBANCES[name].joined(values[name], value)
    return ca.vertcat(*values.values())


@functools.cache
def slow_model() -> SlowModel:
    """Build the functions of the slow clock (once per process).

    Examples
    --------
    >>> from plants import SLOW_STATES
    >>> from plants.slow.model import slow_model
    >>> slow_model().rates.size1_out(0) == len(SLOW_STATES)
    True
    """
    layouts: tuple[Layout, ...] = (STATE_LAYOUT, METRICS, INPUT_LAYOUT, PARAMETER_LAYOUT)
    vectors = [ca.SX.sym(n, len(layout)) for n, layout in zip("smup", layouts, strict=True)]
    s, m = STATE_LAYOUT.symbols(vectors[0]), METRICS.symbols(vectors[1])
    u, p = INPUT_LAYOUT.symbols(vectors[2]), PARAMETER_LAYOUT.symbols(vectors[3])
    rates: dict[str, ca.SX] = {}
    outputs: dict[str, ca.SX] = {}
    for topic in TOPICS.values():
        rates |= topic.rates(s, m, u, p)
        outputs |= topic.outputs(s, m, u, p)
    rate_vector = STATE_LAYOUT.pack(rates)
    decay = ca.vertcat(
        *[-ca.jacobian(rate_vector[i], vectors[0][i]) for i in range(len(SLOW_STATES))]
    )
    settled = reflex.equilibrium(m.map, p, s.present_set_point)
    equilibrium = ca.vertcat(*[getattr(settled, name) for name in FAST_RELAXING_STATES])
    options = {"cse": True}
    return SlowModel(
        rates=ca.Function("slow_rates", vectors, [rate_vector], options),
        decay=ca.Function("slow_decay", vectors, [ca.densify(decay)], options),
        effects=ca.Function(
            "slow_effects", [vectors[0], *vectors[2:]], [_joined_effects(s, u, p)], options
        ),
        outputs=ca.Function("slow_outputs", vectors, [OUTPUT_LAYOUT.pack(outputs)], options),
        equilibrium=ca.Function(
            "slow_equilibrium", [*vectors[:2], vectors[3]], [equilibrium], options
        ),
    )
