"""How far and how fast a vehicle may roll behind the one ahead of it on a lane."""

from __future__ import annotations

from qmix_logistics.simulation.lanes.lane import Rider

EPSILON_M = 1e-9
PASSING_M = 1e-6
"""A vehicle that rolls and is this near to a position is passing it."""
SHORTEST_WAIT_S = 1e-6
"""Who waits for a vehicle that is just about to stand looks again after this time."""


def limit_m(rider: Rider, here_m: float, goal_m: float, leader: Rider | None) -> float:
    """
    Return how far a vehicle may go: to its goal, or to where the one ahead will stand.

    Parameters
    ----------
    rider
        The vehicle.
    here_m
        Where it is.
    goal_m
        Where it wants to go.
    leader
        Who is ahead; None: no one.
    """
    if leader is None:
        return goal_m
    if leader.direction != rider.direction:
        return here_m
    return goal_m if (leader.goal_m - goal_m) * leader.direction > 0 else leader.goal_m


def has_passed(rider: Rider, leader: Rider, goal_m: float, time_s: float) -> bool:
    """
    Tell whether the one ahead leaves a position free: it comes the other way, or is past, or just passing.

    Parameters
    ----------
    rider
        Who wants to go there.
    leader
        Who is ahead.
    goal_m
        The position.
    time_s
        Now.
    """
    if leader.direction != rider.direction:
        return True
    assert leader.lane is not None
    past_m = (leader.lane.position_m(leader, time_s) - goal_m) * leader.direction
    return past_m > 0 or (leader.speed_mps > 0 and past_m > -PASSING_M)


def until_passed_s(leader: Rider, goal_m: float, time_s: float) -> float:
    """
    Return the time until the one ahead has passed a position, or stands; longer if it is held up itself.

    Parameters
    ----------
    leader
        Who is ahead; it rolls.
    goal_m
        The position.
    time_s
        Now.
    """
    assert leader.lane is not None
    leader_m = leader.position_m(time_s)
    is_held_up = abs(leader_m - leader.lane.position_m(leader, time_s)) > PASSING_M
    goes_on = (leader.goal_m - goal_m) * leader.direction > 0 and not is_held_up
    return max(abs((goal_m if goes_on else leader.goal_m) - leader_m) / leader.speed_mps, SHORTEST_WAIT_S)


def speed_behind_mps(rider: Rider, free_mps: float, goal_m: float, time_s: float) -> float:
    """
    Return the speed at which to get to a position: no sooner than the one ahead, if it rolls there too.

    Parameters
    ----------
    rider
        The vehicle.
    free_mps
        Its speed with no one ahead.
    goal_m
        The position.
    time_s
        Now.
    """
    leader = rider.lane.leader_of(rider) if rider.lane is not None else None
    if leader is None or leader.speed_mps == 0 or leader.direction != rider.direction:
        return free_mps
    ahead_m = (goal_m - leader.position_m(time_s)) * leader.direction
    if ahead_m <= EPSILON_M:
        return free_mps
    return min(free_mps, abs(goal_m - rider.position_m(time_s)) / (ahead_m / leader.speed_mps))
