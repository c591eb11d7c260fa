"""One training from beginning to end, or from where it was interrupted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from qmix_logistics.evaluation.run_folder import write_atomically
from qmix_logistics.evaluation.trained import VALIDATION_COST
from qmix_logistics.learning.dispatch.curve import CurvePoint
from qmix_logistics.learning.dispatch.learned_policy import save_policy
from qmix_logistics.learning.dispatch.mixing import save_mixing
from qmix_logistics.learning.dispatch.trainer import Trainer


def train(trainer: Trainer, checkpoint: Path, checkpoint_every_days: int, report: Callable[[float], None]) -> None:
    """
    Train until the budget is used, saving checkpoints; go on from the last one if there is one.

    Beside the checkpoint lies the learning curve so far as CSV, written anew after each round.

    Parameters
    ----------
    trainer
        A new one.
    checkpoint
        The file for checkpoints.
    checkpoint_every_days
        Days between two.
    report
        Told the share of the budget that is used.
    """
    torch.set_num_threads(1)  # a second thread on a busy machine makes small networks many times slower
    if checkpoint.exists():
        trainer.restore(checkpoint)
    saved_at = trainer.num_days
    while not trainer.is_over:
        trainer.train_round(report)
        write_atomically(checkpoint.with_suffix(".csv"), _csv_text([_row(point) for point in trainer.curve]))
        if trainer.num_days - saved_at >= checkpoint_every_days:
            trainer.save(checkpoint)
            saved_at = trainer.num_days


def save_training(trainer: Trainer, folder: Path, hidden: int, about: Mapping[str, Any]) -> None:
    """
    Save the best policy, what mixed its utilities, the learning curve and the time that training took.

    Parameters
    ----------
    trainer
        When it has trained.
    folder
        Where to; it exists.
    hidden
        Width of the network.
    about
        What to note beside the weights.
    """
    assert trainer.best is not None, "the last round is validated"
    cost = float(trainer.best.costs.mean())
    save_policy(trainer.best.network, folder, hidden, {**about, VALIDATION_COST: cost})
    save_mixing(trainer.best.mixing, folder)
    write_atomically(folder / "training.csv", _csv_text([_row(point) for point in trainer.curve]))
    write_atomically(folder / "timings.csv", _csv_text([{"training_s": trainer.training_s}]))


def _row(point: CurvePoint) -> dict[str, Any]:
    values = {name: getattr(point, name) for name in CurvePoint.__slots__ if name != "shares"}
    return values | {f"share_{kind}": share for kind, share in point.shares.items()}


def _csv_text(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
