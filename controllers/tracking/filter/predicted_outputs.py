"""Outputs of a beat that an estimate predicts, and regressions kept for the next time.

Sigma points cost two dozen beats. Their regression (slope, what it leaves, and by how much the
mean lies off the centre) holds about other centres as well while the beat answers in a straight
line. So the beat of the centre is always found, and the sigma points only where the kept slope
did not foretell that beat or the estimate has become much wider or narrower.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from controllers.tracking.filter.readings import READ_SIGNALS, model_floor, output_rows
from controllers.tracking.filter.square_root_filter import Gaussian, divided_differences
from controllers.tracking.model import N_PATIENT, OUTPUTS, STATE_INDEX
from plants.quantities import Array

# Standard deviations by which a kept slope may mislead; how many times wider or narrower an
# estimate may have become; and how far it may have moved where the second order is as large as the
# first.
_TOLERANCE, _RATIO, _WAY = 0.15, 1.4, 1.0
# Outputs by which it is judged: what is read, and what is asked of forecasts. The saturation moves
# with the hemoglobin, which is known.
_NAMES = (
    *(name for name in READ_SIGNALS if name != "svo2"),
    "cardiac_index",
    "cardiac_power_output",
    "papi",
    "lvedp",
    "pump_flow",
    "log_lv_contractility",
    "log_systemic_resistance",
    "functional_leak",
)
_JUDGED = output_rows(_NAMES)
# Standard deviations below which no difference matters: the model's own where none is given here.
_OWN = {
    "mitral_regurgitant_fraction": 0.02,
    "log_lv_contractility": 0.01,
    "log_systemic_resistance": 0.01,
    "functional_leak": 0.1,
}
# Estimates whose width matters: the heart rate is read to a beat or two, and nothing bends in it.
_WIDTHS = np.array([i for i in range(N_PATIENT) if i != STATE_INDEX["heart_rate"]])
# Outputs by which the second order is judged: those of decisions.
_DECISIVE = np.flatnonzero(
    np.isin(_NAMES, ("map", "cardiac_index", "cardiac_power_output", "papi", "pcwp", "cvp"))
)
_FLOOR = np.array([_OWN[name] if name in _OWN else model_floor(name) for name in _NAMES])


@dataclass(frozen=True)
class PredictedOutputs:
    """Outputs of a beat about an estimate.

    Attributes
    ----------
    value : ndarray, shape (n_outputs,)
        Mean, in the order of ``OUTPUTS``; NaN where there is no beat.
    slope : ndarray, shape (n_outputs, n_patient)
        Slope of the regression on the estimates.
    first, rest : ndarray, shape (n_outputs, n_patient)
        Together a root of their covariance: what the slope explains, along the columns of the root
        of the estimate, and what it leaves.
    exact : float
        Share of the sigma points whose beat was found and not only extrapolated.
    reason : str
        Why there is no beat, or "".
    """

    value: Array
    slope: Array
    first: Array
    rest: Array
    exact: float
    reason: str = ""

    @classmethod
    def missing(cls, reason: str) -> PredictedOutputs:
        """Where there is no beat."""
        value, root = np.full(len(OUTPUTS), np.nan), np.full((len(OUTPUTS), N_PATIENT), np.nan)
        return cls(value, root, root, root, 0.0, reason)


@dataclass(frozen=True)
class SigmaPointRegression:
    """The regression of outputs on the sigma points of an estimate.

    Attributes
    ----------
    centre : ndarray, shape (n_patient,)
        Mean of the estimates.
    spread : ndarray, shape (n_patient,)
        Their standard deviations.
    outputs : ndarray, shape (n_outputs,)
        Of the beat of the centre.
    slope : ndarray, shape (n_outputs, n_patient)
        Of the regression.
    offset : ndarray, shape (n_outputs,)
        By how much the mean lies off the centre's outputs.
    rest : ndarray, shape (n_outputs, n_patient)
        Root of what the slope leaves.
    variance : ndarray, shape (n_outputs,)
        Variance that the slope explains.
    exact : float
        Share of the sigma points whose beat was found.
    curvature : float
        Largest second-order part of a judged output, in its standard deviations.
    """

    centre: Array
    spread: Array
    outputs: Array
    slope: Array
    offset: Array
    rest: Array
    variance: Array
    exact: float
    curvature: float

    @classmethod
    def fit(cls, estimate: Gaussian, values: Array, exact: float) -> SigmaPointRegression:
        """From the outputs at the sigma points of an estimate, (k, n_outputs)."""
        root = estimate.root[:N_PATIENT, :N_PATIENT]
        mean, first, rest = divided_differences(values)
        slope = np.asarray(np.linalg.solve(root.T, first.T).T, dtype=np.float64)
        rows = _JUDGED[_DECISIVE]
        second = np.hypot(mean - values[0], np.linalg.norm(rest, axis=1))[rows]
        spread = np.linalg.norm(first[rows], axis=1) + _FLOOR[_DECISIVE]
        curvature = float(np.max(second / spread))
        return cls(
            estimate.mean[:N_PATIENT],
            np.linalg.norm(root, axis=1),
            values[0],
            slope,
            mean - values[0],
            rest,
            np.sum(first**2, axis=1),
            exact,
            curvature,
        )

    def holds_for(self, estimate: Gaussian, outputs: Array) -> bool:
        """Whether the regression still holds about an estimate whose centre has these outputs."""
        root = estimate.root[:N_PATIENT, :N_PATIENT]
        ratio = (np.linalg.norm(root, axis=1) / self.spread)[_WIDTHS]
        if np.max(np.maximum(ratio, 1.0 / ratio)) > _RATIO:
            return False
        moved, slope = estimate.mean[:N_PATIENT] - self.centre, self.slope[_JUDGED]
        predicted = self.outputs[_JUDGED] + slope @ moved
        spread = np.linalg.norm(slope @ root, axis=1) + _FLOOR
        # Over a longer way the same bend of the slope leads further off.
        way = float(np.linalg.norm(np.linalg.solve(root, moved)))
        off = float(np.max(np.abs(outputs[_JUDGED] - predicted) / spread))
        return self.curvature * way <= _WAY and off <= _TOLERANCE * max(way, 1.0)

    def outputs_for(self, estimate: Gaussian, outputs: Array) -> PredictedOutputs:
        """Outputs about an estimate whose centre has these."""
        first = self.slope @ estimate.root[:N_PATIENT, :N_PATIENT]
        # What is of second order goes with the variance.
        variance = np.sum(first**2, axis=1)
        share = np.divide(
            variance, self.variance, out=np.ones_like(variance), where=self.variance > 0.0
        )
        value, rest = outputs + share * self.offset, share[:, None] * self.rest
        return PredictedOutputs(value, self.slope, first, rest, self.exact)
