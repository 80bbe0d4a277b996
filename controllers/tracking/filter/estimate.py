"""Estimates and forecasts with their uncertainty, in physical units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from controllers.tracking.filter.predicted_outputs import PredictedOutputs
from controllers.tracking.filter.square_root_filter import Gaussian
from controllers.tracking.model import OUTPUTS, Kind, StateSpace, contractility_factor_without_drugs
from plants import InputError, Patient, SlowParameters, unknown_name
from plants.quantities import Array

_NORMAL = NormalDist()
#: Probability of an interval where none is given.
CREDIBLE = 0.9


@dataclass(frozen=True)
class Estimate:
    """Estimate of one quantity: a normal distribution of it, or of its logarithm.

    Attributes
    ----------
    name, unit : str
        For tables.
    centre, spread : float
        Mean and standard deviation of the inner coordinate.
    kind : {"plain", "log"}
        Whether the inner coordinate is the value or its logarithm.
    scale : float
        Factor on the value.
    low, high : float
        Bounds of the value.

    Examples
    --------
    >>> from controllers.tracking.filter import Estimate
    >>> pressure = Estimate("map", "mmHg", 70.0, 2.0)
    >>> low, high = pressure.interval(0.9)
    >>> round(low, 1), round(high, 1), round(pressure.probability(low=65.0), 3)
    (66.7, 73.3, 0.994)
    """

    name: str
    unit: str
    centre: float
    spread: float
    kind: Kind = "plain"
    scale: float = 1.0
    low: float = -math.inf
    high: float = math.inf

    @property
    def median(self) -> float:
        """The value that is as likely exceeded as not."""
        return self._value(self.centre)

    @property
    def mean(self) -> float:
        """Mean of the value."""
        if self.kind == "plain":
            return self.median
        return self.median * math.exp(0.5 * self.spread**2)

    @property
    def sd(self) -> float:
        """Standard deviation of the value, its bounds apart."""
        if self.kind == "plain":
            return self.scale * self.spread
        return self.mean * math.sqrt(math.expm1(self.spread**2))

    def interval(self, probability: float = CREDIBLE) -> tuple[float, float]:
        """The central credible interval of that probability.

        Raises
        ------
        InputError
            The probability is not between 0 and 1.
        """
        if not 0.0 < probability < 1.0:
            raise InputError("probability", probability, "a number between 0 and 1")
        away = _NORMAL.inv_cdf(0.5 + 0.5 * probability) * self.spread
        return self._value(self.centre - away), self._value(self.centre + away)

    def probability(self, low: float = -math.inf, high: float = math.inf) -> float:
        """Probability that the value lies in a range."""
        if not (math.isfinite(self.centre) and math.isfinite(self.spread)):
            return math.nan
        return max(self._below(high) - self._below(low), 0.0)

    def _below(self, value: float) -> float:
        if value >= self.high:
            return 1.0
        if value < self.low:
            return 0.0
        inner = self._inner(value)
        if self.spread == 0.0:
            return float(inner >= self.centre)
        return _NORMAL.cdf((inner - self.centre) / self.spread)

    def _inner(self, value: float) -> float:
        value = value / self.scale
        if self.kind == "plain":
            return value
        return math.log(value) if value > 0.0 else -math.inf

    def _value(self, inner: float) -> float:
        value = self.scale * (math.exp(inner) if self.kind == "log" else inner)
        return min(max(value, self.low), self.high) if value == value else math.nan


class JointEstimate(Mapping[str, Estimate]):
    """Estimates by name, and their joint covariance.

    Parameters
    ----------
    estimates : sequence of Estimate
        In the order of the rows of `root`.
    root : ndarray, shape (n, m)
        A root of the covariance of their inner coordinates.
    hours : float
        To which hour they belong.
    """

    def __init__(self, estimates: Sequence[Estimate], root: Array, hours: float):
        self._estimates = {estimate.name: estimate for estimate in estimates}
        self._index = {estimate.name: index for index, estimate in enumerate(estimates)}
        self._root, self.hours = root, hours

    @property
    def mean(self) -> dict[str, float]:
        """Means of the values by name."""
        return {name: estimate.mean for name, estimate in self._estimates.items()}

    @property
    def covariance(self) -> Array:
        """Covariance of the inner coordinates, in the order of the names."""
        return np.asarray(self._root @ self._root.T)

    def correlation(self, first: str, second: str) -> float:
        """Correlation of the inner coordinates of two quantities; 0 where one is known.

        Raises
        ------
        InputError
            A name is unknown.
        """
        for name in (first, second):
            if name not in self._estimates:
                raise unknown_name("quantity", name, self._estimates)
        row, other = self._root[self._index[first]], self._root[self._index[second]]
        size = float(np.linalg.norm(row) * np.linalg.norm(other))
        return float(row @ other) / size if size > 0.0 else 0.0

    def __getitem__(self, name: str) -> Estimate:
        return self._estimates[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._estimates)

    def __len__(self) -> int:
        return len(self._estimates)


#: Quantities of a patient that follow from the estimates, with unit, kind, the output that each is
#: taken from and the nominal patient's parameter that it is a factor on ("" for none).
DERIVED: tuple[tuple[str, str, Kind, str, str], ...] = (
    ("lv_ees", "mmHg/mL", "log", "log_lv_contractility", "lv_ees"),
    ("rv_ees", "mmHg/mL", "log", "log_rv_contractility", "rv_ees"),
    ("resistance", "mmHg.s/mL", "log", "log_systemic_resistance", "r_systemic"),
    ("functional_leak", "mL/s/mmHg", "plain", "functional_leak", ""),
)
_ROWS = [OUTPUTS.index[row[3]] for row in DERIVED]


def joint(estimate: Gaussian, outputs: PredictedOutputs) -> tuple[Array, Array]:
    """Mean and a root of the estimates and the derived quantities together.

    Parameters
    ----------
    estimate : Gaussian
        Of the estimates.
    outputs : PredictedOutputs
        About it.
    """
    first, rest = outputs.first[_ROWS], outputs.rest[_ROWS]
    n, count = len(estimate.mean), first.shape[1]
    root = np.zeros((n + len(_ROWS), n + count))
    root[:n, :n] = estimate.root
    root[n:, :count], root[n:, n:] = first, rest
    return np.concatenate([estimate.mean, outputs.value[_ROWS]]), root


def patient_estimate(
    space: StateSpace,
    mean: Array,
    root: Array,
    patient: Patient,
    slow: SlowParameters,
    hours: float,
) -> JointEstimate:
    """Estimate of a patient, in physical units.

    Parameters
    ----------
    space : StateSpace
        What is estimated.
    mean, root : ndarray
        Of the estimates and the derived quantities; see :func:`joint`.
    patient : Patient
        The nominal patient.
    slow : SlowParameters
        What is assumed of the reflex and the drugs.
    hours : float
        When, h.
    """
    contractility, n = space.index["lv_contractility"], len(space.names)
    root = np.concatenate([root, root[contractility][None]])
    spread = np.linalg.norm(root, axis=1)
    own = {
        "blood_volume": patient["blood_volume"],
        "reflex_pressure": slow["baroreflex_operating_pressure"],
    }
    estimates = [
        Estimate(
            quantity.name,
            quantity.unit,
            float(centre) + own.get(quantity.name, 0.0),
            float(sd),
            quantity.kind,
        )
        for quantity, centre, sd in zip(space.tracked, mean[:n], spread[:n], strict=True)
    ]
    for index, (name, unit, kind, _, factor_on) in enumerate(DERIVED, n):
        scale = patient[factor_on] if factor_on else 1.0
        low = 0.0 if kind == "plain" else -math.inf
        estimates.append(
            Estimate(name, unit, float(mean[index]), float(spread[index]), kind, scale, low)
        )
    scale, centre = (
        patient["lv_ees"] * contractility_factor_without_drugs(slow),
        float(mean[contractility]),
    )
    estimates.append(Estimate("unaided_lv_ees", "mmHg/mL", centre, float(spread[-1]), "log", scale))
    return JointEstimate(estimates, root, hours)
