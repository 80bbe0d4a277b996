"""Trials on all cores of this machine, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from experiments.runs.errors import RunError
from experiments.runs.output import plain_streams
from plants import InputError

_CONNECT_SECONDS = 10
Item = TypeVar("Item")
Result = TypeVar("Result")


def run_each(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    workers: int | None = None,
    cluster: str | None = None,
) -> Iterator[Result]:
    """Do the work for every item at once, and give each result as it is done.

    Parameters
    ----------
    work : callable
        A function of a module, so that a worker process finds it.
    items : iterable
        What it is called with; must be possible to pickle.
    workers : int, optional
        Number of processes; by default one for each core. 1 stays in this process.
    cluster : str, optional
        Address of a Dask scheduler whose workers have impellab installed.

    Yields
    ------
    object
        What `work` gave, in the order in which it is done.

    Raises
    ------
    InputError
        There is no such cluster, or the number of workers is not positive.
    RunError
        A worker died.

    Examples
    --------
    >>> from experiments.runs import run_each
    >>> sorted(run_each(abs, [-2, 1], workers=1))
    [1, 2]
    """
    wanted = list(items)
    if workers is not None and workers < 1:
        raise InputError("workers", workers, "1 or more")
    count = min(workers or os.cpu_count() or 1, max(1, len(wanted)))
    if cluster is None and count == 1:
        yield from map(work, wanted)
        return
    with _cluster(cluster) if cluster is not None else _processes(count) as executor:
        futures = [executor.submit(work, item) for item in wanted]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool:
            text = "a worker process was ended from outside (out of memory?)"
            raise RunError(text) from None


@contextlib.contextmanager
def _processes(count: int) -> Iterator[Executor]:
    # A fresh interpreter for each, because a fork would copy locks of the libraries' threads; and
    # one thread each, because they share the cores.
    with _environment(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"):
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin_worker)
        before = set(multiprocessing.active_children())
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - before:
                child.terminate()
            raise
        else:
            pool.shutdown()


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and end when the parent has been killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    plain_streams()
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


@contextlib.contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        allowed = "any once Dask is there; pip install 'impellab[cluster]'"
        raise InputError("cluster", address, allowed) from None
    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        allowed = f"the address of a Dask scheduler that answers ({text})"
        raise InputError("cluster", address, allowed) from None
    with client:
        try:
            yield client.get_executor(pure=False)
        except KilledWorker as error:
            raise RunError(
                f"the cluster lost its workers: {' '.join(str(error).split())}"
            ) from None
