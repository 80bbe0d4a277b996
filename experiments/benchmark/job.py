"""The job behind ``impellab benchmark``: all trials of a suite, and what they say together."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments.benchmark.report import write_benchmark
from experiments.benchmark.suite import Suite, reference_policies
from experiments.benchmark.tables import BEST, BenchmarkTables, tabulate
from experiments.runs import WorkFolder, note, path_text
from experiments.trials import (
    FAILED,
    TRIAL_METRICS,
    Trial,
    check_controller,
    keep_trial,
    kept_trials,
    run_all,
    short_name,
)
from plants import InputError


@dataclass(frozen=True)
class Benchmark:
    """What a benchmark gave.

    Attributes
    ----------
    tables : BenchmarkTables
        The results.
    notes : tuple of str
        What a reader should know.
    folder : Path
        The run folder.
    """

    tables: BenchmarkTables
    notes: tuple[str, ...]
    folder: Path

    @property
    def failed(self) -> int:
        """Number of trials that could not be run."""
        return int((self.tables.rows["outcome"] == FAILED).sum())

    def document(self) -> dict[str, Any]:
        """The JSON document of the command."""
        tables = self.tables
        return {
            "rows": tables.rows.to_dict("records"),
            "units": {name: one.unit for name, one in TRIAL_METRICS.items()},
            "controllers": tables.controllers.to_dict("records"),
            "levels": tables.levels.to_dict("records"),
            "against_best_level": tables.against_best.to_dict("records"),
            "notes": list(self.notes),
            "run": self.folder,
        }


def benchmark(
    suite: Suite | None,
    *,
    runs: Path,
    resume: Path | None = None,
    controllers: Sequence[str] = (),
    workers: int | None = None,
    cluster: str | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> Benchmark:
    """Run a suite, or what is left of one.

    Parameters
    ----------
    suite : Suite, optional
        What to run; None to resume.
    runs : Path
        Where the run folder is made; that of a resumed run stays where it is.
    resume : Path, optional
        The folder of an interrupted run.
    controllers : sequence of str
        Controllers that take part besides those of the suite.
    workers, cluster
        As in :func:`experiments.runs.pool.run_all`.
    progress : callable, optional
        Called with the number of trials that are done and their total.

    Raises
    ------
    InputError
        Something cannot be used; nothing has been run then.
    RunError
        A worker died; what was done can be resumed.
    """
    if resume is not None:
        work = WorkFolder(resume)
        suite = Suite.from_dict(work.job["suite"], source=os.fspath(resume))
        if work.changed():
            note(f"note: {work.changed()}")
    else:
        assert suite is not None
        work = _begin(suite, runs, controllers)
    entrants = tuple(work.job["controllers"])
    trials = {trial.key: trial for trial in planned(suite, entrants)}
    with work.locked():
        try:
            done = {key: one for key, one in kept_trials(work).items() if key in trials}
            left = [trial for key, trial in trials.items() if key not in done]
            earlier = len(done)
            for one in run_all(left, workers=workers, cluster=cluster):
                keep_trial(work, one)
                done[one.trial.key] = one
                if progress is not None:
                    progress(len(done), len(trials))
            with work.completed() as run:
                run.config["resumed"] = {"trials_from_before": earlier, "trials": len(trials)}
                tables = tabulate(suite, entrants, [done[key] for key in trials])
                notes = tuple(work.job["notes"])
                write_benchmark(run, suite, tables, list(done.values()), notes)
        except BaseException:
            if not work.discard_if_empty():
                note(f"to go on: impellab benchmark --resume {path_text(work.path)}")
            raise
    return Benchmark(tables, notes, run.final)


def planned(suite: Suite, controllers: tuple[str, ...]) -> list[Trial]:
    """The trials of a suite: those of the controllers, and the held levels of the sweep."""
    sweep = tuple(f"fixed:{level}" for level in suite.levels)
    every = dict.fromkeys((*controllers, *sweep))
    return suite.trials(tuple(every))


def _begin(suite: Suite, runs: Path, more: Sequence[str]) -> WorkFolder:
    notes = []
    entrants = dict.fromkeys((*suite.controllers, *more))
    if BEST in entrants:
        raise InputError("controller", BEST, "another name: this one stands for the best level")
    for controller in entrants:
        check_controller(suite.trials((controller,))[0])
    if suite.reference_policies:
        policies, why = reference_policies()
        notes += [why] if why else []
        for policy in policies:
            # A policy is trained for one device, tier and period, which may not be the suite's.
            try:
                check_controller(suite.trials((policy,))[0])
            except InputError as error:
                notes.append(f"{short_name(policy)} does not take part: {error}")
            else:
                entrants[policy] = None
    content = {key: value for key, value in asdict(suite).items() if key != "source"}
    job = {"suite": content, "controllers": list(entrants), "notes": notes}
    return WorkFolder.create(
        "benchmark", runs, job, seeds={f"seed {k}": seed for k, seed in enumerate(suite.seeds)}
    )
