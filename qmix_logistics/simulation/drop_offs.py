"""The stops at which a vehicle may drop off what is on board."""

from __future__ import annotations

import numpy as np
from jaxtyping import Shaped

from qmix_logistics.simulation.state import DROP_OFF, STOP
from qmix_logistics.simulation.world import World


def drop_offs(world: World, number: int) -> Shaped[np.ndarray, " stop"]:
    """
    Return the stops at which a vehicle may drop off what is on board.

    Parameters
    ----------
    world
        The state of the day.
    number
        The vehicle's number.

    Returns
    -------
    Records of type ``STOP``: one for each task on board and each place where it may end; of the last one loaded only
    where unloading is last in, first out.
    """
    site, tasks = world.site, world.on_board[number]
    if site.fleet.classes[number].unloading == "lifo":
        tasks = tasks[-1:]
    is_open = site.network.is_open[site.fleet.class_index[number]]
    ends = [[end for end in world.board.ends_of(task).tolist() if is_open[end]] for task in tasks]
    repeated = [task for task, places in zip(tasks, ends, strict=True) for _ in places]
    stops = np.array([world.board.pick_up_of(task) for task in repeated], STOP)
    stops["kind"] = DROP_OFF
    stops["place"] = stops["destination"] = [place for places in ends for place in places]
    stops["handling_s"] = world.day.tasks["mean_drop_off_s"][repeated]
    for row in range(len(stops)):
        station = world.stations.index.get(int(stops["place"][row]))
        if station is not None and len(ends) < len(stops):
            stops["handling_s"][row] = site.stations[station].mean_service_s
    return stops
