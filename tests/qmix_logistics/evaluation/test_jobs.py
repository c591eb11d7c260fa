from __future__ import annotations

import multiprocessing as mp
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from qmix_logistics.errors import JobError
from qmix_logistics.evaluation.jobs import Progress, Report, run_jobs


@dataclass(frozen=True)
class Square:
    """Writes the square of its number; needs another job's file, if it waits for one."""

    folder: Path
    number: int
    after: tuple[str, ...] = ()
    stage, subject, size, counted_in = "squaring", "squares", 1.0, "squares"

    @property
    def name(self) -> str:
        return f"square {self.number}"

    @property
    def place(self) -> Path:
        return self.folder / str(self.number)

    def is_done(self) -> bool:
        return self.place.exists()

    def cost(self) -> float | None:
        return float(self.number)

    def run(self, report: Report) -> None:
        report(0.5, 10.0)
        before = self.folder / self.after[0].removeprefix("square ") if self.after else None
        self.place.write_text(f"{self.number**2} {before.read_text() if before else ''}".strip())


@dataclass(frozen=True)
class Failing(Square):
    """Fails."""

    def run(self, report: Report) -> None:
        raise ZeroDivisionError("seven by nothing")


@dataclass(frozen=True)
class Dying(Square):
    """Its process is killed, as by a machine that has no memory left."""

    def run(self, report: Report) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Interrupted(Square):
    """The user interrupts while it runs."""

    def run(self, report: Report) -> None:
        raise KeyboardInterrupt


@dataclass(frozen=True)
class Listening(Square):
    """Notes whether its process has heard the keyboard since it was born."""

    def run(self, report: Report) -> None:
        self.place.write_text(str(signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())))


@dataclass(frozen=True)
class Endless(Square):
    """Notes its process, and says nothing for a minute."""

    def run(self, report: Report) -> None:
        self.place.write_text(f"{os.getpid()}\n")
        time.sleep(60)


def run_endless(folder: Path) -> None:
    run_jobs([Endless(folder, 3)], 2, ignore)


def ignore(progress: Progress) -> None:
    pass


def chain(folder: Path) -> list[Square]:
    return [Square(folder, n, after=(f"square {n - 2}",) if n > 2 else ()) for n in range(1, 7)]


@pytest.mark.parametrize("num_workers", [1, 2, 5])
def test_results_do_not_depend_on_the_number_of_processes(tmp_path: Path, num_workers: int) -> None:
    seen: list[Progress] = []
    run_jobs(chain(tmp_path), num_workers, seen.append)
    texts = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert texts == {"1": "1", "2": "4", "3": "9 1", "4": "16 4", "5": "25 9 1", "6": "36 16 4"}
    ended = {progress.job.name: progress.cost for progress in seen if progress.share == 1.0}
    assert ended == {f"square {n}": float(n) for n in range(1, 7)}
    assert [progress.cost for progress in seen if progress.share == 0.5] == [10.0] * 6


@pytest.mark.parametrize("num_workers", [1, 2])
def test_what_is_done_is_not_done_again(tmp_path: Path, num_workers: int) -> None:
    jobs = chain(tmp_path)
    for job in jobs[:3]:
        job.place.write_text("kept")
    seen: list[Progress] = []
    run_jobs(jobs, num_workers, seen.append)
    assert [(tmp_path / str(n)).read_text() for n in range(1, 7)] == ["kept"] * 3 + ["16 kept", "25 kept", "36 16 kept"]
    assert seen[:3] == [Progress(job, 1.0, float(job.number)) for job in jobs[:3]]


@pytest.mark.parametrize("num_workers", [1, 2])
def test_a_failure_names_its_job_and_keeps_what_was_finished(
    tmp_path: Path, num_workers: int, capfd: pytest.CaptureFixture[str]
) -> None:
    jobs = [Square(tmp_path, 1), Failing(tmp_path, 7, after=("square 1",)), Square(tmp_path, 9, after=("square 7",))]
    with pytest.raises(JobError) as failure:
        run_jobs(jobs, num_workers, ignore)
    sentence = "square 7 failed; what was finished is kept.\nZeroDivisionError: seven by nothing"
    assert str(failure.value) == sentence
    assert "in run\n" in failure.value.details
    assert capfd.readouterr().err == ""
    assert [file.name for file in tmp_path.iterdir()] == ["1"]


def test_a_process_that_dies_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"square 3 failed; .*\n.*the process ended without a word"):
        run_jobs([Dying(tmp_path, 3), Square(tmp_path, 4)], 2, ignore)


def test_only_the_parent_hears_the_keyboard(tmp_path: Path) -> None:
    """Else a worker that is interrupted while it imports prints a traceback."""
    run_jobs([Listening(tmp_path, 3)], 2, ignore)
    assert (tmp_path / "3").read_text() == "False"
    run_jobs([Listening(tmp_path, 4)], 1, ignore)
    assert (tmp_path / "4").read_text() == "True"


def test_an_interrupt_is_no_failure_of_the_job(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_jobs([Interrupted(tmp_path, 3)], 1, ignore)


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = mp.get_context("spawn").Process(target=run_endless, args=(tmp_path,))
    parent.start()
    place = tmp_path / "3"
    wait_until(lambda: place.exists() and place.read_text().endswith("\n"))
    parent.kill()
    parent.join()
    wait_until(lambda: not is_alive(int(place.read_text())))


def wait_until(is_so: Callable[[], bool], within_s: float = 30.0) -> None:
    end_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end_s, f"not within {within_s:.0f} s"
        time.sleep(0.05)


def is_alive(process: int) -> bool:
    """Tell whether a process runs; one that ended may wait for someone to ask how."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
