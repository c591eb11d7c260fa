"""
Jobs in processes: who runs a job never changes its result.

A job commits its result by itself, atomically, so whatever is finished stays finished.
"""

from __future__ import annotations

import contextlib
import errno
import multiprocessing as mp
import multiprocessing.connection
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from qmix_logistics.errors import JobError, QmixLogisticsError


class Job(Protocol):
    """A piece of work; it can be sent to another process. By default it is one day's, and waits for none."""

    @property
    def name(self) -> str:
        """Its name, unique in a run."""

    @property
    def stage(self) -> str:
        """Which part of the run it belongs to, for progress."""

    @property
    def subject(self) -> str:
        """Whom it is about, such as a policy: costs of one subject are averaged."""

    @property
    def size(self) -> float:
        """How much there is to do."""
        return 1.0

    @property
    def counted_in(self) -> str:
        """What the size counts, such as days; the same for all jobs of a stage."""
        return "days"

    @property
    def after(self) -> Sequence[str]:
        """Names of the jobs that must be finished before."""
        return ()

    def is_done(self) -> bool:
        """Return whether its result is committed."""

    def cost(self) -> float | None:
        """Return the cost that its committed result has; None if it has none."""
        return None

    def run(self, report: Report) -> None:
        """
        Do the work, and commit it.

        Parameters
        ----------
        report
            To be told how far it is.
        """


class Report(Protocol):
    """Is told how a job goes on."""

    def __call__(self, share: float, cost: float | None = None) -> None:
        """
        Note it.

        Parameters
        ----------
        share
            How much is done, in [0, 1].
        cost
            The lowest cost that it has reached so far, if it has any.
        """


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How a job stands.

    Parameters
    ----------
    job
        Which.
    share
        How much of it is done, in [0, 1].
    cost
        Its cost so far: of the best policy on the validation days, or of the day that was played.
    """

    job: Job
    share: float
    cost: float | None = None


def run_jobs(jobs: Sequence[Job], num_workers: int, on_progress: Callable[[Progress], None]) -> None:
    """
    Run all jobs that are not done, in order, as far as what they wait for allows.

    Parameters
    ----------
    jobs
        The jobs; one that another waits for comes before it.
    num_workers
        Processes; 1: in this process.
    on_progress
        Told how jobs stand.

    Raises
    ------
    JobError
        If a job fails; what others have committed is kept.
    KeyboardInterrupt
        If the user interrupts; likewise.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one job a core: threads of their own would fight for it
    done = {job.name for job in jobs if job.is_done()}
    for job in jobs:
        if job.name in done:
            on_progress(Progress(job, 1.0, job.cost()))
    left = [job for job in jobs if job.name not in done]
    if num_workers == 1:
        for job in left:
            _run_here(job, on_progress)
    elif left:
        _Pool(min(num_workers, len(left)), left, done, on_progress).run()


def _run_here(job: Job, on_progress: Callable[[Progress], None]) -> None:
    try:
        job.run(lambda share, cost=None: on_progress(Progress(job, share, cost)))
    except Exception as error:  # as in a worker process: whatever it was, it failed in this job
        raise _failed(job, _Failure.of(error)) from error
    on_progress(Progress(job, 1.0, job.cost()))


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a job failed: in a sentence, and in full."""

    reason: str
    details: str = ""

    @classmethod
    def of(cls, error: BaseException) -> _Failure:
        details = "".join(traceback.format_exception(error))
        if isinstance(error, QmixLogisticsError):
            return cls(str(error), details)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return cls(f"{error.strerror}: make room, and go on with --resume", details)
        if isinstance(error, OSError) and error.strerror:
            return cls(f"{error.filename}: {error.strerror}" if error.filename else error.strerror, details)
        if isinstance(error, MemoryError):
            return cls("there is not enough memory", details)
        return cls(f"{type(error).__name__}: {error}", details)


_Message = tuple[float, float | None] | _Failure
"""From a worker: share and cost of its job; or why it failed."""


class _Pool:
    """Worker processes, each with a pipe of its own."""

    def __init__(
        self, num_workers: int, jobs: list[Job], done: set[str], on_progress: Callable[[Progress], None]
    ) -> None:
        self._left, self._done, self._on_progress = jobs, done, on_progress
        context = mp.get_context("spawn")
        self._workers: dict[multiprocessing.connection.Connection, mp.process.BaseProcess] = {}
        self._busy: dict[multiprocessing.connection.Connection, Job] = {}
        for _ in range(num_workers):
            mine, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs,), daemon=True)
            with _deaf_to_the_keyboard():
                process.start()
            theirs.close()
            self._workers[mine] = process

    def run(self) -> None:
        try:
            self._assign()
            while self._busy:
                for connection in multiprocessing.connection.wait(list(self._busy)):
                    assert isinstance(connection, multiprocessing.connection.Connection)
                    self._receive(connection)
                self._assign()
        finally:
            for process in self._workers.values():
                process.terminate()
            for process in self._workers.values():
                process.join()

    def _assign(self) -> None:
        """Give every idle worker the first job that can start."""
        for connection in self._workers:
            job = next((job for job in self._left if self._done.issuperset(job.after)), None)
            if connection not in self._busy and job is not None:
                self._left.remove(job)
                self._busy[connection] = job
                connection.send(job)

    def _receive(self, connection: multiprocessing.connection.Connection) -> None:
        job = self._busy[connection]
        try:
            message: _Message = connection.recv()
        except (EOFError, ConnectionError):
            message = _Failure("the process ended without a word; perhaps it ran out of memory")
        if isinstance(message, _Failure):
            raise _failed(job, message)
        share, cost = message
        self._on_progress(Progress(job, share, job.cost() if share >= 1.0 else cost))
        if share >= 1.0:
            del self._busy[connection]
            self._done.add(job.name)


def _failed(job: Job, failure: _Failure) -> JobError:
    return JobError(job.name, failure.reason, failure.details)


@contextlib.contextmanager
def _deaf_to_the_keyboard() -> Iterator[None]:
    """Keep interrupts waiting; a process started meanwhile never gets any, not even while it imports."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(connection: multiprocessing.connection.Connection) -> None:
    """Run the jobs that come in; the parent alone answers to the keyboard."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    while True:
        try:
            job: Job = connection.recv()
        except EOFError:
            return
        try:
            job.run(lambda share, cost=None: connection.send((min(share, 0.999), cost)))
        except BaseException as error:  # whatever it was, the parent must hear of it, and will say it
            with contextlib.suppress(ConnectionError):  # unless it was killed
                connection.send(_Failure.of(error))
            return
        connection.send((1.0, None))


def _end_with_the_parent() -> None:
    """End at once when the parent is killed: what is committed is whole, and no one would hear of the rest."""
    parent = mp.parent_process()
    assert parent is not None
    multiprocessing.connection.wait([parent.sentinel])
    os._exit(1)
