"""Virtual patients around a phenotype: correlated, bounded, plausible, and the same every time.

A draw scatters the profile's parameters, computes the unsupported periodic beat and is refused
where that is none of the phenotype; then it is drawn again from the patient's own stream, so that
the patient of a seed does not depend on who else is drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from plants.beat import steady_state
from plants.cohorts.draws import (
    bounded_scores,
    draw_arteries,
    draw_blood,
    draw_doses,
    draw_leak,
    draw_recovery,
    drawn_around,
    mitral_valve_parameters,
)
from plants.cohorts.population_file import built_in_variation
from plants.cohorts.refused import PatientRefused
from plants.cohorts.variation import Variation
from plants.cohorts.virtual_patient import VirtualPatient
from plants.patients import Patient
from plants.plant import Plant
from plants.quantities import SIGNALS, InputError, PhysicsError, check_count, check_seed, stream

#: Seeds from here on are kept for evaluation; those below are for development.
FIRST_EVALUATION_SEED = 10_000
#: Draws of one patient after which the search is given up.
ATTEMPTS = 50
SPREAD_LIMIT = 3.0
_OUT_OF_RANGE = "a parameter out of its range"


@dataclass(frozen=True)
class RefusalCounts:
    """How many draws were refused, and why.

    Parameters
    ----------
    patients : int
        Patients that were found.
    draws : int
        Draws that this took.
    reasons : Mapping of str to int
        Refused draws by reason; a draw that leaves two bands counts for both.

    Examples
    --------
    >>> from plants import RefusalCounts
    >>> both = RefusalCounts(1, 1) + RefusalCounts(1, 3, {"no periodic beat": 2})
    >>> both.refused, dict(both.reasons)
    (2, {'no periodic beat': 2})
    """

    patients: int = 0
    draws: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ordered = sorted(self.reasons.items(), key=lambda reason: (-reason[1], reason[0]))
        object.__setattr__(self, "reasons", MappingProxyType(dict(ordered)))

    @property
    def refused(self) -> int:
        """Draws that were refused."""
        return self.draws - self.patients

    def __add__(self, other: RefusalCounts) -> RefusalCounts:
        reasons = Counter(self.reasons) + Counter(other.reasons)
        return RefusalCounts(self.patients + other.patients, self.draws + other.draws, reasons)


def check_kept_seeds(
    first: int, count: int, evaluation: bool, *, field: str = "first_seed"
) -> None:
    """Refuse seeds that are kept for evaluation outside an evaluation.

    Parameters
    ----------
    first, count : int
        The first seed and how many there are.
    evaluation : bool
        Whether it is one.
    field : str
        What gives the first seed.

    Raises
    ------
    InputError
        One of them is kept.
    """
    most = FIRST_EVALUATION_SEED - count
    if first > most and not evaluation:
        of_these = f" for the first of {count} seeds" if count > 1 else ""
        raise InputError(field, first, f"up to {most}{of_these} outside an evaluation")


class Population:
    """The virtual patients of one phenotype.

    Parameters
    ----------
    phenotype : Patient or str
        The profile: a patient, or the name or path of one.
    spread : float
        Factor on the spread of every parameter in the population file, 0 to 3.
    evaluation : bool
        Whether the seeds that are kept for evaluation, 10000 and up, may be drawn.
    attempts : int
        Draws of one patient after which the search is given up.
    variation : Variation, optional
        What :func:`~plants.cohorts.population_file.read_variation` gave; by default the built-in
        one.

    Raises
    ------
    InputError
        No such profile, or a number is out of range.

    Examples
    --------
    >>> from plants import Population
    >>> member = Population("shock-d").draw(7)
    >>> member.patient.name, member.responder in ("full", "partial", "none")
    ('shock-d/7', True)
    """

    def __init__(
        self,
        phenotype: Patient | str,
        *,
        spread: float = 1.0,
        evaluation: bool = False,
        attempts: int = ATTEMPTS,
        variation: Variation | None = None,
    ):
        self.profile = Patient.load(phenotype) if isinstance(phenotype, str) else phenotype
        if not 0 <= spread <= SPREAD_LIMIT:
            raise InputError("spread", spread, f"0 to {SPREAD_LIMIT:g}")
        self.spread, self.evaluation = spread, evaluation
        self.attempts = check_count(attempts, "attempts", 1)
        self.variation = variation or built_in_variation()
        self.kind = self.variation.phenotype(self.profile.name)
        self._cholesky = np.asarray(
            np.linalg.cholesky(self.variation.correlation), dtype=np.float64
        )

    def draw(self, seed: int) -> VirtualPatient:
        """The patient of a seed.

        Raises
        ------
        InputError
            The seed is none or is kept for evaluation, or no draw was plausible.
        """
        return self.draw_with_counts(seed)[0]

    def sample(self, count: int, first_seed: int = 0) -> tuple[list[VirtualPatient], RefusalCounts]:
        """The patients of `count` seeds from the first on, and what was refused meanwhile.

        Raises
        ------
        InputError
            As :meth:`draw`, or the count is no positive integer.

        Examples
        --------
        >>> from plants import Population
        >>> patients, refused = Population("shock-c").sample(2)
        >>> len(patients), refused.patients
        (2, 2)
        """
        count = check_count(count, "count", 1)
        total, patients = RefusalCounts(), []
        for seed in range(first_seed, first_seed + count):
            patient, counts = self.draw_with_counts(seed)
            patients.append(patient)
            total += counts
        return patients, total

    def draw_with_counts(self, seed: int) -> tuple[VirtualPatient, RefusalCounts]:
        """The patient of a seed and what was refused before he or she was found.

        Raises
        ------
        InputError
            As :meth:`draw`.
        """
        self._check_seed(seed)
        reasons: Counter[str] = Counter()
        random = self._stream(seed, "circulation")
        leak = 0.0
        if self.kind.failing_lv:
            leak = draw_leak(self._stream(seed, "valve"), self.variation.regurgitation)
        for attempt in range(self.attempts):
            patient = self._circulation(random, seed)
            metrics, refused = self._judged(patient, leak)
            if patient is not None and not refused:
                complete = self._completed(patient, seed, leak, metrics)
                return complete, RefusalCounts(1, attempt + 1, reasons)
            reasons.update(refused)
        counts = RefusalCounts(0, self.attempts, reasons)
        why = ", ".join(f"{reason}: {count}" for reason, count in counts.reasons.items())
        allowed = (
            f"a spread and bands with which {self.attempts} draws hold a plausible "
            f"{self.profile.name} (seed {seed}; {why})"
        )
        kind = "no plausible patient"
        raise PatientRefused(
            "spread", self.spread, allowed, kind=kind, source=self.variation.source
        )

    def _check_seed(self, seed: object) -> None:
        check_kept_seeds(check_seed(seed), 1, self.evaluation, field="seed")

    def _stream(self, seed: int, aspect: str) -> np.random.Generator:
        """A stream of its own for each aspect: a change to one leaves the others as they are."""
        return stream("virtual patient", seed, self.profile.name, member=aspect)

    def _circulation(self, random: np.random.Generator, seed: int) -> Patient | None:
        """A draw of the circulation; None where a parameter leaves its range."""
        scores = bounded_scores(random, self._cholesky) * self.spread * self.variation.spread
        factors = zip(self.variation.names, np.exp(scores).tolist(), strict=True)
        return drawn_around(self.profile, seed, dict(factors))

    def _judged(
        self, patient: Patient | None, leak: float
    ) -> tuple[dict[str, float], tuple[str, ...]]:
        """Metrics of the unsupported beat, and why it is none of this phenotype, if anything."""
        if patient is None:
            return {}, (_OUT_OF_RANGE,)
        try:
            metrics = steady_state(Plant(patient), 0.0, {"mitral_leak": leak}).metrics
        except PhysicsError as error:
            return {}, (error.kind.value,)
        reasons = []
        for name, (low, high) in self.kind.bands.items():
            unit = "" if SIGNALS[name].unit == "1" else f" {SIGNALS[name].unit}"
            if metrics[name] < low:
                reasons.append(f"{name} below {low:g}{unit}")
            elif metrics[name] > high:
                reasons.append(f"{name} above {high:g}{unit}")
        return metrics, tuple(reasons)

    def _completed(
        self, patient: Patient, seed: int, leak: float, metrics: dict[str, float]
    ) -> VirtualPatient:
        """The patient with all that is drawn besides the circulation."""
        v = self.variation
        slow = draw_blood(self._stream(seed, "blood"), v)
        slow |= mitral_valve_parameters(leak, metrics, v.regurgitation)
        responder = "none"
        if self.kind.shock:
            slow |= draw_doses(self._stream(seed, "drugs"), v.drugs)
            responder, recovery = draw_recovery(self._stream(seed, "recovery"), v.recovery, patient)
            slow |= recovery
        else:
            slow["recoverable"] = 0.0
        # Sex and diameters.
        drawn = draw_arteries(self._stream(seed, "arteries"), v.anatomy)
        return VirtualPatient(patient, self.profile.name, seed, *drawn, responder, slow)
