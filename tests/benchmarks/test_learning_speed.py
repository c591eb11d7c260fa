from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from conftest import Figures
from jaxtyping import Float
from playing import test_day
from sites import FLEETS, benchmark_scenario, growing_scenario

from qmix_logistics.composition import build_demand
from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.epoch_batch import Advice
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.episode import play
from qmix_logistics.learning.dispatch.building import build_learner, build_network, replay_shape, reward_unit
from qmix_logistics.learning.dispatch.entity_network import UtilityNetwork
from qmix_logistics.learning.dispatch.learned_policy import LearnedPolicy
from qmix_logistics.learning.dispatch.replay import Replay
from qmix_logistics.learning.dispatch.rollout import BatchRollout
from qmix_logistics.learning.dispatch.sample import DispatchSample
from qmix_logistics.learning.dispatch.scorers import GreedyScorer, atc_scores
from qmix_logistics.scenario.training import Training
from qmix_logistics.simulation import DayKey, DecisionEpoch, Dispatch, Simulator, Site, Split, compile_site
from qmix_logistics_baselines import rules
from qmix_logistics_baselines.index_policy import IndexPolicy

TRAINING = Training()
MIB, GIB = 2**20, 2**30


class Stopwatch:
    """Adds up the time spent in some part."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        start_s = time.process_time()
        yield
        self.elapsed_s += time.process_time() - start_s


class TimedCodec(Codec):
    """A codec whose time is measured."""

    def __init__(self, site: Site, watch: Stopwatch) -> None:
        super().__init__(site)
        self._watch = watch

    def encode(
        self,
        epochs: Sequence[DecisionEpoch],
        told: Sequence[Advice] | None = None,
        shown: Sequence[Advice] | None = None,
        *,
        with_state: bool = False,
    ) -> JointObservation:
        with self._watch.running():
            return super().encode(epochs, told, shown, with_state=with_state)


class TimedSimulator(Simulator):
    """A simulator whose time is measured."""

    def __init__(self, site: Site, watch: Stopwatch) -> None:
        super().__init__(site, discount_time_constant_s=TRAINING.discount_time_constant_s, is_recording=False)
        self._watch = watch

    def advance(self, dispatch: Dispatch) -> DecisionEpoch:
        with self._watch.running():
            return super().advance(dispatch)


class TimedScorer:
    """
    Lets a network score, but the ATC rule decide: days are like those of a trained policy.

    The rule's own time is measured apart.
    """

    def __init__(self, network: UtilityNetwork, inference: Stopwatch, rule: Stopwatch) -> None:
        self._score, self._inference, self._rule = GreedyScorer(network), inference, rule

    def __call__(self, observation: JointObservation) -> Float[np.ndarray, "row slot"]:
        with self._inference.running():
            self._score(observation)
        with self._rule.running():
            return atc_scores(observation)


class TimedPolicy(LearnedPolicy):
    """A learned policy with random weights whose every decision is measured, while the ATC rule decides."""

    def __init__(self) -> None:
        super().__init__(random_network())
        self.decision_s: list[float] = []
        self.deciders: list[int] = []
        self._rule = IndexPolicy(rules.AtcScore(2.0))

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        super().reset(site, rng)
        self._rule.reset(site, rng)

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        start_s = time.perf_counter()
        super().decide(epoch)
        self.decision_s.append(time.perf_counter() - start_s)
        self.deciders.append(epoch.num_deciders)
        return self._rule.decide(epoch)

    def alone_s(self) -> Float[np.ndarray, " decision"]:
        """Return the times of decisions that a single vehicle had to make."""
        return np.array(self.decision_s)[np.array(self.deciders) == 1]


def random_network() -> UtilityNetwork:
    agents = build_network("qmix", TRAINING, 0).agents.requires_grad_(False)
    assert isinstance(agents, UtilityNetwork)
    return agents


def test_a_rollout(figures: Figures) -> None:
    """A whole batch of days side by side, as in training, but nothing is remembered."""
    spec = benchmark_scenario(has_batteries=True)
    site = compile_site(spec)
    demand, width = build_demand(spec, site), TRAINING.envs_per_batch
    days = [demand.realise(DayKey(Split.TRAINING, index)) for index in range(width)]
    rates, parts_s = [], []
    for _ in range(3):
        simulation, encoding, inference, rule, total = (Stopwatch() for _ in range(5))
        simulators = [TimedSimulator(site, simulation) for _ in days]
        rollout = BatchRollout(simulators, TimedCodec(site, encoding), TRAINING.discount_time_constant_s, 1.0)
        scorer = TimedScorer(random_network(), inference, rule)
        with total.running():
            decisions = rollout.play(days, scorer).num_epochs
        took_s = total.elapsed_s - rule.elapsed_s
        known_s = [simulation.elapsed_s, encoding.elapsed_s, inference.elapsed_s]
        rates.append(decisions / took_s)
        parts_s.append(np.array([*known_s, took_s - sum(known_s)]) / decisions)
    note = f"8 vehicles with batteries, {width} days side by side, one core"
    figures.add("rollout, joint decisions", rates, "/s", budget=3000, more_is_better=True, note=note)
    for name, column in zip(("simulate", "encode", "infer", "grant, count"), np.array(parts_s).T, strict=True):
        figures.add(f"  of which {name}", column * 1e6, "us", note="a joint decision")


def test_a_decision_in_a_large_fleet(figures: Figures) -> None:
    """Those with one decider: the more decide together, the less each costs. Fleets take turns."""
    specs = [growing_scenario(fleet) for fleet in FLEETS]
    courses = [(Simulator(compile_site(spec)), test_day(spec)) for spec in specs]
    decision_s: list[list[float]] = []
    for _ in range(3):
        decision_s.append([])
        for simulator, day in courses:
            policy = TimedPolicy()
            play(simulator, policy, day, np.random.default_rng(0))
            decision_s[-1].append(float(np.median(policy.alone_s())))
    columns = np.array(decision_s).T
    for fleet, column in zip(FLEETS, columns, strict=True):
        note = "encode and infer, one decider, median of a day"
        figures.add(f"a learned decision, {fleet} vehicles", column * 1e6, "us", note=note)
    growth = columns[1].min() / columns[0].min()
    figures.add("growth per decision, 20 to 200", [growth], "times", budget=1.5, note="ratio of the bests")


def test_the_decision_of_one_vehicle(figures: Figures) -> None:
    spec = benchmark_scenario(has_batteries=True)
    simulator, day = Simulator(compile_site(spec)), test_day(spec)
    quantiles_s = []
    for _ in range(5):
        policy = TimedPolicy()
        play(simulator, policy, day, np.random.default_rng(0))
        quantiles_s.append(np.quantile(policy.alone_s(), [0.5, 0.99]))
    for name, column in zip(("p50", "p99"), np.array(quantiles_s).T, strict=True):
        figures.add(f"decision of one vehicle, {name}", column * 1e3, "ms", note="the torch policy")
    figures.add_unmeasured("decision of one vehicle, p99", "<= 0.2 ms", "not built: the exported policy")


def test_a_gradient_step(figures: Figures) -> None:
    spec = benchmark_scenario(has_batteries=True)
    site = compile_site(spec)
    tau_s, replay = TRAINING.discount_time_constant_s, Replay(replay_shape(site), 32 * MIB)
    simulators = [Simulator(site, discount_time_constant_s=tau_s, is_recording=False) for _ in range(8)]
    days = [build_demand(spec, site).realise(DayKey(Split.TRAINING, index)) for index in range(8)]
    BatchRollout(simulators, Codec(site), tau_s, reward_unit(site, tau_s)).play(days, atc_scores, replay)
    learner = build_learner("qmix", TRAINING, 0)
    rng, times_s = np.random.default_rng(0), []
    for _ in range(30):
        start_s = time.process_time()
        learner.update(DispatchSample(replay.sample(TRAINING.batch_epochs, tau_s, TRAINING.summed_s, rng)))
        times_s.append(time.process_time() - start_s)
    note = f"QMIX, {TRAINING.batch_epochs} joint decisions, drawing them included; no budget"
    figures.add("one gradient step", [1e3 * each for each in times_s], "ms", note=note)


def test_the_replay(figures: Figures) -> None:
    """Resident memory is what the ring takes once it is full: all of its bytes."""
    configured = TRAINING.replay_mib * MIB
    size = Replay(replay_shape(compile_site(benchmark_scenario(has_batteries=True))), configured).size_bytes
    figures.add("replay, by default", [size / GIB], "GiB", budget=1.0)
    figures.add("replay, of its configured size", [size / configured], "times", budget=1.05, note="at least 0.95 too")
    assert size < GIB
    assert abs(size / configured - 1) <= 0.05
