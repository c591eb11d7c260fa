"""What vehicles without a task do, under every rule and optimiser: drop off, charge, or wait."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from qmix_logistics.simulation import DecisionEpoch, Site, battery_wh, expected_wait_s


def choose_facility(site: Site, epoch: DecisionEpoch, row: int) -> int:
    """
    Return the column of the station, the charger or the waiting that a decider takes.

    A load goes to the station, and a low battery to the charger, with the shortest way and queue together.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    row
        Which decider.
    """
    feasible, number = epoch.feasible[row], int(epoch.deciders[row])
    stations = feasible[epoch.drop_offs].nonzero()[0]
    if len(stations):
        return _quickest(site, epoch, number, stations + epoch.drop_offs.start)
    chargers, battery = feasible[: epoch.num_chargers].nonzero()[0], site.fleet.battery[number]
    if len(chargers) and battery is not None:
        level_pct = 100 * battery_wh(epoch.snapshot.vehicles[number], epoch.time_s) / battery.capacity_wh
        if level_pct <= battery.charge_idle_below_pct or not feasible[epoch.wait]:
            return _quickest(site, epoch, number, chargers)
    return epoch.wait


def _quickest(site: Site, epoch: DecisionEpoch, number: int, columns: Int[np.ndarray, " choice"]) -> int:
    snapshot, places = epoch.snapshot, epoch.stops["place"][columns]
    travel_s = site.network.travel_time_s[site.fleet.class_index[number], snapshot.vehicles["place"][number], places]
    wait_s = np.zeros(site.network.num_places)
    for facilities in (snapshot.stations, snapshot.chargers):
        wait_s[facilities["place"]] = expected_wait_s(facilities)
    return int(columns[(travel_s + wait_s[places]).argmin()])
