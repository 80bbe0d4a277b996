"""Stepping one plant through time."""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from plants.beat_map import BeatMap
from plants.beats import ACCUMULATOR, METRICS
from plants.compile import Backend, Kernel, kernel
from plants.errors import InputError, PhysicsError
from plants.model import N_VOLUMES, PHASE, STATES, plant_model
from plants.plant import Plant
from plants.scenario import Scenario
from plants.signals import SIGNALS, WAVEFORMS
from plants.steady import steady_state

Array = NDArray[np.float64]
N_STATE, N_ACC = len(STATES), len(ACCUMULATOR)

#: Integration step (s) chosen by the convergence study in results/convergence.
DEFAULT_STEP = 0.002
#: Disturbances are held, at their mean, over blocks no longer than this, s.
DISTURBANCE_BLOCK = 0.5
_PRESSURES = ("aortic_pressure", "lv_pressure", "pa_pressure", "la_pressure", "ra_pressure")


@functools.cache
def run_kernel(backend: Backend = "auto") -> Kernel:
    """The compiled time loop, shared by all plants."""
    model = plant_model()
    return kernel(model.run_step, model.observe, backend=backend)


class Simulator:
    """A plant in time: the simulated patient.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    scenario : Scenario, optional
        What disturbs the patient; by default nothing.
    step : float
        Integration step (s) of the classical Runge-Kutta method.
    backend : {"auto", "compiled", "virtual-machine"}
        Where the loop runs.

    Raises
    ------
    InputError
        The step exceeds the largest stable one of this plant.

    Examples
    --------
    >>> from plants import Plant, Simulator
    >>> simulator = Simulator(Plant("shock-d", "CP"))
    >>> simulator.reset(speed=44_000)
    >>> _ = simulator.advance(44_000, seconds=2.0)
    >>> 40 < simulator.metrics()["map"] < 90
    True
    """

    def __init__(
        self,
        plant: Plant,
        scenario: Scenario | None = None,
        *,
        step: float = DEFAULT_STEP,
        backend: Backend = "auto",
    ):
        largest = plant.largest_step()
        if not 0 < step <= largest:
            allowed = f"0 to {largest:.3g} s (stability of the stiffest valve of this patient)"
            raise InputError("step", step, allowed, source=plant.patient.path)
        self.plant, self.step = plant, step
        self.scenario = scenario
        self._beats = BeatMap(plant, step=step, backend=backend)
        self._kernel = run_kernel(backend)
        self._carry = np.zeros(N_STATE + 2 * N_ACC)
        self._values = plant.values(0.0, None, step)
        self.time = 0.0

    def reset(self, state: Array | None = None, *, speed: float = 0.0) -> None:
        """Go back to time 0, at a given state or at the periodic steady state of a speed.

        Parameters
        ----------
        state : ndarray, shape (n_states,), optional
            State at the onset of a beat.
        speed : float
            Speed (rpm) whose steady state is taken where no state is given.

        Raises
        ------
        PhysicsError
            There is no periodic steady state at that speed.
        """
        self.time = 0.0
        if state is None:
            state = steady_state(self.plant, speed, beats=self._beats).state
        start = state.copy()
        start[PHASE] = 0.0
        self._values = self._beats.values(speed)
        model = plant_model()
        acc = np.asarray(model.begin(start, self._values)).ravel()
        # The metrics of the beat before the first are those of a beat from the same state.
        self._carry[:] = np.concatenate([start, acc, self._one_beat(start)])

    def _one_beat(self, start: Array) -> Array:
        model = plant_model()
        values = self._values
        carry = np.concatenate([start, np.asarray(model.begin(start, values)).ravel()])
        self._beats.kernel.run(carry, values, self._beats.steps(values))
        return carry[N_STATE:]

    @property
    def state(self) -> Array:
        """The state now (a copy); its phase counts beats since the reset."""
        return self._carry[:N_STATE].copy()

    @property
    def blood_volume(self) -> float:
        """Blood in the circuit now, mL."""
        return float(self._carry[:N_VOLUMES].sum())

    def advance(self, speed: float, seconds: float, *, log_interval: float | None = None) -> Array:
        """Let time pass at a speed command.

        Parameters
        ----------
        speed : float
            Speed command, rpm; limited to what the pump can do.
        seconds : float
            How long, s.
        log_interval : float, optional
            Interval (s) at which the waveforms are recorded; a whole number of steps.

        Returns
        -------
        ndarray, shape (n, n_waveforms)
            Recorded waveforms in the order of ``WAVEFORMS``, the first at the present time.

        Raises
        ------
        PhysicsError
            The simulation left the physical range.
        """
        stride = 0 if log_interval is None else max(1, round(log_interval / self.step))
        logs = []
        for length in _blocks(seconds, stride * self.step if stride else self.step):
            logs.append(self._advance_block(speed, length, stride))
        return np.concatenate(logs) if stride else np.empty((0, len(WAVEFORMS)))

    def _advance_block(self, speed: float, seconds: float, stride: int) -> Array:
        outside = self.scenario.mean(self.time, self.time + seconds) if self.scenario else None
        steps = max(1, round(seconds / self.step))
        self._values = self.plant.values(speed, outside, seconds / steps)
        log = self._kernel.run(self._carry, self._values, steps, stride)
        self.time += seconds
        self._check()
        return log

    def metrics(self) -> dict[str, float]:
        """Metrics of the last completed beat, by signal name."""
        state, last = self._carry[:N_STATE], self._carry[N_STATE + N_ACC :]
        row = np.asarray(plant_model().metrics(last, state, self._values)).ravel()
        return METRICS.as_dict(row)

    def waveforms(self) -> dict[str, float]:
        """The waveform signals at this instant."""
        row = np.asarray(plant_model().observe(self._carry[:N_STATE], self._values)).ravel()
        return dict(zip(WAVEFORMS, map(float, row), strict=True))

    def _check(self) -> None:
        if not np.all(np.isfinite(self._carry[:N_STATE])):
            raise PhysicsError(f"{self._who()}: the state is no longer finite")
        volumes = self._carry[:N_VOLUMES]
        if volumes.min() < 0.0:
            name = STATES.names[int(volumes.argmin())]
            raise PhysicsError(f"{self._who()}: {name} is {volumes.min():.3g} mL, below 0")
        seen = self.waveforms()
        for name in _PRESSURES:
            low, high = SIGNALS[name].low, SIGNALS[name].high
            if not low <= seen[name] <= high:
                text = f"{name} is {seen[name]:.3g} mmHg, outside {low:g} to {high:g}"
                raise PhysicsError(f"{self._who()}: {text}")

    def _who(self) -> str:
        return f"patient {self.plant.patient.name} at {self.time:.3f} s"


def _blocks(seconds: float, unit: float) -> list[float]:
    """Lengths (s) that add up to `seconds`, each at most a block and a whole number of units."""
    if not (math.isfinite(seconds) and seconds > 0):
        raise InputError("seconds", seconds, "a positive number of seconds")
    per_block = max(1, math.floor(DISTURBANCE_BLOCK / unit + 1e-9))
    units = max(1, round(seconds / unit))
    whole, rest = divmod(units, per_block)
    return [per_block * unit] * whole + ([rest * unit] if rest else [])
