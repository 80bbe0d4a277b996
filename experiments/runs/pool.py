"""Trials on all cores of this machine, or on a Dask cluster."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import multiprocessing.connection
import os
import queue
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import (
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    as_completed,
)
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from experiments.runs.errors import RunError
from experiments.runs.output import note, plain_streams
from plants import InputError

_CONNECT_SECONDS = 10.0
# After so long without a result it is looked whether there still are workers, and a cluster that
# has been without one for so long is given up: a nanny starts a worker that failed again sooner.
_LOOK_SECONDS, _WORKERLESS_SECONDS = 5.0, 60.0
# Those who tell of a lost connection in tracebacks of their own.
_TALKATIVE = ("distributed", "tornado", "asyncio")
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
        A worker died, or the cluster was lost.

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
    if cluster is not None:
        yield from _on_cluster(work, wanted, cluster)
        return
    if count == 1:
        yield from map(work, wanted)
        return
    with _processes(count) as executor:
        futures = [executor.submit(_Heard(work), item) for item in wanted]
        told: set[str] = set()
        try:
            for future in as_completed(futures):
                result, heard = future.result()
                for text in heard:
                    if text not in told:
                        told.add(text)
                        warnings.warn(text, UserWarning, stacklevel=2)
                yield result
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


_heard: list[str] = []  # of a worker: warnings that the parent has not been handed yet


@dataclass(frozen=True)
class _Heard(Generic[Item, Result]):
    """Work in a worker, which hands on what it was warned of: the parent tells it once for all."""

    work: Callable[[Item], Result]

    def __call__(self, item: Item) -> tuple[Result, tuple[str, ...]]:
        result = self.work(item)
        heard = tuple(_heard)
        _heard.clear()
        return result, heard


def _hear(message: Warning | str, *_: Any, **__: Any) -> None:
    _heard.append(str(message))


def _begin_worker() -> None:
    """Leave Ctrl-C and warnings to the parent, and end when the parent has been killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.showwarning = _hear
    plain_streams()
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _on_cluster(
    work: Callable[[Item], Result], items: Sequence[Item], address: str
) -> Iterator[Result]:
    """Each result as it is done on a cluster, whose scheduler and workers may be lost."""
    finished: queue.SimpleQueue[Future[Result]] = queue.SimpleQueue()
    with _client(address) as client:
        executor = client.get_executor(pure=False)
        futures = [executor.submit(work, item) for item in items]
        for future in futures:
            future.add_done_callback(finished.put)
        for _ in futures:
            yield _next(finished, client, address).result()


def _next(finished: queue.SimpleQueue[Future[Result]], client: Any, address: str) -> Future[Result]:
    """What is finished next; ends where nobody is left to finish anything."""
    last_seen, told = time.monotonic(), False
    while True:
        with contextlib.suppress(queue.Empty):
            return finished.get(timeout=_LOOK_SECONDS)
        try:
            workers = client.nthreads()
        except OSError:
            raise _scheduler_lost(address) from None
        if workers:
            last_seen, told = time.monotonic(), False
        elif time.monotonic() - last_seen >= _WORKERLESS_SECONDS:
            seconds = f"{_WORKERLESS_SECONDS:g} s"
            raise RunError(f"the cluster {address} has had no worker for {seconds}")
        elif not told:
            told = True
            note(f"impellab: the cluster {address} has no worker; waiting for one")


@contextlib.contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        allowed = "any once Dask is there; pip install 'impellab[cluster]'"
        raise InputError("cluster", address, allowed) from None
    with _quiet():
        try:
            # A client that cannot connect complains again at its end: it is made only where it
            # can. In a thread, for a notebook has a loop that is running already.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(asyncio.run, _connect(address)).result()
            client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            text = " ".join(str(error).split()) or type(error).__name__
            allowed = f"the address of a Dask scheduler that answers ({text})"
            raise InputError("cluster", address, allowed) from None
        with client:
            try:
                yield client
            except KilledWorker:
                text = f"the cluster {address} lost a worker at the same case again and again"
                raise RunError(text) from None
            except CancelledError:
                raise _scheduler_lost(address) from None


def _scheduler_lost(address: str) -> RunError:
    return RunError(f"the Dask scheduler {address} does not answer any more")


async def _connect(address: str) -> None:
    from distributed import Security
    from distributed.comm import connect

    certificates = Security().get_connection_args("client")
    comm = await connect(address, timeout=_CONNECT_SECONDS, **certificates)
    await comm.close()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the libraries, whose loggers have levels each of their own: errors are told here."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith(_TALKATIVE)]
    levels = {name: logging.getLogger(name).level for name in {*names, *_TALKATIVE}}
    try:
        for name in levels:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
