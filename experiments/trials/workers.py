"""Trials on all cores of this machine, or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from experiments.runs import run_each
from experiments.trials.finished import Finished, attempt
from experiments.trials.trial import Trial


def run_all(
    trials: Iterable[Trial], *, workers: int | None = None, cluster: str | None = None
) -> Iterator[Finished]:
    """Run trials at once, and give each as it is done; as :func:`run_each`."""
    return run_each(attempt, trials, workers=workers, cluster=cluster)
