"""Any work on all cores of this machine, on the processes of :mod:`experiments.pool`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from experiments.errors import RunError
from experiments.pool import _processes
from plants import InputError

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_each(
    work: Callable[[Item], Result], items: Iterable[Item], *, workers: int | None = None
) -> Iterator[Result]:
    """Do the work for every item, and give each result as it is done.

    Parameters
    ----------
    work : callable
        A function of a module, so that a worker process finds it.
    items : iterable
        What it is called with, one after another; must be possible to pickle.
    workers : int, optional
        Number of processes; by default one for each core. 1 stays in this process.

    Yields
    ------
    object
        What `work` gave, in the order in which it is done.

    Raises
    ------
    InputError
        The number of workers is not positive.
    RunError
        A worker died.

    Examples
    --------
    >>> from experiments.parallel import run_each
    >>> sorted(run_each(abs, [-2, 1], workers=1))
    [1, 2]
    """
    wanted = list(items)
    if workers is not None and workers < 1:
        raise InputError("workers", workers, "1 or more")
    count = min(workers or os.cpu_count() or 1, max(1, len(wanted)))
    if count == 1:
        yield from map(work, wanted)
        return
    with _processes(count) as executor:
        futures = [executor.submit(work, item) for item in wanted]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool:
            text = "a worker process was ended from outside (out of memory?)"
            raise RunError(text) from None
