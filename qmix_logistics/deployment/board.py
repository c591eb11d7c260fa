"""The order board of a site whose vehicles are processes of their own: it shows, asks, and grants claims."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, runtime_checkable

import numpy as np
import zmq
from jaxtyping import Float, Int

from qmix_logistics.deployment.runtime import OVER, READY, Runtime
from qmix_logistics.environment.advising import advice_of
from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.epoch_batch import Advice
from qmix_logistics.environment.joint_decision import decide_jointly
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.episode import Policy
from qmix_logistics.errors import DeploymentError
from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site

START_S, ANSWER_S, POLL_MS = 30.0, 5.0, 20
"""How long a vehicle may take to start, and to answer; how often to look whether it is alive."""


@runtime_checkable
class Vehicles(Protocol):
    """Vehicles that decide for themselves."""

    @property
    def alive(self) -> set[int]:
        """Numbers of those that answer."""

    def kill(self, number: int) -> None:
        """
        Make a vehicle answer no more.

        Parameters
        ----------
        number
            Which.
        """

    def ask(self, key: bytes, questions: Mapping[int, Sequence[bytes]]) -> dict[int, bytes]:
        """
        Show vehicles what they see, and return the answers of those that are alive.

        Parameters
        ----------
        key
            By which answers are known to belong to the question.
        questions
            Observation of each vehicle.
        """


class VehiclesInside:
    """
    Vehicles that decide in this process, with the same runtime: what processes are compared with.

    Parameters
    ----------
    folder
        Where the exported policy is.
    num_vehicles
        How many.
    """

    def __init__(self, folder: Path, num_vehicles: int) -> None:
        self._runtime, self.alive = Runtime(folder), set(range(num_vehicles))

    def kill(self, number: int) -> None:
        """Make a vehicle answer no more; see ``Vehicles``."""
        self.alive.discard(number)

    def ask(self, key: bytes, questions: Mapping[int, Sequence[bytes]]) -> dict[int, bytes]:
        """Answer at once; see ``Vehicles``."""
        return {number: self._runtime.answer(*parts) for number, parts in questions.items()}


class VehicleProcesses:
    """
    One process for each vehicle, connected by ZeroMQ on this machine.

    Parameters
    ----------
    folder
        Where the exported policy is, with its ``runtime.py``.
    num_vehicles
        How many.
    """

    def __init__(self, folder: Path, num_vehicles: int) -> None:
        self._folder, self._num_vehicles = folder, num_vehicles
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> VehicleProcesses:
        """Start them, and wait until all are ready."""
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 0)
        port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        program = [sys.executable, str(self._folder / "runtime.py"), str(self._folder), f"tcp://127.0.0.1:{port}"]
        for number in range(self._num_vehicles):
            self._processes.append(subprocess.Popen([*program, str(number)], stdout=subprocess.DEVNULL))
        ready = self._collect(set(range(self._num_vehicles)), READY, START_S)
        if len(ready) < self._num_vehicles:
            missing = sorted(set(range(self._num_vehicles)) - set(ready))
            self.__exit__(None, None, None)
            raise DeploymentError(
                f"vehicles {missing} did not start; does {self._folder}/runtime.py run, and is pyzmq there?"
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop them."""
        for number in self.alive:
            self._socket.send_multipart([str(number).encode(), OVER])
        for process in self._processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1.0)
            process.kill()
            process.wait()
        self._socket.close()
        self._context.term()

    @property
    def alive(self) -> set[int]:
        """Numbers of the vehicles whose processes run."""
        return {number for number, process in enumerate(self._processes) if process.poll() is None}

    def kill(self, number: int) -> None:
        """Kill a vehicle's process; see ``Vehicles``."""
        self._processes[number].kill()
        self._processes[number].wait()

    def ask(self, key: bytes, questions: Mapping[int, Sequence[bytes]]) -> dict[int, bytes]:
        """Ask all, then wait for the answers of those that are alive; see ``Vehicles``."""
        for number, parts in questions.items():
            self._socket.send_multipart([str(number).encode(), key, *parts])
        return self._collect(set(questions), key, ANSWER_S)

    def _collect(self, awaited: set[int], key: bytes, patience_s: float) -> dict[int, bytes]:
        answers: dict[int, bytes] = {}
        deadline_s = time.monotonic() + patience_s
        while time.monotonic() < deadline_s:
            if not (awaited - set(answers)) & self.alive:
                break
            if self._socket.poll(POLL_MS):
                number, *parts = self._socket.recv_multipart()
                if parts[0] == key:
                    answers[int(number)] = parts[-1]
        return answers


class BoardPolicy:
    """
    Every vehicle decides for itself; the board grants claims.

    A vehicle that answers no more stands where it is, with what it has on board.

    Parameters
    ----------
    vehicles
        The vehicles.
    adviser
        A planner whose advice the board passes on; None: no one is advised.
    losses
        Vehicles that are lost on purpose, by the time of the day from which they are gone.
    """

    num_cut_off = 0

    def __init__(
        self, vehicles: Vehicles, adviser: Policy | None = None, losses: Mapping[int, float] | None = None
    ) -> None:
        self._vehicles, self._adviser, self._losses = vehicles, adviser, dict(losses or {})

    @property
    def information(self) -> str:
        """What it decides on; see ``Policy``."""
        return "local" if self._adviser is None or self._adviser.information == "local" else "advised"

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._codec = Codec(site)
        self._num_asked = 0
        if self._adviser is not None:
            self._adviser.reset(site, rng)

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Ask the vehicles, and grant their claims; see ``Policy``."""
        for number in [number for number, time_s in self._losses.items() if time_s <= epoch.time_s]:
            self._losses.pop(number)
            self._vehicles.kill(number)
        advice = None if self._adviser is None else advice_of(self._adviser, epoch)
        while True:
            is_gone = ~np.isin(epoch.deciders, list(self._vehicles.alive))
            columns = np.where(is_gone, _standing(epoch), -1)
            if is_gone.all():
                return Dispatch(columns)
            left = epoch.without(columns)
            told = None if advice is None else [Advice(advice.columns[~is_gone], advice.declined)]
            with contextlib.suppress(_LostError):
                (dispatch,), _ = decide_jointly(self._codec, [left], self._score, told)
                columns[~is_gone] = dispatch.columns
                routes = None
                if dispatch.routes is not None:
                    routes = np.zeros(epoch.num_deciders, np.int64)
                    routes[~is_gone] = dispatch.routes
                return Dispatch(columns, dispatch.num_cut, routes, dispatch.declined)

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """Choose as ever: the vehicles decide for themselves; see ``Policy``."""
        return self.decide(epoch)

    def _score(self, observation: JointObservation) -> Float[np.ndarray, "row slot"]:
        self._num_asked += 1
        questions = {
            int(number): [
                observation.vehicle[row].tobytes(),
                observation.stops[row][observation.mask[row]].tobytes(),
                observation.neighbours[row][observation.neighbour_mask[row]].tobytes(),
            ]
            for row, number in enumerate(observation.decider)
        }
        answers = self._vehicles.ask(str(self._num_asked).encode(), questions)
        if set(answers) != set(questions):
            for number in set(questions) - set(answers):
                self._vehicles.kill(number)  # who does not answer in time is treated as gone
            raise _LostError
        scores = np.full(observation.mask.shape, -np.inf, np.float32)
        for row, number in enumerate(observation.decider):
            scores[row, observation.mask[row]] = np.frombuffer(answers[int(number)], np.float32)
        return scores


class _LostError(Exception):
    """A vehicle did not answer."""


def _standing(epoch: DecisionEpoch) -> Int[np.ndarray, " decider"]:
    """Return the stop of each decider that is least like going somewhere: to wait, to park, to charge, to unload."""
    order = [epoch.wait, *range(epoch.wait - 1, -1, -1), *range(epoch.drop_offs.start, len(epoch.stops))]
    order += range(epoch.pick_ups.start, epoch.pick_ups.stop)
    return np.array([next(column for column in order if row[column]) for row in epoch.feasible])
