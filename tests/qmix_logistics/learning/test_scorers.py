from __future__ import annotations

import numpy as np
from documents import battery_scenario, scenario
from observing import kept_epochs

from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.epoch_batch import Advice
from qmix_logistics.environment.joint_decision import decide_jointly
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.learning.dispatch.scorers import ExploringScorer, atc_scores
from qmix_logistics.scenario.training import Exploration
from qmix_logistics.simulation import Site, StopKind
from qmix_logistics_baselines import rules
from qmix_logistics_baselines.index_policy import IndexPolicy

SPEC = battery_scenario(fleet__0__count=4, demand__rate_per_h=400, information__radio_range_m=5.0)


def seen() -> tuple[Site, JointObservation]:
    site, epochs = kept_epochs(SPEC, 60)
    return site, Codec(site).encode(epochs)


def slots_are_greedy(scores: np.ndarray, reference: np.ndarray) -> np.ndarray:
    return scores.argmax(axis=1) == reference.argmax(axis=1)


def test_the_guide_is_the_atc_rule() -> None:
    """On what a vehicle sees; where it sees all tasks, the days are those of the baseline, decision by decision."""
    site, epochs = kept_epochs(SPEC, 200)
    rule = IndexPolicy(rules.AtcScore(2.0))
    rule.reset(site, np.random.default_rng(0))
    same = [
        np.array_equal(decide_jointly(Codec(site), [epoch], atc_scores)[0][0].columns, rule.decide(epoch).columns)
        for epoch in epochs
    ]
    assert np.mean(same) > 0.99


def test_where_a_planner_shows_what_it_would_do_it_is_the_guide() -> None:
    site, epochs = kept_epochs(SPEC, 60)
    last = [epoch.feasible.shape[1] - 1 - epoch.feasible[:, ::-1].argmax(axis=1) for epoch in epochs]
    said = [Advice(columns) for columns in last]
    observation = Codec(site).encode(epochs, shown=said)
    told, policy = np.flatnonzero(observation.shown >= 0), np.zeros(observation.mask.shape)
    for guide, share_of_followers in (("planner", 1.0), ("atc", 0.0)):
        still = Exploration(guide=guide, best_share=0.0, any_share=0.0)  # type: ignore[arg-type]
        scores = ExploringScorer(lambda _: policy, still, 1.0, np.random.default_rng(0))(observation)
        follows = scores[told].argmax(axis=1) == observation.shown[told]
        is_odd = atc_scores(observation)[told].argmax(axis=1) != observation.shown[told]
        assert np.mean(follows[is_odd]) == share_of_followers and is_odd.sum() > 5


def test_without_exploration_the_policy_acts() -> None:
    _, observation = seen()
    still = Exploration(best_share=0.0, any_share=0.0)
    scores = ExploringScorer(atc_scores, still, 0.0, np.random.default_rng(0))(observation)
    assert np.array_equal(scores, atc_scores(observation))


def test_lots_fall_on_candidates_only() -> None:
    _, observation = seen()
    for exploration in (Exploration(any_share=1.0), Exploration(best_share=1.0, any_share=0.0)):
        scores = ExploringScorer(atc_scores, exploration, 0.5, np.random.default_rng(0))(observation)
        assert np.array_equal(scores > -np.inf, observation.mask)


def test_lots_among_the_best_fall_on_the_best() -> None:
    _, observation = seen()
    exploration = Exploration(best_share=1.0, num_best=2, any_share=0.0)
    may_be_first = np.where(observation.is_deferred, -np.inf, atc_scores(observation))
    second = np.sort(may_be_first, axis=1)[:, ::-1][:, 1]
    taken = set()
    for seed in range(20):
        scores = ExploringScorer(atc_scores, exploration, 0.0, np.random.default_rng(seed))(observation)
        chosen = scores.argmax(axis=1)
        assert (may_be_first[np.arange(len(chosen)), chosen] >= second).all()
        taken.add(tuple(chosen))
    assert len(taken) > 10


def test_shares_are_shares() -> None:
    """Of many rows with a choice, the lots change about the share that draws them, less those that draw the best."""
    _, observation = seen()
    wide = np.count_nonzero(observation.mask & ~observation.is_deferred, axis=1) >= 3
    changed = []
    for seed in range(40):
        exploration = Exploration(best_share=0.3, num_best=3, any_share=0.0)
        scores = ExploringScorer(atc_scores, exploration, 0.0, np.random.default_rng(seed))(observation)
        changed.append(~slots_are_greedy(scores, atc_scores(observation))[wide])
    assert 0.3 * 2 / 3 - 0.05 < np.mean(changed) < 0.3 * 2 / 3 + 0.05


def test_chance_can_guide() -> None:
    _, observation = seen()
    exploration = Exploration(guide="random", best_share=0.0, any_share=0.0)
    first, second = (
        ExploringScorer(atc_scores, exploration, 1.0, np.random.default_rng(seed))(observation) for seed in (0, 1)
    )
    assert not np.array_equal(first.argmax(axis=1), second.argmax(axis=1))


def test_the_guide_drops_off_while_it_sees_no_pick_up() -> None:
    """With room for more on board it must not wait for more."""
    spec = scenario(fleet__0__max_tasks_on_board=5, fleet__0__count=1, demand__rate_per_h=30)
    site, epochs = kept_epochs(spec, 30)
    loaded = [epoch for epoch in epochs if any(epoch.snapshot.on_board) and epoch.num_pending == 0]
    assert loaded
    for epoch in loaded:
        (column,) = decide_jointly(Codec(site), [epoch], atc_scores)[0][0].columns
        assert epoch.stops["kind"][column] == int(StopKind.DROP_OFF)
