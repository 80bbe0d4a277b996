"""The least-squares problem of identification: deviations from the targets and their slopes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from plants.beat import SteadyState, steady_state
from plants.cohorts.identifiability import target_size, target_slopes, whole_of
from plants.patients import PATIENT_PARAMETERS, Patient
from plants.plant import Plant
from plants.quantities import Array, InputError, PhysicsError

# Relative residual that stands for a patient without a periodic beat.
_NO_BEAT = 10.0


class TargetProblem:
    """Residuals of the targets over scaled free parameters, warm-started from the last beat.

    A parameter's scale is logarithmic; where it may be zero, it is linear.

    Parameters
    ----------
    patient : Patient
        Start values and targets.
    free, wanted : tuple of str
        Parameters that may move, and targets that are fitted.
    start : SteadyState
        That of the patient.

    Attributes
    ----------
    last : SteadyState
        Found last.
    evaluations : int
        Steady states that were computed, the start among them.
    """

    def __init__(
        self, patient: Patient, free: tuple[str, ...], wanted: tuple[str, ...], start: SteadyState
    ):
        self.patient, self.free, self.wanted = patient, free, wanted
        self._goals = np.array([patient.targets[name].value for name in wanted])
        self._sizes = np.array([target_size(name, patient.targets[name].value) for name in wanted])
        self._linear = np.array([PATIENT_PARAMETERS[name].low <= 0 for name in free], dtype=bool)
        self._whole = np.array([whole_of(patient, name) for name in free])
        self.last, self._at = start, self.scaled([patient[name] for name in free])
        self.evaluations = 1

    def scaled(self, values: ArrayLike) -> Array:
        """The parameters as the search sees them, shape (n_free,)."""
        shares = np.asarray(values, dtype=float) / self._whole
        return np.where(self._linear, shares, np.log(np.where(self._linear, 1.0, shares)))

    def _values(self, x: Array) -> Array:
        return self._whole * np.where(self._linear, x, np.exp(np.minimum(x, 50)))

    def patient_at(self, x: Array, *, rounded: bool = False) -> Patient:
        """The patient with the parameters there, rounded to six digits perhaps."""
        moved = {
            name: float(f"{value:.6g}") if rounded else float(value)
            for name, value in zip(self.free, self._values(x), strict=True)
        }
        return self.patient.replace(None, description=None, source="trial", tag="D", **moved)

    def _beat(self, x: Array) -> SteadyState | None:
        """The steady state there; None where there is none."""
        if not np.array_equal(x, self._at):
            self.evaluations += 1
            try:
                start = self.last.nearby
                self.last = steady_state(Plant(self.patient_at(x)), start=start)
            except (InputError, PhysicsError):  # Too stiff a circuit, or no beat.
                return None
            self._at = x.copy()
        return self.last

    def residuals(self, x: Array) -> Array:
        """Relative deviations from the targets, shape (n_targets,)."""
        beat = self._beat(x)
        if beat is None:
            return np.full(len(self._goals), _NO_BEAT)
        reached = np.array([beat.metrics[name] for name in self.wanted])
        return np.asarray((reached - self._goals) / self._sizes)

    def slopes(self, x: Array) -> Array:
        """Slopes of the residuals by the scaled parameters, shape (n_targets, n_free)."""
        beat = self._beat(x)
        if beat is None:
            return np.zeros((len(self._goals), len(self.free)))
        by_scaled = np.where(self._linear, self._whole, self._values(x))
        slopes = target_slopes(beat, self.wanted, self.free)
        return np.asarray(slopes * by_scaled / self._sizes[:, None])
