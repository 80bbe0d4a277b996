"""Identification of a patient: parameters for which the periodic steady state meets its targets.

The unsupported patient's steady state is compared with the targets of his or her file; scipy's
bounded least squares moves the free parameters, on a logarithmic scale where they are positive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plants.beat import SteadyState, steady_state
from plants.patients import PATIENT_PARAMETERS, UNSTRESSED_VOLUMES, Patient
from plants.plant import Plant
from plants.quantities import MISSING, SIGNALS, Array, InputError, PhysicsError, unknown_name

#: Parameters that identification may move.
ESTIMATED_PARAMETERS = (
    "lv_ees",
    "lv_alpha",
    "rv_ees",
    "r_systemic",
    "r_pulmonary",
    "vu_systemic_veins",
)
#: Targets that are compared but not fitted. The LV end-diastolic pressure's is the wedge pressure,
#: and an atrial contraction puts it above that.
COMPARED_ONLY = ("lvedp",)
# Which parameter each target moves, the first that no target before it has taken: no more
# parameters may move than targets tell of.
_MOVED_BY = {
    "map": ("r_systemic",),
    "mpap": ("r_pulmonary",),
    "pcwp": ("lv_alpha",),
    "ejection_fraction": ("lv_ees",),
    "cvp": ("vu_systemic_veins", "rv_ees"),
    "cardiac_output": ("lv_ees", "rv_ees", "vu_systemic_veins"),
}
# The patient's own parameter: set to its target, not searched for.
_RATE = "heart_rate"
#: A deviation from a target that counts as met.
TOLERANCE = 0.05
# Linear scale (mL) of the one parameter that may be zero.
_VOLUME_SCALE = 1000.0
# Size (in the target's unit) from which on a deviation is relative to the target: a guess, far
# below any target but one of a pressure or a flow that is nearly zero.
_LEAST_SIZE = 0.1
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
        """Relative deviation of the model from the target; of a target near 0 see `_LEAST_SIZE`."""
        return _deviation(self.model, self.target)

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


def _deviation(model: float, target: float) -> float:
    return (model - target) / max(abs(target), _LEAST_SIZE)


def compare_with_targets(
    patient: Patient, *, fitted: Sequence[str] | None = None
) -> tuple[TargetRow, ...]:
    """Targets of a patient beside the unsupported steady state of the model.

    Parameters
    ----------
    patient : Patient
        The patient.
    fitted : sequence of str, optional
        Names of the targets that are called fitted; by default all but ``COMPARED_ONLY``.

    Raises
    ------
    InputError
        The patient's file has no targets.
    PhysicsError
        The patient has no periodic beat.
    """
    if not patient.targets:
        raise InputError("targets", MISSING, "a [targets.NAME] table", source=patient.path)
    fitted = _fitted(patient) if fitted is None else fitted
    metrics = steady_state(Plant(patient)).metrics
    return tuple(
        TargetRow(patient.name, name, SIGNALS[name].unit, goal.value, metrics[name], name in fitted)
        for name, goal in patient.targets.items()
    )


def identify(
    patient: Patient, *, free: Sequence[str] | None = None, fitted: Sequence[str] | None = None
) -> Identification:
    """Identify a patient to the targets of his or her file.

    A target of the heart rate sets it; each other one moves a parameter.

    Parameters
    ----------
    patient : Patient
        Start values and targets.
    free : sequence of str, optional
        Names of the parameters that may move; by default as many of ``ESTIMATED_PARAMETERS`` as
        there are targets to fit, without those that the patient holds.
    fitted : sequence of str, optional
        Names of the targets that are fitted, of those that the patient has; by default all but
        ``COMPARED_ONLY``.

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

    fitted = _fitted(patient) if fitted is None else fitted
    wanted = [name for name in fitted if name in patient.targets]
    if not wanted:
        allowed = "targets for " + ", ".join(fitted or _MOVED_BY)
        raise InputError("targets", MISSING, allowed, source=patient.path)
    if _RATE in wanted:
        wanted.remove(_RATE)
        rate = patient.targets[_RATE]
        patient = patient.replace(
            None, description=None, source=rate.source, tag=rate.tag, **{_RATE: rate.value}
        )
        if not wanted:
            return Identification(patient, compare_with_targets(patient, fitted=fitted), 0)
    free = _free(patient, wanted) if free is None else free
    for name in free:
        if name not in PATIENT_PARAMETERS:
            raise unknown_name("free", name, PATIENT_PARAMETERS)
    problem = _Problem(patient, tuple(free), tuple(wanted))
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


def _fitted(patient: Patient) -> tuple[str, ...]:
    return tuple(name for name in patient.targets if name not in COMPARED_ONLY)


def _free(patient: Patient, wanted: Sequence[str]) -> tuple[str, ...]:
    """As many parameters as targets, at the most; in the order of ``ESTIMATED_PARAMETERS``."""
    left = [name for name in ESTIMATED_PARAMETERS if name not in patient.held]
    moved: set[str] = set()
    for target in sorted(wanted, key=lambda name: [*_MOVED_BY, name].index(name)):
        chosen = next((name for name in (*_MOVED_BY.get(target, ()), *left) if name in left), None)
        if chosen is not None:
            left.remove(chosen)
            moved.add(chosen)
    return tuple(name for name in ESTIMATED_PARAMETERS if name in moved)


def _bounds(patient: Patient, name: str) -> tuple[float, float]:
    spec = PATIENT_PARAMETERS[name]
    if name != "vu_systemic_veins":
        return spec.low, spec.high
    # The unstressed volumes together must stay below the blood volume.
    others = sum(patient[other] for other in UNSTRESSED_VOLUMES if other != name)
    return spec.low, min(spec.high, 0.98 * patient["blood_volume"] - others)


class _Problem:
    """Residuals of the targets over scaled free parameters, warm-started from the last beat."""

    def __init__(self, patient: Patient, free: tuple[str, ...], wanted: tuple[str, ...]):
        self._patient, self._free = patient, free
        self._goals = {name: patient.targets[name].value for name in wanted}
        self._linear = np.array([name in UNSTRESSED_VOLUMES for name in free])
        # Logarithms are taken from the start value, which lies at 1: the solver's differences are
        # relative to its variables and must not shrink to nothing.
        self._origin = np.log(np.maximum([patient[name] for name in free], _SMALLEST)) - 1
        self._last: SteadyState | None = None
        self.evaluations = 0

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
        self.evaluations += 1
        try:
            start = self._last.state if self._last else None
            steady = steady_state(Plant(self.patient_at(x)), start=start)
        except PhysicsError:
            return np.full(len(self._goals), _NO_BEAT)
        self._last = steady
        return np.array(
            [_deviation(steady.metrics[name], goal) for name, goal in self._goals.items()]
        )
