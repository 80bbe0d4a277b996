"""The accuracy of the recovery tracker on virtual patients: figures of docs/recovery-tracking.md.

Patients of ``weaning_patient`` in their drawn cases are seen every hour by the tier ``icu``, while
the level of a CP goes as :data:`PLAN` says. The tracker is told the profile and the doses, but not
the pressure before support. After each look its contractility is held against the truth. At the
end of each level so are two forecasts: of the next lower level, against a fork of the patient that
has stood there for 5 min under the same doses, and of the patient without pump and drugs. Other
courses of the first patients ask every forecast twice after each look, by kept slopes and by all
sigma points.

The tracker may be tuned on the first seeds. Those held out are for a last look: once anything was
changed because of them, take others.

    python tools/tracker_accuracy.py --workers 1
"""

from __future__ import annotations

import argparse
import copy
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np

from controllers import RecoveryTracker
from controllers.tracking.filter import CREDIBLE, Estimate, JointEstimate
from experiments.runs import RunError, markdown_table, progress, run_each
from experiments.statistics import DataFrame, data_frame
from experiments.weaning.course import WeaningTrial, briefing, trial_bedside
from plants import SIGNALS, Bedside, InputError, PhysicsError
from plants.bedside import CASES
from plants.cohorts import PatientRefused
from plants.quantities import MINUTES_PER_HOUR
from plants.simulation import is_fatal
from plants.slow.laws import DRUGS

#: Levels one after the other, each with its hours.
PLAN: tuple[tuple[str, int], ...] = (
    *(("P-8", 4), ("P-6", 4), ("P-8", 4), ("P-5", 4), ("P-3", 4)),
    *(("P-6", 4), ("P-8", 4), ("P-5", 4), ("P-3", 4), ("P-2", 2)),
)
#: Until then the level is lowered for the first time, h.
FIRST_LOWERING = sum(hours for _, hours in PLAN[:5])
_HOURS = sum(hours for _, hours in PLAN)
#: Of how many patients the kept slopes are looked at.
SLOPE_COURSES = 4
#: The forecasts that are looked at.
LOWER_LEVEL, WITHOUT_PUMP = "next lower level", "without pump and drugs"
# First and last seeds.
_DEVELOPMENT, _HELD_OUT = (0, 54), (320, 349)
# Signals of forecasts that are looked at, and the decimals of their errors.
_DECIMALS = {"map": 1, "cardiac_index": 2, "pcwp": 1, "cvp": 1}
_LEAKING = 0.5
_NO_DRUGS = dict.fromkeys(DRUGS, 0.0)
# Time at the lower level until its truth is looked at, h.
_AT_LOWER_LEVEL = 5 / MINUTES_PER_HOUR

_COMPARED = ("truth", "mean", "low", "high")
_LOOK = ("case", "hours", "leaking", "consistent", *_COMPARED)
_FORECAST = ("case", "forecast", "signal", *_COMPARED)

Plan = Sequence[tuple[str, int]]
Row = dict[str, Any]
Result = TypeVar("Result")


class Look(NamedTuple):
    """A patient and the tracker after a look, and whether it is the last one at a level."""

    case: str
    bedside: Bedside
    tracker: RecoveryTracker
    last: bool


class Question(NamedTuple):
    """A forecast: what it is of, how a tracker is asked for it, and the truth (by signal)."""

    name: str
    ask: Callable[..., JointEstimate]
    truth: Callable[[Bedside], Mapping[str, float]]


class Accuracy(NamedTuple):
    """How estimates lie to the truth.

    Attributes
    ----------
    estimates : int
        How many there are.
    coverage : float
        Share of the intervals that hold the truth.
    bias, median_size, rms : float
        Of the errors, estimate less truth: mean, median size, root mean square.
    """

    estimates: int
    coverage: float
    bias: float
    median_size: float
    rms: float


@dataclass(frozen=True)
class TrackedCourse:
    """What the tracker said in a course, beside the truth.

    Attributes
    ----------
    seed : int
        Of the patient.
    refused : str
        Why there is no such patient, or "".
    looks : list of dict
        After each look ``case``, ``hours``, ``consistent``, ``leaking``, and of ``lv_ees``
        (mmHg/mL) the ``truth``, the ``mean``, and ``low`` and ``high`` of the interval.
    forecasts : list of dict
        ``case``, ``forecast``, ``signal``, and the same four in the unit of the signal; NaN where
        there is no forecast, or no beat in truth.
    """

    seed: int
    refused: str = ""
    looks: list[Row] = field(default_factory=list)
    forecasts: list[Row] = field(default_factory=list)


def looks(seed: int, plan: Plan = PLAN) -> Iterator[Look]:
    """A patient whom the tracker sees every hour, until the plan or the patient's life ends.

    Raises
    ------
    PatientRefused
        There is no such patient, or the pump has no access.
    InputError
        The seed is refused.
    """
    trial = WeaningTrial(seed)
    bedside, case = trial_bedside(trial)
    tracker = RecoveryTracker(replace(briefing(trial, bedside, case), pressure_before=None))
    for level, hours in plan:
        for hour in range(1, hours + 1):
            bedside.advance(1.0, level)
            if bedside.outcome is not None:
                return
            seen = bedside.measure()
            given = {name: seen[f"{name}_effect"] for name in DRUGS}
            tracker.update(seen, bedside.level, bedside.hours, drugs=given)
            yield Look(case.name, bedside, tracker, hour == hours)


def questions(look: Look) -> Iterator[Question]:
    """The forecasts that are looked at; below the lowest level there is none."""
    levels = [level.name for level in look.tracker.briefing.levels]
    for lower in levels[: levels.index(look.bedside.level)][-1:]:
        at_lower = partial(RecoveryTracker.forecast, level=lower)
        yield Question(LOWER_LEVEL, at_lower, partial(_at_level, level=lower))
    without_pump = partial(RecoveryTracker.without_pump, drugs=_NO_DRUGS)
    yield Question(WITHOUT_PUMP, without_pump, _unsupported)


def _at_level(bedside: Bedside, level: str) -> Mapping[str, float]:
    """Soon after a change of level; nothing where it cannot be held."""
    fork = bedside.fork()
    fork.advance(_AT_LOWER_LEVEL, level, {name: bedside.orders.now[name] for name in DRUGS})
    return fork.truth() if fork.outcome is None and fork.level == level else {}


def _unsupported(bedside: Bedside) -> Mapping[str, float]:
    """Without pump and drugs; nothing where the circulation would fail."""
    try:
        return bedside.unsupported(drugs=False)
    except PhysicsError as error:
        if not is_fatal(error):
            raise
        return {}


def track(seed: int, plan: Plan = PLAN) -> TrackedCourse:
    """What the tracker says of a patient.

    Raises
    ------
    InputError
        The seed is refused.
    """
    course = TrackedCourse(seed)
    try:
        for look in looks(seed, plan):
            bedside, tracker = look.bedside, look.tracker
            truth = bedside.plant.patient["lv_ees"] * bedside.truth()["factor_lv_contractility"]
            row = {"case": look.case, "hours": bedside.hours, "leaking": tracker.leaking}
            row["consistent"] = tracker.innovation.consistent
            course.looks.append(row | _beside(tracker.estimate["lv_ees"], truth))
            for question in questions(look) if look.last else ():
                forecast, signals = question.ask(tracker), question.truth(bedside)
                course.forecasts.extend(
                    {"case": look.case, "forecast": question.name, "signal": signal}
                    | _beside(forecast[signal], signals.get(signal, np.nan))
                    for signal in _DECIMALS
                )
    except PatientRefused as refused:
        return TrackedCourse(seed, refused.kind)
    return course


def _beside(estimate: Estimate, truth: float) -> Row:
    numbers = (truth, estimate.mean, *estimate.interval(CREDIBLE))
    return dict(zip(_COMPARED, numbers, strict=True))


def slope_differences(seed: int, plan: Plan = PLAN) -> list[Row]:
    """By how much kept slopes lead forecasts astray, after every look.

    Returns
    -------
    list of dict
        ``mean``: difference of the means, in standard deviations; ``sd``: that of the standard
        deviations, as a share. Of all sigma points; none where there is no such patient.
    """
    rows = []
    try:
        for look in looks(seed, plan):
            for question in questions(look):
                # Asked of a copy: all sigma points would renew the slopes that are kept.
                exact = question.ask(copy.deepcopy(look.tracker), exact=True)
                kept = question.ask(look.tracker)
                for signal in _DECIMALS:
                    right, quick = exact[signal], kept[signal]
                    mean, sd = (quick.mean - right.mean) / right.sd, quick.sd / right.sd - 1.0
                    rows.append({"mean": mean, "sd": sd})
    except PatientRefused:
        return []
    return rows


def accuracy(table: DataFrame, *, relative: bool = False) -> Accuracy:
    """How the estimates of a table lie to the truth; rows that lack one of both are left out.

    Parameters
    ----------
    table : DataFrame
        Columns ``truth``, ``mean``, ``low`` and ``high``.
    relative : bool
        Whether errors are shares of the truth.
    """
    known = table.dropna(subset=["truth", "mean"])
    truth = known["truth"]
    errors = (known["mean"] - truth) / (truth if relative else 1.0)
    return Accuracy(
        len(known),
        float(truth.between(known["low"], known["high"]).mean()),
        float(errors.mean()),
        float(errors.abs().median()),
        float(np.sqrt((errors**2).mean())),
    )


class Group:
    """Courses of some seeds together: their looks, the last ones, and their forecasts as tables.

    Those refused are only counted.
    """

    def __init__(self, name: str, courses: Sequence[TrackedCourse]):
        seen = [course for course in courses if course.looks]
        seeds = [course.seed for course in courses]
        self.name = name
        self.heading = f"{name}, seeds {min(seeds)} to {max(seeds)} ({len(seen)} patients)"
        self.refused = sum(bool(course.refused) for course in courses)
        self.died = sum(len(course.looks) < _HOURS for course in courses) - self.refused
        self.looks = data_frame([row for course in seen for row in course.looks], _LOOK)
        self.last = data_frame([course.looks[-1] for course in seen], _LOOK)
        forecasts = [row for course in seen for row in course.forecasts]
        self.forecasts = data_frame(forecasts, _FORECAST)


def contractility_table(groups: Sequence[Group]) -> str:
    """The estimate of the contractility in each group."""
    cells = [_contractility_cells(group) for group in groups]
    rows = [(name, *(column[name] for column in cells)) for name in cells[0]]
    return markdown_table(("", *(group.heading for group in groups)), rows)


def _contractility_cells(group: Group) -> dict[str, str]:
    table, forecasts = group.looks, group.forecasts
    whole = accuracy(table, relative=True)
    early = accuracy(table[table["hours"] < FIRST_LOWERING + 0.5], relative=True)
    unknown = [
        f"{len(part) - accuracy(part).estimates} of {len(part)}" for part in (table, forecasts)
    ]
    return {
        f"{_percent(CREDIBLE)} interval of `lv_ees` holds the truth": _percent(whole.coverage),
        f"the same in the first {FIRST_LOWERING} h": _percent(early.coverage),
        "error of `lv_ees`, median of the size": _percent(whole.median_size, 1),
        "bias of `lv_ees`": _percent(whole.bias, 1),
        "updates called inconsistent": f"{len(table) - table['consistent'].sum()} of {len(table)}",
        "seeds without a patient, or without an access": str(group.refused),
        f"died before {_HOURS} h": str(group.died),
        "estimates without a beat": unknown[0],
        "forecasts without a beat, said or true": unknown[1],
    }


def case_table(group: Group) -> str:
    """By case: the contractility, the verdict on the valve, and forecasts of the wedge pressure."""
    columns = (
        *(group.name, "patients", "interval of `lv_ees` holds", "bias", "inconsistent"),
        *("seem to leak at the end", "forecasts of `pcwp` hold", "bias, mmHg"),
    )
    return markdown_table(columns, [(f"`{case}`", *_case_cells(group, case)) for case in CASES])


def _case_cells(group: Group, case: str) -> tuple[str, ...]:
    tables = (group.looks, group.last, group.forecasts)
    table, last, forecasts = (part[part["case"] == case] for part in tables)
    known = accuracy(table, relative=True)
    wedge = accuracy(forecasts[forecasts["signal"] == "pcwp"])
    return (
        *(str(len(last)), _percent(known.coverage), _percent(known.bias, 1)),
        str(len(table) - table["consistent"].sum()),
        str((last["leaking"] > _LEAKING).sum()),
        *(_percent(wedge.coverage), _text(wedge.bias, _DECIMALS["pcwp"])),
    )


def forecast_table(groups: Sequence[Group]) -> str:
    """How forecasts lie to the truth, by what they are of and signal."""
    heads = ("interval holds", "bias", "root mean square error")
    columns = [f"{group.name}: {head}" for group in groups for head in heads]
    rows = [
        (
            f"{name}: `{signal}`, {SIGNALS[signal].unit}",
            *(cell for group in groups for cell in _forecast_cells(group, name, signal)),
        )
        for name in (LOWER_LEVEL, WITHOUT_PUMP)
        for signal in _DECIMALS
    ]
    return markdown_table(("forecast", *columns), rows)


def _forecast_cells(group: Group, name: str, signal: str) -> tuple[str, str, str]:
    table = group.forecasts
    known = accuracy(table[(table["forecast"] == name) & (table["signal"] == signal)])
    decimals = _DECIMALS[signal]
    return _percent(known.coverage), _text(known.bias, decimals), _text(known.rms, decimals)


def slope_text(courses: Sequence[Sequence[Row]]) -> str:
    """What kept slopes cost, in a sentence; see :func:`slope_differences`."""
    differences = data_frame([row for rows in courses for row in rows], ("mean", "sd"))
    sizes = differences.astype(float).dropna().abs()
    mean = float(sizes["mean"].quantile(0.99))
    usual, most = (_percent(float(sizes["sd"].quantile(share))) for share in (0.9, 0.98))
    return (
        f"Kept slopes against all sigma points, in {len(courses)} courses ({len(sizes)} forecast "
        f"values): the means differ by less than {_text(mean, 2)} standard deviations in 99 of "
        f"100, the standard deviations by less than {usual} in 90 of 100 and {most} in 98 of 100."
    )


def _percent(share: float, decimals: int = 0) -> str:
    return "-" if np.isnan(share) else f"{_text(100 * share, decimals)} %"


def _text(value: float, decimals: int) -> str:
    return "-" if np.isnan(value) else f"{value:z.{decimals}f}"


def _each(
    work: Callable[[int], Result], seeds: range, what: str, workers: int | None
) -> list[Result]:
    with progress(what, len(seeds)) as done:
        results = []
        for result in run_each(work, seeds, workers=workers):
            results.append(result)
            done(len(results))
    return results


def _seeds(option: str, given: Sequence[int]) -> range:
    first, last = given
    if last < first:
        raise InputError(f"--{option}", f"{first} {last}", "a last seed not below the first one")
    return range(first, last + 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 2 where an argument is refused."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    seeds: dict[str, Any] = {"type": int, "nargs": 2, "metavar": ("FIRST", "LAST")}
    parser.add_argument("--seeds", default=_DEVELOPMENT, help="development patients", **seeds)
    parser.add_argument("--held-out", default=_HELD_OUT, help="the others", **seeds)
    parser.add_argument("--workers", type=int, help="processes; by default one for each core")
    given = parser.parse_args(arguments)
    try:
        development = _seeds("seeds", given.seeds)
        held_out = _seeds("held-out", given.held_out)
        tracked, compared = partial(track, plan=PLAN), partial(slope_differences, plan=PLAN)
        groups = [
            Group(name, _each(tracked, those, name, given.workers))
            for name, those in (("development", development), ("held out", held_out))
        ]
        slopes = _each(compared, development[:SLOPE_COURSES], "kept slopes", given.workers)
    except (InputError, RunError) as error:
        print(error, file=sys.stderr)
        return 2
    tables = (contractility_table(groups), *map(case_table, groups), forecast_table(groups))
    print(*tables, slope_text([rows for rows in slopes if rows]), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
