"""How well targets tell parameters: standard errors, correlations, and what contradicts itself.

The targets are taken to have independent errors of sizes that are guesses and stand in
``plants/data/identification.toml``. With the exact slopes J of the targets by the parameters at the
solution, each row over the error of its target, the covariance of the parameters is
``(J^T J)^-1``.

References
----------
Seber GAF, Wild CJ (1989) Nonlinear Regression, ch. 2 and 5 (covariance from the linearised model).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from plants.beat import SteadyState, periodic_slopes
from plants.patients import PATIENT_PARAMETERS, UNSTRESSED_VOLUMES, Patient
from plants.plant import METRICS, VALUES
from plants.quantities import DATA, Array, parameter_table, quantity_parts

#: Correlation of two estimates from which on the targets tell them by the same combination.
TOLD_TOGETHER = 0.95
# What a target is that is of none of the other kinds.
_OTHER = "other"
# The kinds of targets: the unit, and the signals of the kind.
_KINDS = {
    "arterial_pressure": (
        *("mmHg", "map", "systolic", "diastolic", "pulse_pressure"),
        "lv_peak_pressure",
    ),
    "pulmonary_pressure": ("mmHg", "mpap", "pa_systolic", "pa_diastolic"),
    "filling_pressure": ("mmHg", "cvp", "pcwp", "lvedp"),
    "flow": ("L/min", "cardiac_output", "native_flow"),
    "volume": (
        *("mL", "lvedv", "lvesv", "rvedv", "rvesv", "stroke_volume"),
        *("la_volume_max", "la_volume_min"),
        "mitral_regurgitant_volume",
    ),
    "share": (
        *("1", "ejection_fraction", "rv_ejection_fraction", "papi"),
        *("mitral_regurgitant_fraction", "aortic_regurgitant_fraction"),
    ),
    _OTHER: ("1",),
}
_KIND_OF = {name: kind for kind, (_, *names) in _KINDS.items() for name in names}
_FILE = DATA / "identification.toml"
_ERRORS, _SIZES = "relative_errors", "least_sizes"
_DECLARED = {
    _ERRORS: parameter_table(
        *((kind, "1", "standard deviation of a target over its size", 0.001, 1) for kind in _KINDS)
    ),
    _SIZES: parameter_table(
        *((kind, unit, "least size", 0.001, 1000) for kind, (unit, *_) in _KINDS.items())
    ),
}
# Share of a value from which on its standard error makes it a poor one: a choice.
_POOR = 0.5
# Singular values below this share of the largest are zero, and shares of a direction below that.
_SINGULAR, _SHARE = 1e-6, 1e-3
# Share of the blood that all vessels may hold without pressure.
_MOST_UNSTRESSED = 0.98
# A value this near to an end of its range, over the range, lies there.
_AT_BOUND = 1e-4


@functools.cache
def _numbers() -> Mapping[str, Mapping[str, float]]:
    parts = quantity_parts(_FILE, _DECLARED)
    return {
        part: {kind: each.value for kind, each in table.items()} for part, table in parts.items()
    }


def target_error(name: str, value: float) -> float:
    """Standard deviation of a target, in its unit: a guess by its kind.

    Parameters
    ----------
    name : str
        A metric of a beat.
    value : float
        The target.

    Examples
    --------
    >>> from plants.cohorts import target_error
    >>> target_error("map", 60.0), target_error("cvp", 0.0)
    (3.0, 0.75)
    """
    return _numbers()[_ERRORS][_KIND_OF.get(name, _OTHER)] * target_size(name, value)


def target_size(name: str, value: float) -> float:
    """What a deviation from a target is relative to: its size, or the least size of its kind.

    Parameters
    ----------
    name : str
        A metric of a beat.
    value : float
        The target.

    Examples
    --------
    >>> from plants.cohorts import target_size
    >>> target_size("cvp", 12.0), target_size("cvp", 0.0)
    (12.0, 5.0)
    """
    return max(abs(value), _numbers()[_SIZES][_KIND_OF.get(name, _OTHER)])


def whole_of(patient: Patient, name: str) -> float:
    """By what a parameter counts as wholly changed: its value; its highest where it may be 0."""
    declared = PATIENT_PARAMETERS[name]
    return patient[name] if declared.low > 0 else declared.high


def bounds_of(patient: Patient, name: str) -> tuple[float, float]:
    """Between which values a parameter may move; the patient keeps blood in the vessels."""
    declared = PATIENT_PARAMETERS[name]
    if name == "blood_volume":
        return max(declared.low, patient.unstressed_volume / _MOST_UNSTRESSED), declared.high
    if name not in UNSTRESSED_VOLUMES:
        return declared.low, declared.high
    others = patient.unstressed_volume - patient[name]
    most = _MOST_UNSTRESSED * patient["blood_volume"] - others
    return declared.low, min(declared.high, most)


def target_slopes(beat: SteadyState, targets: Sequence[str], names: Sequence[str]) -> Array:
    """Slopes of the targets by parameters, in their units, shape (n_targets, n_names)."""
    slopes = periodic_slopes(beat, [VALUES.index[name] for name in names]).metrics
    if "blood_volume" in names:  # It acts by what the compartments hold at the start.
        slopes[:, list(names).index("blood_volume")] += slopes[:, -1]
    return slopes[[METRICS.index[target] for target in targets], : len(names)]


@dataclass(frozen=True)
class Estimate:
    """A parameter that was identified, and how well the targets tell it.

    Attributes
    ----------
    patient, parameter, unit : str
        Whose, which, and its unit.
    before, value : float
        Where identification began, and what it came to.
    standard_error : float
        Of the value, in its unit; infinite where the targets do not tell it, NaN at a bound.
    told_with : tuple of str
        Parameters that the targets tell by the same combination: a correlation of the errors above
        ``TOLD_TOGETHER``.
    at_bound : bool
        Whether it ended where its range ends.
    """

    patient: str
    parameter: str
    unit: str
    before: float
    value: float
    standard_error: float
    told_with: tuple[str, ...] = ()
    at_bound: bool = False

    @property
    def poorly_told(self) -> bool:
        """Whether the standard error, though finite, is more than half of the value."""
        return _POOR * abs(self.value) < self.standard_error < math.inf

    @property
    def source(self) -> str:
        """Where the value came from, and how far it is to be believed."""
        words = "identified on this project's own topology"
        if self.at_bound:
            return f"{words}; at the end of its range"
        if not math.isfinite(self.standard_error):
            words = f"{words}; the targets do not tell it"
        else:
            words = f"{words}; standard error {self.standard_error:.2g} {self.unit}"
            words += " with the targets' errors guessed"
        return words + (
            f"; told together with {', '.join(self.told_with)}" if self.told_with else ""
        )


@dataclass(frozen=True)
class Identifiability:
    """What the targets tell of the parameters.

    Attributes
    ----------
    estimates : tuple of Estimate
        Each parameter that moved.
    condition : float
        Condition number of the slopes with columns of length 1: large where parameters are told by
        the same combination of targets; infinite where some are not told at all.
    """

    estimates: tuple[Estimate, ...] = ()
    condition: float = 1.0


def identifiability(
    before: Patient, after: Patient, slopes: Array, errors: Array, names: Sequence[str]
) -> Identifiability:
    """Standard errors of identified parameters.

    Parameters
    ----------
    before, after : Patient
        The patient before and after.
    slopes : ndarray, shape (n_targets, n_names)
        From :func:`target_slopes`, at the solution.
    errors : ndarray, shape (n_targets,)
        Standard deviations of the targets.
    names : sequence of str
        The parameters that moved.
    """
    bound = [_at_bound(after, name) for name in names]
    inside = [column for column, at_bound in enumerate(bound) if not at_bound]
    scale = np.array([whole_of(after, name) for name in names])
    weighted = (slopes * scale / errors[:, None])[:, inside]
    deviations, correlation, condition = _covariance(weighted)
    estimates = []
    for column, name in enumerate(names):
        place = inside.index(column) if column in inside else None
        row = np.zeros(0) if place is None else correlation[place]
        others = np.flatnonzero(row > TOLD_TOGETHER)
        estimates.append(
            Estimate(
                patient=after.name,
                parameter=name,
                unit=PATIENT_PARAMETERS[name].unit,
                before=before[name],
                value=after[name],
                standard_error=math.nan
                if place is None
                else float(deviations[place] * scale[column]),
                told_with=tuple(names[inside[other]] for other in others if other != place),
                at_bound=bound[column],
            )
        )
    return Identifiability(tuple(estimates), condition)


def _at_bound(patient: Patient, name: str) -> bool:
    low, high = bounds_of(patient, name)
    near = _AT_BOUND * whole_of(patient, name)
    return not low + near < patient[name] < high - near


def _covariance(weighted: Array) -> tuple[Array, Array, float]:
    """Standard deviations, sizes of the correlations, and the condition number of unit columns."""
    count = weighted.shape[1]
    if count == 0:
        return np.empty(0), np.empty((0, 0)), 1.0
    lengths = np.linalg.norm(weighted, axis=0)
    unit = weighted / np.where(lengths > 0, lengths, 1.0)
    _, singular, rows = np.linalg.svd(unit)
    singular = np.concatenate([singular, np.zeros(count - len(singular))])
    told = singular > _SINGULAR * singular[0]
    ways = rows[told] / singular[told, None]
    covariance = ways.T @ ways
    untold = np.abs(rows[~told])
    free = (untold > _SHARE).any(axis=0)
    deviations = np.sqrt(np.diag(covariance))
    correlation = np.abs(covariance) / np.maximum(np.outer(deviations, deviations), 1e-300)
    # Parameters that only their combination is told of.
    loose = untold > _SHARE
    correlation[(loose[:, :, None] & loose[:, None, :]).any(axis=0)] = 1.0
    deviations = np.where(free, math.inf, deviations / np.where(lengths > 0, lengths, 1.0))
    condition = float(singular[0] / singular[-1]) if told.all() else math.inf
    return deviations, correlation, condition
