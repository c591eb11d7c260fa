"""``info``: what is installed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qmix_logistics.cli.app import num_cores
from qmix_logistics.cli.talk import Talk

if TYPE_CHECKING:
    from qmix_logistics.composition.installation import Installation


def info(talk: Talk) -> None:
    """
    Say versions, cores, threads, and which optional parts are there; for those that are not, how to install them.

    Add its output to a report of a fault.
    """
    from qmix_logistics.composition.installation import installation

    found = installation(num_cores())
    extras = {name: {"is_there": extra.is_there, **dataclasses.asdict(extra)} for name, extra in found.extras.items()}
    talk.answer(_lines(found), dataclasses.asdict(found) | {"extras": extras})


def _lines(found: Installation) -> Iterator[str]:
    yield f"qmix-logistics {found.version}, Python {found.python} ({found.executable})"
    yield f"{found.machine}; {found.num_cores} for this process"
    gpu = "a GPU is there, and not used" if found.has_gpu else "no GPU, and none is needed"
    yield f"PyTorch: {found.torch_threads} threads here, 1 in every process of a run; {gpu}"
    yield ""
    for name, version in found.packages.items():
        yield f"  {name:<14} {version or 'MISSING'}"
    yield ""
    yield "Optional parts:"
    for name, extra in found.extras.items():
        versions = ", ".join(f"{package} {version or 'missing'}" for package, version in extra.packages.items())
        yield f"  {name:<14} {'there' if extra.is_there else 'not there'}: {versions}"
        if not extra.is_there:
            yield f"  {'':<14} {extra.install}"
