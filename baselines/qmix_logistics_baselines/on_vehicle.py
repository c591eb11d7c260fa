"""Any rule or planner on every vehicle: each decides for itself, on what it knows, always or in an outage."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qmix_logistics.environment.local_view import local_view
from qmix_logistics.episode import Policy
from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site


class OnVehiclePolicy:
    """
    Every vehicle has a planner of its own, which knows the board within range and the vehicles that it hears.

    It plans for those too, and does its own part of the plan. Vehicles that decide at the same time claim their stops
    one after the other.

    Parameters
    ----------
    make_planner
        Returns a new planner.
    """

    information = "local"

    def __init__(self, make_planner: Callable[[], Policy]) -> None:
        self._make_planner = make_planner
        self._planners: list[Policy] = []

    @property
    def num_cut_off(self) -> int:
        """Decisions that a clock cut short; see ``Policy``."""
        return sum(planner.num_cut_off for planner in self._planners)

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._site = site
        self._planners = [self._make_planner() for _ in range(site.fleet.num_vehicles)]
        for planner in self._planners:
            planner.reset(site, rng)

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Let each decider plan, and take its own next stop; see ``Policy``."""
        columns, ways = np.full(epoch.num_deciders, -1), np.zeros(epoch.num_deciders, int)
        declined: set[int] = set()
        first = epoch.pick_ups.start
        for row, number in enumerate(epoch.deciders.tolist()):
            taken = columns[columns >= first]
            left = epoch.without(columns) if row else epoch
            view = local_view(self._site, left, 0, taken)
            said = self._planners[number].decide(view.epoch)
            columns[row] = view.columns[said.columns[view.row]]
            ways[row] = 0 if said.routes is None else said.routes[view.row]
            declined.update(said.declined)
        return Dispatch(columns, routes=None if epoch.ways is None else ways, declined=tuple(sorted(declined)))

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """Decide as ever: no one else is needed; see ``Policy``."""
        return self.decide(epoch)


class FallbackPolicy:
    """
    A central planner, and while it cannot be reached every vehicle's own.

    Parameters
    ----------
    central
        Decides as long as it can be reached.
    own
        Decides in an outage.
    """

    information = "advised"

    def __init__(self, central: Policy, own: Policy) -> None:
        self._central, self._own = central, own

    @property
    def num_cut_off(self) -> int:
        """Decisions that a clock cut short; see ``Policy``."""
        return self._central.num_cut_off + self._own.num_cut_off

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._central.reset(site, rng)
        self._own.reset(site, rng)

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Let the centre decide, or else each decider; see ``Policy``."""
        return self._central.decide(epoch) if epoch.is_planner_up else self._own.decide(epoch)

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """Decide as ever: on the vehicles while the centre is away; see ``Policy``."""
        return self.decide(epoch)
