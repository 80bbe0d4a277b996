"""What runs over hours share: periodic beats move the slow states, and time passes in steps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

from plants.beat import SteadyState
from plants.plant import Plant
from plants.quantities import Array, InputError
from plants.slow.clock import SlowClock, combined_disturbances


class HasBeat(Protocol):
    """A slow state with the periodic beat that belongs to it."""

    @property
    def beat(self) -> SteadyState:
        """The beat."""
        ...


class PeriodicRun:
    """A plant over hours; how a step is made is what its two kinds differ in.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    slow : SlowClock
        The patient's slow clock; its state is moved.
    volume : float, optional
        Blood volume at the begin, mL; by default the patient's.
    tolerance : float
        Relative error of a step.

    Attributes
    ----------
    volume : float
        Blood volume, mL.
    beats_found : int
        Periodic beats found since the start.

    Raises
    ------
    InputError
        The clock is another patient's, or the tolerance is not positive.
    """

    def __init__(
        self, plant: Plant, slow: SlowClock, *, tolerance: float, volume: float | None = None
    ):
        if slow.patient != plant.patient:
            raise InputError("slow", slow.patient.name, f"of patient {plant.patient.name}")
        if not (math.isfinite(tolerance) and tolerance > 0):
            raise InputError("tolerance", tolerance, "a positive number")
        self.plant, self.slow, self.tolerance = plant, slow, tolerance
        self.volume = plant.patient["blood_volume"] if volume is None else volume
        self.beats_found = 0
        self._speed = 0.0
        self._outside: dict[str, float] = {}

    def hold(self, speed: float, disturbances: Mapping[str, float] | None = None) -> None:
        """Change the speed (rpm) and what acts on the patient without letting time pass."""
        self._speed, self._outside = speed, dict(disturbances or {})

    @property
    def beat(self) -> SteadyState:
        """The present periodic beat.

        Raises
        ------
        PhysicsError
            There is none.
        """
        return self._present().beat

    def metrics(self) -> dict[str, float]:
        """Metrics of the present beat and the slow signals, by name.

        Raises
        ------
        PhysicsError
            There is no periodic beat.
        """
        metrics = self.beat.metrics
        return metrics | self.slow.outputs(metrics)

    def _present(self) -> HasBeat:
        """The present slow state, quasi-steady, with its beat."""
        raise NotImplementedError

    def _step_of(self, longest: float) -> None:
        """One accepted step, no longer than so many hours."""
        raise NotImplementedError

    def _pass(self, hours: float, longest: float) -> None:
        """Let time pass in steps of so many hours at most."""
        end = self.slow.hours + hours
        while self.slow.hours < end - 1e-9:
            self._step_of(min(longest, end - self.slow.hours))
        self.slow.hours = end

    def _acting(self, state: Array) -> dict[str, float]:
        """What acts on the circulation; the blood volume is the run's own, so nothing flows in."""
        return combined_disturbances(self._outside, self.slow.effects(state)) | {"infusion": 0.0}


def step_change(
    error: float, *, order: int, safety: float, smallest: float, largest: float
) -> float:
    """Factor on the length of a step whose error is so many tolerances.

    Parameters
    ----------
    error : float
        Error of the step over what is borne.
    order : int
        Power of the length with which the error rises.
    safety : float
        How much shorter than the estimate, so that the next step is not refused.
    smallest, largest : float
        Bounds of the factor.
    """
    change = safety * max(error, 1e-9) ** (-1 / order)
    return float(min(max(change, smallest), largest))
