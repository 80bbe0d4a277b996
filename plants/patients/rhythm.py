"""The rhythm of the heart: how long each beat lasts, and how strongly atria and ventricles beat.

A rhythm is a seeded sequence of beats that can be read at any place in any order. It scales the
patient's mean RR interval and contractilities, so that one rhythm serves every patient.

References
----------
Bootsma BK et al. (1970) Circulation 41:783 (RR intervals of atrial fibrillation; recalled).
Yue DT et al. (1985) Circ Res 56:340 (mechanical restitution and postextrasystolic potentiation;
recalled).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral
from statistics import NormalDist
from types import MappingProxyType

from plants.quantities import (
    DATA,
    Array,
    InputError,
    Parameter,
    Quantity,
    check_number,
    check_seed,
    lookup,
    parameter_table,
    parameters_of,
    stream,
    unknown_name,
)

#: The rhythms there are.
RHYTHMS = ("sinus", "atrial-fibrillation", "ectopic", "bigeminy")

#: Parameters of a rhythm; intervals are shares of the mean RR interval.
RHYTHM_PARAMETERS: MappingProxyType[str, Parameter] = parameter_table(
    ("variation", "1", "coefficient of variation of fibrillation's RR intervals", 0, 0.35),
    ("premature_share", "1", "share of premature ventricular beats", 0, 0.2),
    ("coupling", "1", "interval before a premature beat", 0.4, 0.95),
    ("restitution_delay", "1", "interval after which the ventricle answers at all", 0, 0.3),
    ("restitution_time", "1", "time constant with which its strength returns", 0.02, 2),
    ("potentiation", "1", "share of a weak beat's deficit that strengthens the next", 0, 1),
)

_FILE = DATA / "rhythms.toml"
_BLOCK = 256  # beats drawn at once
# RR intervals of fibrillation are log-normal, cut off at this many standard deviations: they stay
# between 0.35 and 2.5 mean intervals at the largest variation.
_CUT = 2.5
_NORMAL = NormalDist()


@dataclass(frozen=True)
class RhythmBeat:
    """One beat of a rhythm, from the onset of its ventricular contraction to the next one's.

    Attributes
    ----------
    rr : float
        Its length over the patient's mean RR interval; the factor on heart rate is its inverse.
    atrial : float
        Factor on the atrial contraction late in this beat, which fills the next one: 0 where the
        atria fibrillate or the next beat is a premature one.
    contractility : float
        Factor on the ventricles' end-systolic elastance, by the two intervals before the beat.
    premature : bool
        Whether it is a premature ventricular beat.
    """

    rr: float = 1.0
    atrial: float = 1.0
    contractility: float = 1.0
    premature: bool = False


_SINUS = RhythmBeat()


@dataclass(frozen=True)
class Rhythm:
    """A seeded sequence of beats; the same seed gives the same beats, in whatever order asked.

    Beats before the first are sinus beats.

    Parameters
    ----------
    kind : str
        One of :data:`RHYTHMS`: ``"sinus"`` (every beat alike), ``"atrial-fibrillation"`` (no
        atrial contraction, irregular and uncorrelated intervals), ``"ectopic"`` (premature
        ventricular beats at random, never two in a row) and ``"bigeminy"`` (every other beat
        premature). A premature interval and the pause after it make two mean intervals.
    seed : int
        Of fibrillation and of ectopic beats.
    interval_force : bool
        Whether the intervals before a beat change its contractility.
    values : Mapping of str to float
        Parameters of :data:`RHYTHM_PARAMETERS`; those not given have the value of the data file.

    Raises
    ------
    InputError
        The kind is unknown, the seed is refused, or a value is refused.

    Examples
    --------
    >>> from plants import Rhythm
    >>> rhythm = Rhythm.make("bigeminy", coupling=0.7)
    >>> [round(rhythm.beat(k).rr, 2) for k in range(4)]
    [0.7, 1.3, 0.7, 1.3]
    >>> Rhythm.make("atrial-fibrillation", seed=4).beat(1000).atrial
    0.0
    """

    kind: str = "sinus"
    seed: int = 0
    interval_force: bool = True
    values: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in RHYTHMS:
            raise unknown_name("rhythm", self.kind, RHYTHMS)
        check_seed(self.seed)
        values = {name: quantity.value for name, quantity in rhythm_quantities().items()}
        for name, value in self.values.items():
            declared = lookup(RHYTHM_PARAMETERS, name, "parameter", source="rhythm")
            values[name] = check_number(value, declared, name, "rhythm")
        object.__setattr__(self, "values", MappingProxyType(values))

    @classmethod
    def make(
        cls, kind: str, *, seed: int = 0, interval_force: bool = True, **values: float
    ) -> Rhythm:
        """A rhythm with some parameters given by name; see :class:`Rhythm`.

        Examples
        --------
        >>> from plants import Rhythm
        >>> Rhythm.make("ectopic", seed=1, premature_share=0.2).values["premature_share"]
        0.2
        """
        return cls(kind, seed, interval_force, values)

    @staticmethod
    def names() -> tuple[str, ...]:
        """The kinds of rhythm."""
        return RHYTHMS

    def beat(self, k: int) -> RhythmBeat:
        """Beat `k`, counted from 0.

        Raises
        ------
        InputError
            `k` is no integer from 0 on.
        """
        if isinstance(k, bool) or not isinstance(k, Integral) or k < 0:
            raise InputError("k", k, "the number of a beat, an integer from 0 on")
        if self.kind == "sinus":
            return _SINUS
        k = int(k)
        return RhythmBeat(
            rr=self._rr(k),
            atrial=0.0 if self.kind == "atrial-fibrillation" or self._premature(k + 1) else 1.0,
            contractility=self._contractility(self._rr(k - 1), self._rr(k - 2)),
            premature=self._premature(k),
        )

    def _rr(self, k: int) -> float:
        if k < 0:
            return 1.0
        if self.kind == "atrial-fibrillation":
            return _fibrillation(_uniform(int(self.seed), k), self.values["variation"])
        coupling = self.values["coupling"]
        if self._premature(k + 1):
            return coupling
        return 2.0 - coupling if self._premature(k) else 1.0

    def _premature(self, k: int) -> bool:
        if k < 1 or self.kind in ("sinus", "atrial-fibrillation"):
            return False
        if self.kind == "bigeminy":
            return k % 2 == 1
        # A beat is premature when its draw is low and the last one's is not, so that no two follow
        # each other; q (1 - q) of the beats then are.
        q = 0.5 * (1 - math.sqrt(1 - 4 * self.values["premature_share"]))
        seed = int(self.seed)
        return _uniform(seed, k) < q <= _uniform(seed, k - 1)

    def _contractility(self, last: float, before: float) -> float:
        """Restitution over the last interval, potentiation by what the one before left undone."""
        if not self.interval_force:
            return 1.0
        full = self._restitution(1.0)
        deficit = full / self._restitution(before)
        return self._restitution(last) / full * deficit ** self.values["potentiation"]

    def _restitution(self, interval: float) -> float:
        v = self.values
        return -math.expm1(-(interval - v["restitution_delay"]) / v["restitution_time"])

    def __hash__(self) -> int:
        return hash((self.kind, self.seed, self.interval_force, tuple(self.values.items())))


@functools.cache
def rhythm_quantities() -> Mapping[str, Quantity]:
    """The parameters of the data file with their sources."""
    return parameters_of(_FILE, RHYTHM_PARAMETERS)


@functools.lru_cache(maxsize=512)
def _uniforms(seed: int, block: int) -> Array:
    """Uniform draws of a block of beats; a counter-based generator needs no draws before them."""
    return stream("rhythm", seed, block).random(_BLOCK)


def _uniform(seed: int, k: int) -> float:
    return float(_uniforms(seed, k // _BLOCK)[k % _BLOCK])


@functools.cache
def _log_normal(variation: float) -> tuple[float, float]:
    """Scale of the truncated log-normal of that coefficient of variation, and its mean."""
    low, high = 0.0, 1.0
    for _ in range(60):  # Bisection: the coefficient of variation rises with the scale.
        scale = 0.5 * (low + high)
        mean = _mean_exponential(scale)
        if math.sqrt(max(0.0, _mean_exponential(2 * scale) / mean**2 - 1)) < variation:
            low = scale
        else:
            high = scale
    return high, _mean_exponential(high)


def _mean_exponential(scale: float) -> float:
    """Mean of exp(scale z) with z standard normal, cut off at both sides."""
    inside = _NORMAL.cdf(_CUT - scale) - _NORMAL.cdf(-_CUT - scale)
    return math.exp(0.5 * scale**2) * inside / (2 * _NORMAL.cdf(_CUT) - 1)


def _fibrillation(uniform: float, variation: float) -> float:
    """RR interval of a uniform draw: log-normal of mean 1, cut off at both sides."""
    scale, mean = _log_normal(variation)
    tail = _NORMAL.cdf(-_CUT)
    return math.exp(scale * _NORMAL.inv_cdf(tail + uniform * (1 - 2 * tail))) / mean
