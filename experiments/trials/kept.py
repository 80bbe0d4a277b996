"""Finished trials as a job keeps them in its work folder."""

from __future__ import annotations

import contextlib

from experiments.runs import WorkFolder
from experiments.trials.finished import Finished


def kept_trials(work: WorkFolder) -> dict[str, Finished]:
    """The trials that are done, by key; a file that cannot be read counts as not done."""
    trials = {}
    for key in work.kept_keys():
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            finished = Finished.from_dict(work.read(key))
            if finished.trial.key == key:
                trials[key] = finished
    return trials


def keep_trial(work: WorkFolder, finished: Finished) -> None:
    """Keep a finished trial."""
    work.keep(finished.trial.key, finished.to_dict())
