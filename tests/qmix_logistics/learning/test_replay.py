from __future__ import annotations

import math

import numpy as np
import pytest
from documents import battery_scenario
from observing import kept_epochs

from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.learning.dispatch.building import replay_shape
from qmix_logistics.learning.dispatch.hindsight import NUM_FEATURES
from qmix_logistics.learning.dispatch.replay import TERMINAL, Replay
from qmix_logistics.learning.dispatch.replay_records import DrawnDecisions

TAU_S = 100.0


@pytest.fixture(scope="module")
def seen() -> tuple[Replay, JointObservation]:
    site, epochs = kept_epochs(battery_scenario(fleet__0__count=4, demand__rate_per_h=400), 12)
    return Replay(replay_shape(site), 2**20), Codec(site).encode(epochs, with_state=True)


def empty(seen: tuple[Replay, JointObservation], size_bytes: float = 2**20) -> Replay:
    site, _ = kept_epochs(battery_scenario(fleet__0__count=4), 1)
    return Replay(replay_shape(site), size_bytes)


def add(replay: Replay, observation: JointObservation, epoch: int) -> int:
    rows = np.flatnonzero(observation.epoch == epoch)
    slots = observation.mask[rows].argmax(axis=1)
    return replay.add(observation, epoch, rows, slots, np.arange(NUM_FEATURES) / 100)


def chain(replay: Replay, observation: JointObservation, last: int | None) -> list[int]:
    """Four decisions, 10, 20 and 40 s apart, with rewards -1, -2 and -4; what follows the last is as given."""
    numbers = [add(replay, observation, epoch) for epoch in range(4)]
    for index, (reward, elapsed_s) in enumerate([(-1.0, 10.0), (-2.0, 20.0), (-4.0, 40.0)]):
        replay.connect(numbers[index], numbers[index + 1], reward, elapsed_s)
    if last is not None:
        replay.connect(numbers[3], last, -8.0, 80.0)
    return numbers


def sample_of(replay: Replay, observation: JointObservation, horizon_s: float) -> dict[float, DrawnDecisions]:
    """Draw often; return one sample for each state drawn, by its time."""
    names = {}
    for seed in range(60):
        drawn = replay.sample(1, TAU_S, horizon_s, np.random.default_rng(seed))
        names[int(drawn.epochs["first_row"][0])] = drawn
    return names


def test_returns_by_hand(seen: tuple[Replay, JointObservation]) -> None:
    """Summed until at least 25 s have passed: over two intervals from the first, over one from the third."""
    replay = empty(seen)
    numbers = chain(replay, seen[1], TERMINAL)
    drawn = sample_of(replay, seen[1], 25.0)
    first, second, third, fourth = (drawn[key] for key in sorted(drawn))
    assert first.returns[0] == pytest.approx(-1 - 2 * math.exp(-0.1))
    assert first.discounts[0] == pytest.approx(math.exp(-0.3))
    assert second.returns[0] == pytest.approx(-2 - 4 * math.exp(-0.2))
    assert third.returns[0] == pytest.approx(-4) and third.discounts[0] == pytest.approx(math.exp(-0.4))
    assert fourth.returns[0] == pytest.approx(-8) and fourth.discounts[0] == 0
    assert first.next_epochs["first_row"] == third.epochs["first_row"]
    assert len(numbers) == 4


def test_an_unfinished_day_bootstraps_from_its_last_decision(seen: tuple[Replay, JointObservation]) -> None:
    """A time limit is no end: decisions before it bootstrap; the last, whose future is unknown, is not drawn."""
    replay = empty(seen)
    chain(replay, seen[1], None)
    drawn = sample_of(replay, seen[1], 1e9)
    first, second, third = (drawn[key] for key in sorted(drawn))
    assert all(sample.discounts[0] > 0 for sample in (first, second, third))
    assert first.returns[0] == pytest.approx(-1 - 2 * math.exp(-0.1) - 4 * math.exp(-0.3))
    assert first.discounts[0] == pytest.approx(math.exp(-0.7))


def test_a_completed_day_is_worth_nothing_more(seen: tuple[Replay, JointObservation]) -> None:
    replay = empty(seen)
    chain(replay, seen[1], TERMINAL)
    assert all(sample.discounts[0] == 0 for sample in sample_of(replay, seen[1], 1e9).values())


def test_one_epoch_returns(seen: tuple[Replay, JointObservation]) -> None:
    replay = empty(seen)
    chain(replay, seen[1], TERMINAL)
    drawn = sample_of(replay, seen[1], 0.0)
    assert [drawn[key].returns[0] for key in sorted(drawn)] == pytest.approx([-1, -2, -4, -8])


def test_what_was_seen_comes_back(seen: tuple[Replay, JointObservation]) -> None:
    """To half precision, mask and deciders exactly."""
    replay, observation = empty(seen), seen[1]
    chain(replay, observation, TERMINAL)
    for number, drawn in enumerate(dict(sorted(sample_of(replay, observation, 0.0).items())).values()):
        rows = observation.epoch == number
        width = observation.mask.shape[1]
        assert np.array_equal(drawn.rows["mask"][:, :width], observation.mask[rows])
        assert np.array_equal(drawn.rows["decider"], observation.decider[rows])
        np.testing.assert_allclose(drawn.rows["stops"][:, :width], observation.stops[rows], rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(drawn.epochs["hindsight"][0], np.arange(NUM_FEATURES) / 100, atol=1e-3)


def test_memory_is_what_was_asked_for_and_the_oldest_goes(seen: tuple[Replay, JointObservation]) -> None:
    replay = empty(seen, 100_000)
    assert 95_000 <= replay.size_bytes <= 100_000
    previous = None
    for _ in range(40):
        for epoch in range(10):
            number = add(replay, seen[1], epoch)
            if previous is not None:
                replay.connect(previous, number, -float(number), 5.0)
            previous = number
    drawn = replay.sample(200, TAU_S, 0.0, np.random.default_rng(0))
    assert replay.num_epochs == 400
    assert -drawn.returns.max() > 300  # the reward of a decision says when it came: only late ones are left
    assert drawn.rows["mask"].any(axis=1).all() and drawn.next_rows["mask"].any(axis=1).all()


def test_an_illegal_stop_is_not_remembered(seen: tuple[Replay, JointObservation]) -> None:
    """Of the bugs of value factorisation the worst: a masked action in the target."""
    replay, observation = empty(seen), seen[1]
    row = int((~observation.mask).any(axis=1).argmax())
    slot = int((~observation.mask[row]).argmax())
    epoch = int(observation.epoch[row])
    with pytest.raises(AssertionError, match="not on its list"):
        replay.add(observation, epoch, np.array([row]), np.array([slot]), np.zeros(NUM_FEATURES))


def test_a_replay_that_holds_nothing_is_refused(seen: tuple[Replay, JointObservation]) -> None:
    with pytest.raises(ValueError, match="holds no decision"):
        empty(seen, 10)


def test_saved_and_restored(seen: tuple[Replay, JointObservation]) -> None:
    replay, other = empty(seen), empty(seen)
    chain(replay, seen[1], TERMINAL)
    other.restore(replay.state())
    mine, theirs = (each.sample(50, TAU_S, 30.0, np.random.default_rng(1)) for each in (replay, other))
    assert np.array_equal(mine.returns, theirs.returns)
    assert mine.rows.tobytes() == theirs.rows.tobytes()


def test_nothing_can_be_drawn_before_it_is_known_what_came_of_anything(seen: tuple[Replay, JointObservation]) -> None:
    site, _ = kept_epochs(battery_scenario(fleet__0__count=4), 1)
    for priority_exponent in (0.0, 0.6):
        replay = Replay(replay_shape(site), 2**20, priority_exponent)
        assert not replay.can_sample
        first, second = add(replay, seen[1], 0), add(replay, seen[1], 1)
        assert not replay.can_sample
        replay.connect(first, second, -1.0, 10.0)
        assert replay.can_sample
        restored = Replay(replay_shape(site), 2**20, priority_exponent)
        restored.restore(replay.state())
        assert restored.can_sample
