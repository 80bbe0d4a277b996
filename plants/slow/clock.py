"""The slow clock of one patient: slow states that a beat moves, and what they do to the next."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from plants.beat import steady_state
from plants.compile import ArrayFunction
from plants.patients import Patient
from plants.plant import METRICS, Plant
from plants.quantities import (
    Array,
    FailureKind,
    InputError,
    PhysicsError,
    check_number,
    clipped,
    lookup,
)
from plants.scenarios import DISTURBANCES
from plants.slow.model import (
    FAST_RELAXING_STATES,
    INPUT_LAYOUT,
    OUTPUT_LAYOUT,
    PARAMETER_LAYOUT,
    SLOW_INPUTS,
    SLOW_STATES,
    STATE_LAYOUT,
    TOPICS,
    slow_model,
)
from plants.slow.parameters import SlowParameters

_LOW = np.array([state.low for state in SLOW_STATES.values()])
_HIGH = np.array([state.high for state in SLOW_STATES.values()])
_FAST_RELAXING = np.array([STATE_LAYOUT.index[name] for name in FAST_RELAXING_STATES])
# Rounding of an integration may pass the end of a range by this share of it.
_SLACK = 1e-6
# Below this rate times the step a state relaxes as good as not at all.
_SMALL = 1e-8


class SlowClock:
    """Slow states of a patient.

    Parameters
    ----------
    patient : Patient or str
        The patient.
    parameters : SlowParameters, optional
        The slow parameters; by default those of the package. Unless they change it, the reflex's
        operating pressure is the patient's own mean arterial pressure without support.

    Attributes
    ----------
    state : ndarray
        Slow states now, in the order of ``SLOW_STATES``.
    hours : float
        Time since the reset, h.

    Raises
    ------
    PhysicsError
        The patient has no periodic beat without support.

    Examples
    --------
    >>> from plants import SlowClock
    >>> clock = SlowClock("shock-d")
    >>> clock.effects()["lv_contractility"]
    1.0
    >>> clock.give(inotrope=5.0)
    >>> clock.advance(clock.first_metrics, 0.5)
    >>> clock.effects()["lv_contractility"] > 1.1
    True
    """

    def __init__(self, patient: Patient | str, parameters: SlowParameters | None = None):
        self.patient = Patient.load(patient) if isinstance(patient, str) else patient
        #: Metrics of the unsupported beat that the slow states start from.
        self.first_metrics: Mapping[str, float] = steady_state(Plant(self.patient)).metrics
        defaults = SlowParameters.load()
        parameters = defaults if parameters is None else parameters
        name = "baroreflex_operating_pressure"
        if parameters.entries[name] == defaults.entries[name]:
            source = "derived: mean arterial pressure without support"
            own = {name: self.first_metrics["map"]}
            parameters = parameters.replace(source=source, tag="D", **own)
        self.parameters = parameters
        self._p = np.concatenate([parameters.vector(), self.patient.vector()])
        self._inputs: dict[str, float] = dict.fromkeys(SLOW_INPUTS, 0.0)
        self.reset()

    def reset(self) -> None:
        """Back to hour 0, with the inputs that the patient was identified under."""
        self.hours = 0.0
        values = dict(self.parameters.values) | dict(self.patient.values)
        parameters, metrics = PARAMETER_LAYOUT.select(values), METRICS.select(self.first_metrics)
        first: dict[str, float] = {}
        for topic in TOPICS.values():
            first |= topic.start(parameters, metrics)
        self.state = np.array([first[name] for name in SLOW_STATES], dtype=float)
        for name in self._inputs:
            self._inputs[name] = values.get(f"{name}_baseline", 0.0)

    @property
    def inputs(self) -> dict[str, float]:
        """What is being given now (a copy), by name of ``SLOW_INPUTS``."""
        return dict(self._inputs)

    def give(self, **inputs: float) -> None:
        """Change what is given from now on.

        Raises
        ------
        InputError
            A name is unknown or a value out of its range.
        """
        for name, value in inputs.items():
            declared = lookup(SLOW_INPUTS, name, "slow input")
            self._inputs[name] = check_number(value, declared, name, None)

    @property
    def input_vector(self) -> Array:
        """The inputs in the order of the symbolic vector."""
        return np.array([self._inputs[name] for name in INPUT_LAYOUT.names])

    @property
    def parameter_vector(self) -> Array:
        """The slow and then the patient's parameters in the order of the symbolic vector."""
        return self._p.copy()

    def effects(self, state: Array | None = None) -> dict[str, float]:
        """What the slow states do to the fast plant: disturbances, held within their ranges."""
        state = self.state if state is None else state
        values = _numeric("effects")(state, self.input_vector, self._p)
        named = zip(DISTURBANCES.items(), values.tolist(), strict=True)
        return {name: clipped(value, disturbance) for (name, disturbance), value in named}

    def rates(self, state: Array, metrics: Mapping[str, float]) -> tuple[Array, Array]:
        """Rates of change per hour, and the rate (1/h) at which each state relaxes by itself."""
        arguments = (state, metric_vector(metrics), self.input_vector, self._p)
        return _numeric("rates")(*arguments), _numeric("decay")(*arguments)

    def quasi_steady(self, state: Array, metrics: Mapping[str, float]) -> Array:
        """The state with the quick ones in equilibrium with a beat."""
        state = state.copy()
        state[_FAST_RELAXING] = _numeric("equilibrium")(state, metric_vector(metrics), self._p)
        return state

    def advance(self, metrics: Mapping[str, float], hours: float) -> None:
        """Let time pass in a circulation of unchanging beats.

        Exact for states that relax linearly, however fast; first order for the rest.

        Parameters
        ----------
        metrics : mapping
            Metrics of the beat.
        hours : float
            How long, h; a beat, or as long as the states hardly change.

        Raises
        ------
        InputError
            The time is not positive.
        PhysicsError
            A state left its range.
        """
        if not (np.isfinite(hours) and hours > 0):
            raise InputError("hours", hours, "a positive number of hours")
        rates, decay = self.rates(self.state, metrics)
        self.state = self.checked(self.state + hours * relaxation(decay * hours) * rates)
        self.hours += hours

    def checked(self, state: Array) -> Array:
        """The state, brought back from rounding beyond its range.

        Raises
        ------
        PhysicsError
            A state is not finite or further out.
        """
        slack = _SLACK * (_HIGH - _LOW)
        bad = ~np.isfinite(state) | (state < _LOW - slack) | (state > _HIGH + slack)
        if bad.any():
            name = STATE_LAYOUT.names[int(np.argmax(bad))]
            low, high = SLOW_STATES[name].low, SLOW_STATES[name].high
            raise PhysicsError(
                f"patient {self.patient.name} at {self.hours:.2f} h: {name} is "
                f"{state[STATE_LAYOUT.index[name]]:.4g}, outside {low:g} to {high:g}",
                kind=FailureKind.SLOW_STATE_OUT_OF_RANGE,
            )
        return np.clip(state, _LOW, _HIGH)

    def outputs(self, metrics: Mapping[str, float]) -> dict[str, float]:
        """The slow signals now, by name."""
        values = _numeric("outputs")(self.state, metric_vector(metrics), self.input_vector, self._p)
        return OUTPUT_LAYOUT.as_dict(values)

    def states(self) -> dict[str, float]:
        """The slow states by name."""
        return STATE_LAYOUT.as_dict(self.state)

    @property
    def reflex_on(self) -> bool:
        """Whether the quick states do anything."""
        return self.parameters["baroreflex_gain"] > 0.0


@functools.cache
def _numeric(name: str) -> ArrayFunction:
    """A function of the slow model on arrays."""
    return ArrayFunction(getattr(slow_model(), name))


def metric_vector(metrics: Mapping[str, float]) -> Array:
    """Metrics in the order of ``METRICS``."""
    return np.array([metrics[name] for name in METRICS.names])


def relaxation(z: Array) -> Array:
    """(1 - exp(-z)) / z: the share of a step's change that a relaxing state makes."""
    # expm1 loses nothing near zero, but 0 / 0 has no value.
    safe = np.where(np.abs(z) < _SMALL, 1.0, z)
    return np.where(np.abs(z) < _SMALL, 1.0 - 0.5 * z, -np.expm1(-safe) / safe)


def combined_disturbances(
    outside: Mapping[str, float] | None, effects: Mapping[str, float]
) -> dict[str, float]:
    """Disturbances of a scenario and of the slow clock together, held within their ranges."""
    both = dict(effects)
    for name, value in (outside or {}).items():
        disturbance = DISTURBANCES[name]
        slow = both.get(name, disturbance.neutral)
        both[name] = clipped(disturbance.joined(slow, value), disturbance)
    return both
