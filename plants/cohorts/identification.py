"""Identification of a patient: parameters for which the periodic steady state meets its targets.

The unsupported patient's steady state is compared with the targets of his or her file; scipy's
bounded least squares moves the free parameters, on a logarithmic scale where they are positive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plants.beat import SteadyState, steady_state
from plants.patients import PATIENT_PARAMETERS, Patient
from plants.plant import Plant
from plants.quantities import SIGNALS, InputError, PhysicsError

Array = NDArray[np.float64]

#: Parameters that the built-in patients are identified by; one for each fitted target.
ESTIMATED_PARAMETERS = (
    "lv_ees",
    "lv_alpha",
    "rv_ees",
    "r_systemic",
    "r_pulmonary",
    "vu_systemic_veins",
)
#: Targets that are fitted. The LV end-diastolic pressure is compared but not fitted: its target is
#: the wedge pressure, and an atrial contraction puts it above that.
FITTED = ("map", "cardiac_output", "pcwp", "cvp", "mpap", "ejection_fraction")
#: A deviation from a target that counts as met.
TOLERANCE = 0.05
# Linear scale (mL) of the one parameter that may be zero.
_VOLUME_SCALE = 1000.0
# Stands for zero where a logarithm is taken.
_SMALLEST = 1e-12
# Relative residual that stands for a patient without a periodic beat.
_NO_BEAT = 10.0


@dataclass(frozen=True)
class TargetRow:
    """One target of a patient and what the model gives."""

    patient: str
    signal: str
    unit: str
    target: float
    model: float
    fitted: bool

    @property
    def deviation(self) -> float:
        """Relative deviation of the model from the target."""
        return self.model / self.target - 1

    @property
    def met(self) -> bool:
        """Whether the deviation lies within the tolerance."""
        return abs(self.deviation) <= TOLERANCE


@dataclass(frozen=True)
class Identification:
    """An identified patient.

    Attributes
    ----------
    patient : Patient
        With the identified parameters.
    rows : tuple of TargetRow
        Every target beside the model's value.
    evaluations : int
        Steady states that were computed.
    """

    patient: Patient
    rows: tuple[TargetRow, ...]
    evaluations: int


def compare_with_targets(
    patient: Patient, *, fitted: Sequence[str] = FITTED
) -> tuple[TargetRow, ...]:
    """Targets of a patient beside the unsupported steady state of the model.

    Raises
    ------
    InputError
        The patient's file has no targets.
    PhysicsError
        The patient has no periodic beat.
    """
    if not patient.targets:
        raise InputError("targets", "(missing)", "a [targets.NAME] table", source=patient.path)
    metrics = steady_state(Plant(patient)).metrics
    return tuple(
        TargetRow(patient.name, name, SIGNALS[name].unit, goal.value, metrics[name], name in fitted)
        for name, goal in patient.targets.items()
    )


def identify(
    patient: Patient, *, free: Sequence[str] | None = None, fitted: Sequence[str] = FITTED
) -> Identification:
    """Identify a patient to the targets of his or her file.

    Parameters
    ----------
    patient : Patient
        Start values and targets.
    free : sequence of str, optional
        Names of the parameters that may move; by default ``ESTIMATED_PARAMETERS`` but for
        those the patient holds.
    fitted : sequence of str
        Names of the targets that are fitted, of those that the patient has.

    Returns
    -------
    Identification
        The patient with new parameters (rounded to six digits) and the targets beside the model.

    Raises
    ------
    InputError
        No targets, or a free parameter that does not exist.
    PhysicsError
        The identified patient has no periodic beat.
    """
    from scipy.optimize import least_squares  # Slow to import, and only needed here.

    if free is None:
        free = [name for name in ESTIMATED_PARAMETERS if name not in patient.held]
    for name in free:
        if name not in PATIENT_PARAMETERS:
            raise InputError("free", name, "one of " + ", ".join(PATIENT_PARAMETERS))
    problem = _Problem(patient, tuple(free), tuple(fitted))
    problem.targets()
    bounds = np.array([_bounds(patient, name) for name in free])
    fit = least_squares(
        problem.residuals,
        problem.scaled([patient[name] for name in free]),
        bounds=(problem.scaled(bounds[:, 0]), problem.scaled(bounds[:, 1])),
        x_scale="jac",
        diff_step=np.full(len(free), 1e-4),
        xtol=1e-10,
        ftol=1e-10,
        max_nfev=80,
    )
    source = "identified on this project's own topology"
    identified = problem.patient_at(fit.x, source=source, rounded=True)
    return Identification(
        identified, compare_with_targets(identified, fitted=fitted), problem.evaluations
    )


def _bounds(patient: Patient, name: str) -> tuple[float, float]:
    spec = PATIENT_PARAMETERS[name]
    if name != "vu_systemic_veins":
        return spec.low, spec.high
    # The unstressed volumes together must stay below the blood volume.
    others = sum(v for k, v in patient.values.items() if k.startswith("vu_") and k != name)
    return spec.low, min(spec.high, 0.98 * patient["blood_volume"] - others)


class _Problem:
    """Residuals of the targets over scaled free parameters, warm-started from the last beat."""

    def __init__(self, patient: Patient, free: tuple[str, ...], fitted: tuple[str, ...]):
        self._patient, self._free, self._fitted = patient, free, fitted
        self._linear = np.array([name.startswith("vu_") for name in free])
        # Logarithms are taken from the start value, which lies at 1: the solver's differences are
        # relative to its variables and must not shrink to nothing.
        self._origin = np.log(np.maximum([patient[name] for name in free], _SMALLEST)) - 1
        self._last: SteadyState | None = None
        self.evaluations = 0

    def targets(self) -> dict[str, float]:
        goals = self._patient.targets
        wanted = {name: goals[name].value for name in self._fitted if name in goals}
        if not wanted:
            allowed = "targets for " + ", ".join(self._fitted)
            raise InputError("targets", "(missing)", allowed, source=self._patient.path)
        return wanted

    def scaled(self, values: ArrayLike) -> Array:
        values_ = np.asarray(values, dtype=float)
        logs = np.log(np.maximum(values_, _SMALLEST)) - self._origin
        return np.where(self._linear, values_ / _VOLUME_SCALE, logs)

    def patient_at(self, x: Array, *, source: str = "trial", rounded: bool = False) -> Patient:
        logs = np.minimum(x + self._origin, 50)
        values = np.where(self._linear, x * _VOLUME_SCALE, np.exp(logs))
        moved = {
            name: float(f"{value:.6g}") if rounded else float(value)
            for name, value in zip(self._free, values, strict=True)
        }
        return self._patient.replace(None, description=None, source=source, tag="D", **moved)

    def residuals(self, x: Array) -> Array:
        goals = self.targets()
        self.evaluations += 1
        try:
            start = self._last.state if self._last else None
            steady = steady_state(Plant(self.patient_at(x)), start=start)
        except PhysicsError:
            return np.full(len(goals), _NO_BEAT)
        self._last = steady
        return np.array([steady.metrics[name] / goal - 1 for name, goal in goals.items()])
