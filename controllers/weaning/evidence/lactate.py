"""Lactate by the plant's balance of production and clearance, held to the patient's own values.

How much lactate a flow makes and clears is that of the plant (:mod:`plants.slow.laws.oxygen`). What
a patient makes beyond it is learned from laboratory values by a Kalman filter of two states, so
that the lactate that another flow would lead to can be told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from plants import METRICS, SlowParameters
from plants.quantities import HOURS_PER_DAY, ML_PER_DL, ML_PER_L
from plants.slow import PARAMETER_LAYOUT
from plants.slow.laws import blood, oxygen

# Guesses: spread of what a patient makes beyond the model (mmol/L/h), how far it moves in the root
# of an hour, and the same of lactate itself; spread of a laboratory value (mmol/L).
_EXCESS, _EXCESS_DRIFT, _DRIFT, _NOISE = 0.1, 0.01, 0.01, 0.1
_STEP = 0.5  # h
# A lactate is highest within a day of a flow that stays: its time constant is five hours.
_HORIZON = HOURS_PER_DAY
# After so long it has settled, whatever a clock says that jumped.
_LONGEST = 7 * HOURS_PER_DAY
# Cardiac indices among which the least that does is looked for, to a hundredth, L/min/m2.
_FLOWS, _HALVINGS = (0.5, 5.5), 9
# Any: oxygen goes by the hemoglobin in it.
_BLOOD = 5.0 * ML_PER_L


class LactateBalance:
    """What is believed of a patient's lactate.

    Parameters
    ----------
    area : float
        Body surface area, m2.
    parameters : SlowParameters, optional
        Of oxygen; by default those of the package.

    Attributes
    ----------
    value : float
        Present lactate, mmol/L; NaN before the first laboratory value.
    excess : float
        Production beyond that of the model, mmol/L/h.

    Examples
    --------
    >>> from controllers.weaning.evidence import LactateBalance
    >>> balance = LactateBalance(1.9)
    >>> balance.update(0.0, {"cardiac_index": 2.2, "hemoglobin": 11.0}, 2.0)
    >>> balance.highest(2.2) < balance.highest(2.0)
    True
    """

    def __init__(self, area: float, parameters: SlowParameters | None = None):
        known = (parameters or SlowParameters.load()).values
        self._parameters = PARAMETER_LAYOUT.partly(**known | {"body_surface_area": area})
        self._hemoglobin, self._injury, self._index = known["hemoglobin_initial"], 0.0, math.nan
        self.hours, self.value, self.excess = math.nan, math.nan, 0.0
        self._covariance = np.diag([_NOISE**2, _EXCESS**2])

    def update(self, hours: float, values: Mapping[str, float], measured: float) -> None:
        """Go on to an hour under the flow measured before, and take in what is measured there.

        Parameters
        ----------
        hours : float
            Now, h.
        values : mapping of str to float
            Best present values; cardiac_index (L/min/m2), hemoglobin (g/dL) and renal_injury count,
            the last as a sign of the liver's. What is missing or NaN stays as it was.
        measured : float
            A laboratory value of lactate (mmol/L); NaN where there is none now.
        """
        if math.isfinite(self.value) and math.isfinite(self._index) and hours > self.hours:
            self._predict(min(hours - self.hours, _LONGEST))
        self.hours = hours
        keep = lambda name, old: x if math.isfinite(x := values.get(name, math.nan)) else old  # noqa: E731
        self._index = keep("cardiac_index", self._index)
        self._hemoglobin = keep("hemoglobin", self._hemoglobin)
        self._injury = min(max(keep("renal_injury", self._injury), 0.0), 1.0)
        if not math.isfinite(measured):
            return
        if math.isnan(self.value):
            self.value = measured
            return
        gain = self._covariance[:, 0] / (self._covariance[0, 0] + _NOISE**2)
        innovation = measured - self.value
        self.value += float(gain[0]) * innovation
        self.excess += float(gain[1]) * innovation
        self._covariance = self._covariance - np.outer(gain, self._covariance[0])

    def highest(self, cardiac_index: float) -> float:
        """Highest lactate (mmol/L) within a day if the flow is that from now on; NaN if unknown.

        Parameters
        ----------
        cardiac_index : float
            Flow, L/min/m2.
        """
        if not (math.isfinite(self.value) and math.isfinite(cardiac_index)):
            return math.nan
        production, clearance = self._balance(cardiac_index)
        value = highest = self.value
        for _ in range(round(_HORIZON / _STEP)):
            value += self._rate(value, production, clearance) * _STEP
            highest = max(highest, value)
        return highest

    def least_flow(self, lactate: float) -> float:
        """Cardiac index (L/min/m2) from which on lactate stays up to a value within a day.

        Infinite where no flow does, NaN if the present lactate is not known.
        """
        if math.isnan(self.value):
            return math.nan
        low, high = _FLOWS
        if self.highest(high) > lactate:
            return math.inf
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.highest(middle) > lactate else (low, middle)
        return high

    def _predict(self, hours: float) -> None:
        production, clearance = self._balance(self._index)
        steps = math.ceil(hours / _STEP)
        step = hours / steps
        forward = np.array([[1.0 - clearance * step, step], [0.0, 1.0]])
        for _ in range(steps):
            self.value += self._rate(self.value, production, clearance) * step
            noise = np.diag([_DRIFT**2 * step, _EXCESS_DRIFT**2 * step])
            self._covariance = forward @ self._covariance @ forward.T + noise

    def _rate(self, value: float, production: float, clearance: float) -> float:
        inhibited = 1.0 + (value / self._parameters.lactate_inhibition) ** 2
        return (production + self.excess) / inhibited - clearance * value

    def _balance(self, cardiac_index: float) -> tuple[float, float]:
        """Production of lactate (mmol/L/h) and its clearance (1/h) at a flow, by the model."""
        mass = self._hemoglobin * _BLOOD / ML_PER_DL
        states = blood.States(hemoglobin_mass=mass, fluid_shift=0.0)
        output = cardiac_index * self._parameters.body_surface_area
        beat = METRICS.partly(cardiac_output=output, blood_volume=_BLOOD)
        production = oxygen.lactate_production(states, beat, self._parameters)
        clearance = oxygen.lactate_clearance(self._injury, beat, self._parameters)
        return float(production), float(clearance)
