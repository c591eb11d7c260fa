"""``report``: the report of a finished run, from what it has stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qmix_logistics.cli.talk import Talk


def report(talk: Talk, run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")]) -> None:
    """
    Write report.html of a finished run anew; nothing is simulated.

    The same run gives the same bytes with the same version.
    """
    from qmix_logistics.composition.reporting import rebuild_report

    path = rebuild_report(run)
    talk.answer([str(path)], {"report": path, "bytes": path.stat().st_size})
