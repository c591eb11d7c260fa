"""Several days simulated side by side, decided together, and remembered."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from qmix_logistics.environment.advising import advice_of
from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.epoch_batch import Advice
from qmix_logistics.environment.estimates import battery_share
from qmix_logistics.environment.joint_decision import NO_SLOT, GrantedRound, Scorer, decide_jointly
from qmix_logistics.episode import Policy
from qmix_logistics.learning.dispatch.hindsight import Hindsight
from qmix_logistics.learning.dispatch.replay import TERMINAL, Replay
from qmix_logistics.simulation import Day, DecisionEpoch, End, Simulator, Site, StopKind, battery_wh


@dataclass(slots=True)
class _Chain:
    """The last remembered decision of a day, and what has come of it so far."""

    hindsight: Hindsight
    decision: int | None = None
    reward: float = 0.0
    elapsed_s: float = 0.0
    potential: float = 0.0


@dataclass(slots=True)
class RolloutResult:
    """
    What a batch of days brought.

    Parameters
    ----------
    costs
        Total cost of each day.
    num_epochs
        Joint decisions.
    kinds
        How often each kind of stop was chosen where there was a choice.
    """

    costs: Float[np.ndarray, " day"]
    num_epochs: int = 0
    kinds: Int[np.ndarray, " kind"] = field(default_factory=lambda: np.zeros(len(StopKind), np.int64))


class BatchRollout:
    """
    Plays days side by side.

    Parameters
    ----------
    simulators
        One for each day of a batch; the last ones rest if there are fewer days.
    codec
        Of their site.
    time_constant_s
        Of the discount.
    reward_unit
        Cost that is a reward of -1.
    advisers
        A planner for each simulator, whose advice the vehicles know; none: no one is advised.
    teachers
        A planner for each simulator, of whose choices only the replay knows, in an outage too; none: the advisers show
        what they advise.
    battery_potential
        What a full battery is worth, in rewards of one vehicle: a potential that shapes rewards [1]_.

    References
    ----------
    .. [1] Ng, Harada and Russell (1999), Policy invariance under reward transformations, ICML, eq. 2.
    """

    def __init__(
        self,
        simulators: Sequence[Simulator],
        codec: Codec,
        time_constant_s: float,
        reward_unit: float,
        advisers: Sequence[Policy] = (),
        teachers: Sequence[Policy] = (),
        *,
        battery_potential: float = 0.0,
    ) -> None:
        self._simulators, self._codec = simulators, codec
        self._advisers, self._teachers = advisers, teachers
        self._battery_potential = battery_potential
        self._time_constant_s, self._reward_unit = time_constant_s, reward_unit

    def play(
        self,
        days: Sequence[Day],
        scorer: Scorer,
        replay: Replay | None = None,
        after_step: Callable[[int, float], None] | None = None,
    ) -> RolloutResult:
        """
        Play days to their ends.

        Parameters
        ----------
        days
            At most as many as there are simulators.
        scorer
            Who decides.
        replay
            Where decisions are remembered, if anywhere.
        after_step
            Told, after each step, the number of joint decisions in it and how far the slowest day is.
        """
        simulators = self._simulators[: len(days)]
        epochs = [simulator.reset(day) for simulator, day in zip(simulators, days, strict=True)]
        tau_s, site = self._time_constant_s, simulators[0].site
        chains = [_Chain(Hindsight(site, day, tau_s)) for day in days]
        teachers = self._teachers if replay is not None else ()
        for planner in (*self._advisers[: len(days)], *teachers[: len(days)]):
            planner.reset(site, np.random.default_rng(0))
        result = RolloutResult(np.zeros(len(days)))
        while live := [index for index, epoch in enumerate(epochs) if epoch.end is None]:
            going = [epochs[index] for index in live]
            told = [advice_of(self._advisers[index], epochs[index]) for index in live] if self._advisers else None
            shown = [Advice(teachers[index].decide(epochs[index]).columns) for index in live] if teachers else told
            dispatches, rounds = decide_jointly(
                self._codec, going, scorer, told, shown=shown, with_state=replay is not None
            )
            if replay is not None:
                self._remember(replay, rounds, [(chains[index], epochs[index]) for index in live])
            _count_kinds(result, rounds)
            for index, dispatch in zip(live, dispatches, strict=True):
                epochs[index] = simulators[index].advance(dispatch)
                self._follow(chains[index], epochs[index], replay)
            result.num_epochs += len(live)
            if after_step is not None:
                after_step(len(live), min(_share_of_day(simulators[index].site, epochs[index]) for index in live))
        result.costs[:] = [simulator.total_cost for simulator in simulators]
        return result

    def _remember(
        self, replay: Replay, rounds: Sequence[GrantedRound], chains: Sequence[tuple[_Chain, DecisionEpoch]]
    ) -> None:
        """Remember decisions in which someone had a choice; forced ones only let time pass."""
        first = rounds[0]
        is_choice = first.observation.has_choice & (first.slots != NO_SLOT)
        for index, (chain, epoch) in enumerate(chains):
            rows = np.flatnonzero(is_choice & (first.observation.epoch == index))
            if not len(rows):
                continue
            hindsight = chain.hindsight.after(epoch.time_s)
            decision = replay.add(first.observation, index, rows, first.slots[rows], hindsight)
            potential = self._potential(epoch)
            if chain.decision is not None:
                replay.connect(chain.decision, decision, self._shaped(chain, potential), chain.elapsed_s)
            chain.decision, chain.reward, chain.elapsed_s, chain.potential = decision, 0.0, 0.0, potential

    def _follow(self, chain: _Chain, epoch: DecisionEpoch, replay: Replay | None) -> None:
        """Add what has passed to the last remembered decision; close the chain if all is done."""
        if chain.decision is None or replay is None:
            return
        discount = math.exp(-chain.elapsed_s / self._time_constant_s)
        chain.reward -= discount * epoch.interval.discounted_cost / self._reward_unit
        chain.elapsed_s += epoch.interval.elapsed_s
        if epoch.end is End.COMPLETED:
            replay.connect(chain.decision, TERMINAL, self._shaped(chain, 0.0), chain.elapsed_s)

    def _potential(self, epoch: DecisionEpoch) -> float:
        if not self._battery_potential:
            return 0.0
        vehicles, capacity_wh = epoch.snapshot.vehicles, self._simulators[0].site.fleet.battery_capacity_wh
        return self._battery_potential * float(battery_share(battery_wh(vehicles, epoch.time_s), capacity_wh).mean())

    def _shaped(self, chain: _Chain, potential: float) -> float:
        """Return a reward with the discounted potential at its end less that at its beginning."""
        return chain.reward + math.exp(-chain.elapsed_s / self._time_constant_s) * potential - chain.potential


def _share_of_day(site: Site, epoch: DecisionEpoch) -> float:
    return min(epoch.time_s / site.horizon.demand_s, 1.0)


def _count_kinds(result: RolloutResult, rounds: Sequence[GrantedRound]) -> None:
    for played in rounds:
        rows = np.flatnonzero(played.observation.has_choice & (played.slots != NO_SLOT))
        chosen = played.observation.stops[rows, played.slots[rows], : len(StopKind)]
        result.kinds += np.rint(chosen.sum(axis=0)).astype(np.int64)
