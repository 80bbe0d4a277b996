"""The study behind ``impellab benchmark``: all trials of a suite, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import Field

from controllers import check_controller_name
from experiments.benchmark.entrants import REFERENCES, reference_trial, run_entrant
from experiments.benchmark.report import benchmark_findings
from experiments.benchmark.suite import Part, Suite, reference_policies
from experiments.benchmark.tables import tabulate
from experiments.runs import Findings, OptionName, Resolved, Settings, Study, check_all
from experiments.trials import TRIAL_METRICS, Trial, TrialResult, check_controller, short_name
from plants import InputError
from plants.quantities import usable

_POLICY = "policy:"


class BenchmarkSettings(Settings):
    """What a benchmark compares.

    Parameters
    ----------
    suite : str
        Name of a suite, or path of its file.
    controllers : tuple of str
        Controllers that take part besides those of the suite.
    content : Suite, optional
        What the suite says, so that a changed file does not change a run that goes on.
    entrants : tuple of str
        Every controller that takes part.
    notes : tuple of str
        What a reader should know of who does not.
    """

    suite: Annotated[str, OptionName(always=True)] = Field(
        default="quick", description="Name of a suite, or path of a TOML file."
    )
    controllers: Annotated[
        tuple[Annotated[str, usable(check_controller_name)], ...], OptionName("controller")
    ] = Field(
        default=(), description="A controller that takes part as well; may be given several times."
    )
    content: Annotated[Suite | None, Resolved()] = None
    entrants: Annotated[tuple[str, ...], Resolved()] = ()
    notes: Annotated[tuple[str, ...], Resolved()] = ()

    @property
    def begun_suite(self) -> Suite:
        """The suite of a benchmark that has begun."""
        assert self.content is not None, "settings that were not resolved"
        return self.content


def resolve(settings: BenchmarkSettings) -> BenchmarkSettings:
    """The settings with the content of the suite and who takes part.

    Raises
    ------
    InputError
        The suite or a controller cannot be used.
    """
    suite = Suite.load(settings.suite)
    entrants, notes = participants(suite, settings.controllers)
    return settings.model_copy(update={"content": suite, "entrants": entrants, "notes": notes})


def participants(suite: Suite, more: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The controllers that take part, and notes on those that do not.

    Raises
    ------
    InputError
        A controller that was asked for cannot be used.
    """
    notes = []
    entrants = dict.fromkeys((*suite.controllers, *more))
    check_all(partial(_check_entrant, suite, controller) for controller in entrants)
    if suite.reference_policies:
        policies, why = reference_policies()
        notes += [why] if why else []
        for policy in policies:
            # A policy is trained for one device, tier and period, which may be those of no part.
            refused = [_refusal(suite, part, policy) for part in suite.each_part]
            if all(error is not None for error in refused):
                # Not where the file lies: the note is published with the results.
                error = refused[0]
                assert error is not None
                why_not = f"{error.field} must be {error.allowed}"
                notes.append(f"{short_name(policy)} does not take part: {why_not}")
                continue
            entrants[policy] = None
            if any(error is not None for error in refused):
                notes.append(f"{short_name(policy)} takes part where its device and tier are used")
    return tuple(entrants), tuple(notes)


def _check_entrant(suite: Suite, controller: str) -> None:
    for part in suite.each_part:
        error = _refusal(suite, part, controller)
        if error is None:
            continue
        raise error.located(f"suite {suite.name}") if controller in suite.controllers else error


def _refusal(suite: Suite, part: Part, controller: str) -> InputError | None:
    """Why a controller cannot take part in a part of a suite; None where it can."""
    try:
        check_controller(suite.part_trials(part, (controller,))[0])
    except InputError as error:
        return error
    return None


def planned_trials(suite: Suite, controllers: Sequence[str]) -> list[Trial]:
    """The trials of a suite: those of the controllers, and of the references, each once."""
    trials = []
    for part in suite.each_part:
        here = [
            controller
            for controller in controllers
            if not controller.startswith(_POLICY) or _refusal(suite, part, controller) is None
        ]
        if suite.references:
            trials += [
                reference_trial(trial, name)
                for name in REFERENCES
                for trial in suite.part_trials(part, (name,))
            ]
        trials += suite.part_trials(part, here)
    # Two parts that differ in what a controller sees or believes have the references in common.
    return list({trial.key: trial for trial in trials}.values())


def _findings(settings: BenchmarkSettings, trials: Sequence[TrialResult]) -> Findings:
    suite, finished = settings.begun_suite, list(trials)
    tables = tabulate(suite, settings.entrants, finished)
    return benchmark_findings(suite, tables, finished, settings.notes)


STUDY = Study(
    name="benchmark",
    title=lambda settings: f"Benchmark {settings.begun_suite.name}",
    settings=BenchmarkSettings,
    resolve=resolve,
    cases=lambda settings: planned_trials(settings.begun_suite, settings.entrants),
    work=run_entrant,
    findings=_findings,
    result=TrialResult,
    key=lambda trial: trial.key,
    units={name: measure.unit for name, measure in TRIAL_METRICS.items()}
    | dict.fromkeys(("seed", "spread", "best_level_cost", "oracle_cost", "regret"), "1"),
    unit="trials",
    seeds=lambda settings: {f"seed {k}": seed for k, seed in enumerate(settings.begun_suite.seeds)},
)
