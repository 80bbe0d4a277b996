"""Identification of a patient: parameters for which the periodic steady state meets its targets.

The unsupported patient's steady state is compared with the targets of his or her file; scipy's
bounded least squares moves the free parameters, on a logarithmic scale where they are positive.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from plants.beat import SteadyState, steady_state
from plants.cohorts.identifiability import (
    Identifiability,
    bounds_of,
    identifiability,
    target_error,
    target_size,
    target_slopes,
    whole_of,
)
from plants.cohorts.identification_problem import TargetProblem
from plants.cohorts.identification_rules import MOVED_BY, candidates, told_apart
from plants.patients import PATIENT_PARAMETERS, Patient
from plants.plant import Plant
from plants.quantities import (
    MISSING,
    SIGNALS,
    Array,
    InputError,
    check_number,
    replaced_path,
    unknown_name,
)

#: Targets that are compared but not fitted. The LV end-diastolic pressure's is the wedge pressure,
#: and an atrial contraction puts it above that.
COMPARED_ONLY = ("lvedp",)
# The patient's own parameter: set to its target, not searched for.
_RATE = "heart_rate"
#: A deviation from a target that counts as met.
TOLERANCE = 0.05
# A deviation of a fitted target from which on it is told that something stands against it.
_CONTRADICTION = 0.01
# Steady states after which a search is given up; most end within ten.
_MOST_EVALUATIONS = 200


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
        """Deviation of the model from the target, over :func:`~plants.cohorts.target_size`."""
        return (self.model - self.target) / target_size(self.signal, self.target)

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
    told : Identifiability
        Each parameter that moved, with its standard error.
    settled : bool
        Whether the search ended by itself.
    """

    patient: Patient
    rows: tuple[TargetRow, ...]
    evaluations: int
    told: Identifiability = field(default_factory=Identifiability)
    settled: bool = True

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know: targets that cannot be met, parameters that are not told.

        Examples
        --------
        >>> from plants import Identification, Patient, TargetRow
        >>> rows = [TargetRow("mine", "cvp", "mmHg", 10.0, 10.7, True),
        ...         TargetRow("mine", "pcwp", "mmHg", 10.0, 9.6, True)]
        >>> Identification(Patient.load("healthy"), rows, 1).notes
        ('cvp (+7.0 %), pcwp (-4.0 %) cannot all be met: the targets contradict each other',)
        """
        at_bound = [each.parameter for each in self.told.estimates if each.at_bound]
        notes = [] if self.settled else ["the search ended before it had settled"]
        missed = [row for row in self.rows if row.fitted and abs(row.deviation) > _CONTRADICTION]
        if missed:
            listed = ", ".join(f"{row.signal} ({100 * row.deviation:+.1f} %)" for row in missed)
            if at_bound:
                why = "cannot be met within the range of " + " and ".join(at_bound)
            elif len(missed) == 1:
                why = "cannot be met by the parameters that may move"
            else:
                why = "cannot all be met: the targets contradict each other"
            notes.append(f"{listed} {why}")
        notes += [f"{name} is at the end of its range" for name in at_bound]
        untold = [e.parameter for e in self.told.estimates if math.isinf(e.standard_error)]
        if untold:
            notes.append(f"the targets do not tell {', '.join(untold)}")
        poor = [each.parameter for each in self.told.estimates if each.poorly_told]
        if poor:
            notes.append(f"the targets hardly tell {', '.join(poor)}: see the standard error")
        for each in self.told.estimates:
            others = [name for name in each.told_with if name > each.parameter]
            if others and each.parameter not in untold:
                listed = " and ".join([each.parameter, *others])
                notes.append(f"{listed} are told by the same combination of targets")
        return tuple(notes)


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
    return _rows(patient, steady_state(Plant(patient)), fitted)


def _rows(patient: Patient, steady: SteadyState, fitted: Sequence[str]) -> tuple[TargetRow, ...]:
    metrics = steady.metrics
    return tuple(
        TargetRow(patient.name, name, SIGNALS[name].unit, goal.value, metrics[name], name in fitted)
        for name, goal in patient.targets.items()
    )


def identify(
    patient: Patient, *, free: Sequence[str] | None = None, fitted: Sequence[str] | None = None
) -> Identification:
    """Identify a patient to the targets of his or her file.

    A target of the heart rate sets it; each other one moves a parameter, unless it follows from
    the others: see :data:`~plants.cohorts.MOVED_BY`. All other parameters stay as they are.

    Parameters
    ----------
    patient : Patient
        Start values and targets.
    free : sequence of str, optional
        Names of the parameters that may move; by default those that the targets tell, without
        those that the patient holds.
    fitted : sequence of str, optional
        Names of the targets that are fitted, of those that the patient has; by default all but
        ``COMPARED_ONLY``.

    Returns
    -------
    Identification
        The patient with new parameters (rounded to six digits; the standard error stands in their
        source), and the targets beside the model.

    Raises
    ------
    InputError
        No targets, a free parameter that does not exist, or a target of the heart rate that no
        patient may have.
    PhysicsError
        The patient, or the identified one, has no periodic beat.
    """
    from scipy.optimize import least_squares  # Slow to import, and only needed here.

    fitted = _fitted(patient) if fitted is None else fitted
    wanted = [name for name in fitted if name in patient.targets]
    if not wanted:
        allowed = "targets for " + ", ".join(fitted or MOVED_BY)
        raise InputError("targets", MISSING, allowed, source=patient.path)
    if _RATE in wanted:
        wanted.remove(_RATE)
        patient = _with_rate(patient)
        if not wanted:
            return Identification(patient, compare_with_targets(patient, fitted=fitted), 0)
    start = steady_state(Plant(patient))
    free = _free(patient, wanted, start) if free is None else tuple(dict.fromkeys(free))
    for name in free:
        if name not in PATIENT_PARAMETERS:
            raise unknown_name("free", name, PATIENT_PARAMETERS)
    problem = TargetProblem(patient, free, tuple(wanted), start)
    bounds = np.array([bounds_of(patient, name) for name in free]).reshape(-1, 2)
    solution, settled = problem.scaled([patient[name] for name in free]), True
    if free:
        fit = least_squares(
            problem.residuals,
            solution,
            jac=problem.slopes,
            bounds=(problem.scaled(bounds[:, 0]), problem.scaled(bounds[:, 1])),
            x_scale="jac",
            xtol=1e-10,
            ftol=1e-10,
            max_nfev=_MOST_EVALUATIONS,
        )
        solution, settled = fit.x, fit.status > 0
    return _identification(problem, solution, fitted, settled=settled)


def _fitted(patient: Patient) -> tuple[str, ...]:
    return tuple(name for name in patient.targets if name not in COMPARED_ONLY)


def _with_rate(patient: Patient) -> Patient:
    """The patient with the heart rate of the targets."""
    target = patient.targets[_RATE]
    place = f"targets.{_RATE}.value"
    check_number(target.value, PATIENT_PARAMETERS[_RATE], place, patient.path)
    entries = {**patient.entries, _RATE: target}
    return patient.changed(entries=entries, path=replaced_path(patient.path))


def _free(patient: Patient, wanted: Sequence[str], start: SteadyState) -> tuple[str, ...]:
    """Parameters that the targets tell: as many as targets, at the most."""
    choices = candidates(wanted, patient.held)
    names = tuple(dict.fromkeys(name for choice in choices for name in choice))
    sizes = np.array([target_size(name, patient.targets[name].value) for name in wanted])
    wholes = np.array([whole_of(patient, name) for name in names])
    effects = target_slopes(start, wanted, names) * wholes / sizes[:, None]
    return told_apart(choices, dict(zip(names, effects.T, strict=True)))


def _identification(
    problem: TargetProblem, x: Array, fitted: Sequence[str], *, settled: bool
) -> Identification:
    """What was found there, its numbers rounded to six digits."""
    before, free, wanted = problem.patient, problem.free, problem.wanted
    patient = problem.patient_at(x, rounded=True) if free else before
    steady = steady_state(Plant(patient), start=problem.last.nearby)
    errors = [target_error(name, before.targets[name].value) for name in wanted]
    slopes = target_slopes(steady, wanted, free)
    told = identifiability(before, patient, slopes, np.array(errors), free)
    entries = dict(patient.entries)
    for each in told.estimates:
        entries[each.parameter] = replace(entries[each.parameter], source=each.source)
    patient = patient.changed(entries=entries)
    rows = _rows(patient, steady, fitted)
    return Identification(patient, rows, problem.evaluations, told, settled)
