"""Times and urgencies that rules, optimisers and learned policies alike judge stops by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from qmix_logistics.scenario.operations import Objective
from qmix_logistics.simulation import DecisionEpoch, Site

Matrix = Float[np.ndarray, "*#batch stop"]
MOST_SHARING = 8
"""Tasks on board among which time is shared at most, where a vehicle may carry many more than it ever does."""


@dataclass(frozen=True, slots=True)
class WorkTimes:
    """
    How long each pick-up and drop-off takes some vehicles.

    Parameters
    ----------
    arrival_s
        From now until the vehicle is there: for one that is busy, after it is free.
    task_s
        From there until the task is done, on average and without a queue: pick-up, way and drop-off, or drop-off.
    """

    arrival_s: Float[np.ndarray, "vehicle work"]
    task_s: Float[np.ndarray, "vehicle work"]


def work_times(site: Site, epoch: DecisionEpoch, vehicles: Int[np.ndarray, " vehicle"]) -> WorkTimes:
    """
    Return how long each pick-up and drop-off takes some vehicles.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    vehicles
        Numbers of vehicles, deciding or busy.
    """
    work = epoch.stops[epoch.work]
    origins, destinations, handling_s = work["place"], work["destination"], work["handling_s"]
    arrival_s = np.empty((len(vehicles), len(work)))
    task_s = np.empty_like(arrival_s)
    task_s_of_class: dict[int, Float[np.ndarray, " work"]] = {}
    for row, number in enumerate(vehicles.tolist()):
        vehicle, speed_class = epoch.snapshot.vehicles[number], int(site.fleet.class_index[number])
        travel_s = site.network.travel_time_s[speed_class]
        if speed_class not in task_s_of_class:
            task_s_of_class[speed_class] = travel_s[origins, destinations] + handling_s
        task_s[row] = task_s_of_class[speed_class]
        if vehicle["is_available"]:
            arrival_s[row] = travel_s[vehicle["place"]].take(origins)
        else:
            free_in_s = max(float(vehicle["free_s"]) - epoch.time_s, 0.0)
            arrival_s[row] = travel_s[vehicle["free_place"]].take(origins) + free_in_s
    return WorkTimes(arrival_s, task_s)


def atc_index(
    objective: Objective, weight: Matrix, slack_s: Matrix, task_s: Matrix, lookahead_s: float
) -> Float[np.ndarray, "*batch stop"]:
    r"""
    Return the apparent tardiness cost index of tasks [1]_, for an objective that also charges for waiting.

    .. math:: I = \frac{w}{p} \left(c_{open} + c_{late} \exp(-\max(0, s) / k)\right)

    Without :math:`c_{open}` this is the published index; without :math:`c_{late}` it is weighted shortest processing
    time, optimal for weighted waiting on one machine.

    Parameters
    ----------
    objective
        Its rates :math:`c_{open}` and :math:`c_{late}`.
    weight
        Weight :math:`w` of a task: its order's, divided by the order's open tasks.
    slack_s
        Slack :math:`s`: time until due, less the task's time.
    task_s
        Time :math:`p` until the vehicle would have done the task, above 0.
    lookahead_s
        Slack :math:`k` over which urgency falls to 1/e.

    References
    ----------
    .. [1] Vepsalainen and Morton (1987), Priority rules for job shops with weighted tardiness costs, Management
       Science 33(8), eq. 3.
    """
    urgency = np.exp(np.minimum(-slack_s / lookahead_s, 0.0))
    return weight / task_s * (objective.open_order_cost_per_h + objective.late_order_cost_per_h * urgency)


def work_index(
    site: Site, epoch: DecisionEpoch, times: WorkTimes, lookahead: float, approach_weight: float = 1.0
) -> Float[np.ndarray, "vehicle work"]:
    """
    Return the ATC index of every pick-up and drop-off for some vehicles.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    times
        How long the tasks take the vehicles.
    lookahead
        In mean task times.
    approach_weight
        How often the time until the vehicle is there counts beside the task's own, for each task that a vehicle may
        carry: tasks on board share their time. Due times know nothing of it.
    """
    work = epoch.stops[epoch.work]
    task_s = np.maximum(times.arrival_s + times.task_s, 1.0)
    weight = work["weight"] / epoch.snapshot.open_tasks[work["order"]]
    slack_s = work["due_s"] - epoch.time_s - task_s
    approach_weight *= min(site.max_tasks_on_board, MOST_SHARING)
    if approach_weight != 1.0:
        task_s = np.maximum(approach_weight * times.arrival_s + times.task_s, 1.0)
    return atc_index(site.objective, weight, slack_s, task_s, lookahead * site.mean_task_s)


def battery_share(
    energy_wh: Float[np.ndarray, "*any"], capacity_wh: Float[np.ndarray, "*any"]
) -> Float[np.ndarray, "*any"]:
    """
    Return energy over capacity; 1 without a battery.

    Parameters
    ----------
    energy_wh
        Energy; infinite without a battery.
    capacity_wh
        Capacity; infinite without a battery.
    """
    has_battery = np.isfinite(capacity_wh)
    return np.divide(energy_wh, capacity_wh, out=np.ones(energy_wh.shape), where=has_battery)
