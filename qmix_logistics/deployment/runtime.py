"""
A policy trained by qmix-logistics, on the vehicle. This file needs Python and numpy; to talk to a board, pyzmq too.

Beside it lie ``weights.npz`` and ``schema.json``, which says what each number means::

    runtime = Runtime(Path("exported"))
    vehicle = runtime.encode("vehicle", {"battery": 0.8, "x": 12.5, ...})
    stops = np.stack([runtime.encode("stop", one) for one in candidates])
    neighbours = np.stack([runtime.encode("neighbour", one) for one in heard])
    best = int(runtime.advantages(vehicle, stops, neighbours).argmax())

As a program, ``python runtime.py FOLDER ADDRESS NUMBER``, it is one vehicle that answers a board.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

WEIGHTS, SCHEMA = "weights.npz", "schema.json"
READY, OVER = b"ready", b"over"
"""What a vehicle says first, and what the board says last."""


class Runtime:
    """
    Scores candidate stops.

    Parameters
    ----------
    folder
        Where the exported policy is.
    """

    def __init__(self, folder: Path) -> None:
        with np.load(folder / WEIGHTS) as weights:
            # Transposed in memory: products of such small matrices take half the time.
            self._weights = {name: np.ascontiguousarray(weights[name].T) for name in weights.files}
        schema = json.loads((folder / SCHEMA).read_text(encoding="utf-8"))
        self._limit, self._features = float(schema["limit"]), schema["features"]
        self._is_advised = [feature["name"] for feature in self._features["stop"]].index("is_advised")

    def encode(self, group: str, values: Mapping[str, float]) -> np.ndarray:
        """
        Return numbers as the network sees them: scaled and clipped, in the order of the schema.

        Parameters
        ----------
        group
            ``vehicle``, ``stop`` or ``neighbour``.
        values
            By name of the feature, in its unit.

        Raises
        ------
        KeyError
            If one is missing.
        """
        scaled = [values[feature["name"]] / feature["scale"] for feature in self._features[group]]
        return np.clip(np.array(scaled, np.float32), -self._limit, self._limit)

    def advantages(self, vehicle: np.ndarray, stops: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
        """
        Return how much better each stop is than the mean of all; the best is the largest.

        Parameters
        ----------
        vehicle
            The vehicle itself, (vehicle feature,).
        stops
            Its candidates, (stop, stop feature); at least one.
        neighbours
            Vehicles that it hears, (neighbour, neighbour feature); there may be none.
        """
        weights = self._weights
        seen = self._layer("stop.2", self._layer("stop.0", stops))
        heard = self._layer("neighbour.0", neighbours).sum(axis=0) / max(len(neighbours), 1)
        embedding = self._layer(
            "body.0", np.concatenate([vehicle, seen.sum(axis=0) / len(seen), seen.max(axis=0), heard])
        )
        of_body = embedding @ weights["advantage_of_body.weight"] + weights["advantage_of_stop.bias"]
        joint = _rectified(seen @ weights["advantage_of_stop.weight"], of_body)
        raw = joint @ weights["advantage.weight"][:, 0] + weights["advice_trust"] * stops[:, self._is_advised]
        return np.asarray(raw - raw.sum() / len(raw))

    def answer(self, vehicle: bytes, stops: bytes, neighbours: bytes) -> bytes:
        """
        Return the advantages of candidates as bytes, all in single precision.

        Parameters
        ----------
        vehicle, stops, neighbours
            As for ``advantages``, row by row.
        """
        sizes = {group: len(features) for group, features in self._features.items()}
        seen = np.frombuffer(stops, np.float32).reshape(-1, sizes["stop"])
        heard = np.frombuffer(neighbours, np.float32).reshape(-1, sizes["neighbour"])
        return self.advantages(np.frombuffer(vehicle, np.float32), seen, heard).astype(np.float32).tobytes()

    def _layer(self, name: str, values: np.ndarray) -> np.ndarray:
        return _rectified(values @ self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])


def _rectified(product: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Return the sum where it is positive, else 0, in the place of the product."""
    product += bias
    return np.maximum(product, 0.0, out=product)


def serve(folder: Path, address: str, number: int) -> None:
    """
    Be one vehicle: answer its observations until the board says that the day is over.

    Parameters
    ----------
    folder
        Where the exported policy is.
    address
        Of the board, such as ``tcp://127.0.0.1:5555``.
    number
        Which vehicle.
    """
    import zmq

    runtime = Runtime(folder)
    socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
    socket.setsockopt(zmq.IDENTITY, str(number).encode())
    socket.setsockopt(zmq.LINGER, 0)
    socket.connect(address)
    socket.send_multipart([READY])
    while (parts := socket.recv_multipart())[0] != OVER:
        socket.send_multipart([parts[0], runtime.answer(*parts[1:])])


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
