"""
How several vehicles decide at once: each scores its candidates, the board grants the best pairs.

A task goes to one vehicle. Who is left without any candidate chooses again from a list without the tasks that are
gone. This needs a board, not a planner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int

from qmix_logistics.environment.candidates import QUICKEST
from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.epoch_batch import Advice
from qmix_logistics.environment.observation import JointObservation, is_deferred
from qmix_logistics.environment.ways import ways_to
from qmix_logistics.simulation import DecisionEpoch, Dispatch

Scorer = Callable[[JointObservation], Float[np.ndarray, "row slot"]]
"""Scores candidates, the higher the better; minus infinity where there is none."""

NO_SLOT = -1


@runtime_checkable
class Grant(Protocol):
    """Who gets what, where several want the same task: claims, or a matching."""

    def __call__(
        self,
        scores: Float[np.ndarray, "row slot"],
        tasks: Int[np.ndarray, "row slot"],
        is_fallback: Bool[np.ndarray, "row slot"],
        epoch: Int[np.ndarray, " row"],
    ) -> Int[np.ndarray, " row"]:
        """
        Return the slot that each row gets, or ``NO_SLOT``; see ``grant_slots``.

        Parameters
        ----------
        scores, tasks, is_fallback, epoch
            As for ``grant_slots``.
        """


SCORE_DECIMALS = 5
"""Scores that are the same to so many places are ties: arithmetic that differs between machines must not decide."""


@dataclass(frozen=True, slots=True)
class GrantedRound:
    """
    One round of claims.

    Parameters
    ----------
    epochs
        Position of each of the observation's epochs among those decided jointly.
    observation
        What the deciders saw.
    slots
        Slot granted to each row, or ``NO_SLOT`` where it chose again in a later round.
    """

    epochs: Int[np.ndarray, " epoch"]
    observation: JointObservation
    slots: Int[np.ndarray, " row"]


def decide_jointly(
    codec: Codec,
    epochs: Sequence[DecisionEpoch],
    scorer: Scorer,
    told: Sequence[Advice] | None = None,
    grant: Grant | None = None,
    *,
    shown: Sequence[Advice] | None = None,
    with_state: bool = False,
) -> tuple[list[Dispatch], list[GrantedRound]]:
    """
    Let the deciders of several epochs choose by score and claim.

    Parameters
    ----------
    codec
        Of the epochs' site.
    epochs
        Epochs of different simulators, none of them an end.
    scorer
        Scores what they see.
    told
        What a planner advises in each epoch; the deciders know it, and what it declines is declined.
    grant
        Who gets what; by default whoever claims it with the highest score.
    shown
        What a teacher would do in each epoch; the deciders do not know it.
    with_state
        Whether the first round shows the global states too.

    Returns
    -------
    A dispatch for each epoch, and the rounds in which they came about.
    """
    columns = [np.full(epoch.num_deciders, -1) for epoch in epochs]
    ways = [np.full(epoch.num_deciders, QUICKEST) for epoch in epochs]
    cuts = [0] * len(epochs)
    rounds: list[GrantedRound] = []
    positions, pending = np.arange(len(epochs)), list(epochs)
    told_now, shown_now = told, shown
    declined = [()] * len(epochs) if told is None else [said.declined for said in told]
    while pending:
        observation = codec.encode(pending, told_now, shown_now, with_state=with_state and not rounds)
        scores, tasks, is_fallback = scorer(observation), observation.tasks, observation.is_fallback
        slots = (grant or grant_slots)(scores, tasks, is_fallback, observation.epoch)
        rounds.append(GrantedRound(positions, observation, slots))
        _note(observation, slots, positions, epochs, columns, ways, cuts)
        left = np.unique(positions[observation.epoch[slots == NO_SLOT]])
        pending = [epochs[position].without(columns[position]) for position in left.tolist()]
        told_now, shown_now = (_of_those_left(advice, left, columns) for advice in (told, shown))
        positions = left
    dispatches = [
        Dispatch(chosen, cut, ways_to(epoch, chosen, way), orders)
        for epoch, chosen, way, cut, orders in zip(epochs, columns, ways, cuts, declined, strict=True)
    ]
    return dispatches, rounds


def _of_those_left(
    advice: Sequence[Advice] | None, left: Int[np.ndarray, " left"], columns: Sequence[Int[np.ndarray, " _"]]
) -> list[Advice] | None:
    """Return what concerns the deciders that have no stop yet, of the epochs that have such."""
    if advice is None:
        return None
    return [Advice(advice[index].columns[columns[index] < 0]) for index in left.tolist()]


def grant_slots(
    scores: Float[np.ndarray, "row slot"],
    tasks: Int[np.ndarray, "row slot"],
    is_fallback: Bool[np.ndarray, "row slot"],
    epoch: Int[np.ndarray, " row"],
) -> Int[np.ndarray, " row"]:
    """
    Grant, again and again, the (row, slot) pair of an epoch with the highest score; a task goes to one row.

    Parameters
    ----------
    scores
        The higher the better, to ``SCORE_DECIMALS`` places; minus infinity where there is no candidate. Ties go to
        the first row, then to the first slot.
    tasks
        Task that a candidate picks up, or -1.
    is_fallback
        Candidates that a row gets only if all pick-ups on its list go to others.
    epoch
        Epoch of each row, rising.

    Returns
    -------
    Slot granted to each row; ``NO_SLOT`` for one whose candidates all went to others.
    """
    scores, rows = np.round(scores, SCORE_DECIMALS), np.arange(len(scores))
    slots = np.where(is_deferred(tasks, is_fallback, scores > -np.inf), -np.inf, scores).argmax(axis=1)
    wanted = tasks[rows, slots]
    # Only where two rows of an epoch want the same task first does anyone have to give way.
    order = np.lexsort((wanted, epoch))
    same = (np.diff(epoch[order]) == 0) & (np.diff(wanted[order]) == 0) & (wanted[order][1:] >= 0)
    for contested in np.unique(epoch[order][1:][same]).tolist():
        group = np.flatnonzero(epoch == contested)
        slots[group] = _grant_group(scores[group], tasks[group], is_fallback[group])
    return slots


def _grant_group(
    scores: Float[np.ndarray, "row slot"],
    tasks: Int[np.ndarray, "row slot"],
    is_fallback: Bool[np.ndarray, "row slot"],
) -> Int[np.ndarray, " row"]:
    left, slots = scores.copy(), np.full(len(scores), NO_SLOT)
    for _ in range(len(left)):
        allowed = np.where(is_deferred(tasks, is_fallback, left > -np.inf), -np.inf, left)
        row, slot = divmod(int(allowed.argmax()), left.shape[1])
        if allowed[row, slot] == -np.inf:
            break
        slots[row] = slot
        left[row] = -np.inf
        if tasks[row, slot] >= 0:
            left[tasks == tasks[row, slot]] = -np.inf
    return slots


def _note(
    observation: JointObservation,
    slots: Int[np.ndarray, " row"],
    positions: Int[np.ndarray, " epoch"],
    epochs: Sequence[DecisionEpoch],
    columns: list[Int[np.ndarray, " _"]],
    ways: list[Int[np.ndarray, " _"]],
    cuts: list[int],
) -> None:
    for row in np.flatnonzero(slots != NO_SLOT).tolist():
        position = int(positions[observation.epoch[row]])
        decider = int(np.searchsorted(epochs[position].deciders, observation.decider[row]))
        columns[position][decider] = observation.columns[row, slots[row]]
        ways[position][decider] = observation.ways[row, slots[row]]
        cuts[position] += bool(observation.is_cut[row])
