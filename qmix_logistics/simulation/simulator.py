"""The simulator: from one decision epoch to the next, until the day ends."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy
from jaxtyping import Bool, Int, Shaped

from qmix_logistics.simulation.collecting import order_records, segment_records, task_records
from qmix_logistics.simulation.day import Day
from qmix_logistics.simulation.drop_offs import drop_offs
from qmix_logistics.simulation.epoch import DecisionEpoch, Dispatch, End
from qmix_logistics.simulation.feasibility import Feasibility
from qmix_logistics.simulation.lanes.present_ways import PresentWays
from qmix_logistics.simulation.lanes.traffic import LaneTraffic
from qmix_logistics.simulation.last_choices import LastChoices
from qmix_logistics.simulation.late_dispatch import LateDispatch
from qmix_logistics.simulation.ledger import Ledger
from qmix_logistics.simulation.mishaps import start_mishaps
from qmix_logistics.simulation.records import DayRecords
from qmix_logistics.simulation.site import Site
from qmix_logistics.simulation.state import PICK_UP, Stop, StopKind
from qmix_logistics.simulation.vehicle import Vehicle
from qmix_logistics.simulation.world import World, release_orders

_KINDS = tuple(StopKind)


class Simulator:
    """
    Plays days: ``reset`` begins one, ``advance`` goes from epoch to epoch.

    SimPy processes cannot be copied; to come back to a state, play the same day with the same dispatches again.

    Parameters
    ----------
    site
        The site.
    discount_time_constant_s
        For the discounted costs of the intervals; None: no discounting.
    travel_weight
        The price of travel in them over that of the objective: for a learner to whom it should seem dearer.
    is_recording
        Whether vehicles' stops, states and visits are recorded, for KPIs; training leaves it out.
    """

    def __init__(
        self,
        site: Site,
        *,
        discount_time_constant_s: float | None = None,
        travel_weight: float = 1.0,
        is_recording: bool = True,
    ) -> None:
        self.site = site
        self._tau_s, self._travel_weight = discount_time_constant_s, travel_weight
        self._is_recording = is_recording
        self._epoch: DecisionEpoch | None = None

    def reset(self, day: Day) -> DecisionEpoch:
        """
        Begin a day and return its first decision epoch, or its end if no one has to decide anything.

        Parameters
        ----------
        day
            The day.
        """
        self._env = simpy.Environment()
        self._ledger = Ledger(self.site.objective, self._tau_s, self._travel_weight)
        self._world = World(self._env, self.site, day, self._ledger, is_recording=self._is_recording)
        self._traffic = LaneTraffic(self._world, self.site.lanes) if self.site.lanes is not None else None
        self._feasibility = Feasibility(self._world)
        self._vehicles = [Vehicle(self._world, n, self._traffic) for n in range(len(self._world.vehicles))]
        self._last_choices = LastChoices(self._world, self._feasibility, self._vehicles)
        self._time_is_over = False
        self._late: LateDispatch | None = None
        self._returns_home = np.array([vehicle_class.returns_home for vehicle_class in self.site.fleet.classes])
        self._env.process(release_orders(self._world))
        self._env.process(self._end_day())
        self._planner = start_mishaps(self._world, self._vehicles, self._last_choices.forget_all)
        return self._run()

    def advance(self, dispatch: Dispatch) -> DecisionEpoch:
        """
        Carry out decisions and return the next decision epoch, or the end of the day.

        Parameters
        ----------
        dispatch
            One stop for each decider. One that is not feasible, or a task that another decider takes, counts as a
            violation of the mask and is replaced by waiting, or by the first feasible stop.

        Raises
        ------
        RuntimeError
            If the day has ended, or ``reset`` was not called.
        """
        epoch = self._epoch
        if epoch is None or epoch.end is not None:
            raise RuntimeError("there is nothing to decide: call reset to begin a day")
        self._world.records.num_decisions += epoch.num_deciders
        self._world.records.candidate_cuts += dispatch.num_cut
        columns = self._legal_columns(epoch, dispatch)
        if dispatch.after_s > 0:
            self._late = LateDispatch(epoch, columns, dispatch, self._env.now + dispatch.after_s, self._world.news)
            self._env.timeout(dispatch.after_s)
        else:
            self._carry_out(epoch, columns, dispatch)
        return self._run()

    def records(self) -> DayRecords:
        """Return what has happened in the day; complete once it has ended."""
        records = self._world.records
        records.total_cost, records.end_s = self._ledger.total_cost, float(self._env.now)
        records.orders, records.tasks = order_records(self._world), task_records(self._world)
        records.segments = segment_records(self._world)
        return records

    @property
    def total_cost(self) -> float:
        """Cost of the day so far."""
        return self._ledger.total_cost

    def _run(self) -> DecisionEpoch:
        """Let everything at an instant happen, then see who must decide."""
        env, world = self._env, self._world
        while True:
            if env.peek() > env.now:
                if self._time_is_over or (world.demand_is_over and world.num_open_orders == 0 and self._all_is_done()):
                    return self._finish()
                if self._late is not None and env.now >= self._late.at_s:
                    late, self._late = self._late, None
                    self._carry_out_late(late)
                    continue
                if world.is_dirty and self._late is None:
                    world.is_dirty = False
                    if self._ask():
                        assert self._epoch is not None
                        return self._epoch
                    continue
            env.step()

    def _all_is_done(self) -> bool:
        """Tell whether nothing is on board any more, such as of an order that was lost, and all are home that must."""
        columns = self._world.columns
        if np.count_nonzero(columns.num_on_board):
            return False
        is_home = columns.is_available & (columns.place == self.site.fleet.home)
        return bool(is_home[self._returns_home].all())

    def _ask(self) -> bool:
        """Make an epoch of the vehicles that have a choice they have not made yet; take single legal stops at once."""
        world = self._world
        available = world.columns.is_available.nonzero()[0].tolist()
        deciders = np.array([number for number in available if not self._last_choices.is_settled(number)], int)
        if not len(deciders):
            return False
        stops, feasible = self._enumerate(deciders)
        keep = []
        for row, number in enumerate(deciders.tolist()):
            if self._last_choices.is_same(number, feasible[row]):
                continue
            if np.count_nonzero(feasible[row]) == 1 and (only := stops[feasible[row].argmax()])["kind"] != PICK_UP:
                self._assign(number, Stop(_KINDS[only["kind"]], int(only["place"]), int(only["task"])), feasible[row])
            else:
                keep.append(row)
        if not keep:
            return False
        if len(keep) < len(deciders):
            deciders, feasible = deciders[keep], feasible[keep]
        self._epoch = self._make_epoch(deciders, stops, feasible, end=None)
        return True

    def _make_epoch(
        self,
        deciders: Int[np.ndarray, " decider"],
        stops: Shaped[np.ndarray, " stop"],
        feasible: Bool[np.ndarray, "decider stop"],
        end: End | None,
    ) -> DecisionEpoch:
        traffic = self._traffic
        return DecisionEpoch(
            snapshot=self._world.snapshot(),
            interval=self._ledger.cut(self._env.now),
            end=end,
            deciders=deciders,
            stops=stops,
            feasible=feasible,
            num_chargers=len(self.site.chargers),
            num_parking=len(self.site.parking),
            num_pending=self._world.board.num_pending,
            is_planner_up=self._planner.is_up,
            ways=PresentWays(traffic, self._world) if traffic is not None and traffic.offers_ways else None,
        )

    def _enumerate(
        self, deciders: Int[np.ndarray, " decider"]
    ) -> tuple[Shaped[np.ndarray, " stop"], Bool[np.ndarray, "decider stop"]]:
        world, stops = self._world, self._world.board.stops
        feasible = np.zeros((len(deciders), len(stops)), bool)
        blocks = [stops]
        loaded: list[tuple[int, int]] = []
        for row, number in enumerate(deciders.tolist()):
            self._feasibility.mark(feasible[row], stops, number, self._vehicles[number])
            if world.on_board[number]:
                blocks.append(drop_offs(world, number))
                loaded.append((row, len(blocks[-1])))
        if loaded:
            stops = np.concatenate(blocks)
            first = feasible.shape[1]
            feasible = np.pad(feasible, ((0, 0), (0, len(stops) - first)))
            for row, width in loaded:
                feasible[row, first : first + width] = True
                first += width
        return stops, feasible

    def _legal_columns(self, epoch: DecisionEpoch, dispatch: Dispatch) -> list[int]:
        columns, taken = [], set()
        for row, column in enumerate(np.asarray(dispatch.columns).tolist()):
            task = int(epoch.stops["task"][column])
            if not epoch.feasible[row, column] or task in taken:
                self._world.records.mask_violations += 1
                column = self._fallback(epoch.feasible[row])
                task = int(epoch.stops["task"][column])
            if task >= 0:
                taken.add(task)
            columns.append(column)
        return columns

    def _fallback(self, feasible: Bool[np.ndarray, " stop"]) -> int:
        """Return waiting, or else a charger, or else a drop-off."""
        facilities = np.flatnonzero(feasible[: self._feasibility.num_facilities])
        return int(facilities[-1]) if len(facilities) else int(feasible.argmax())

    def _carry_out_late(self, late: LateDispatch) -> None:
        """Do what can still be done of what was decided a while ago; ask the vehicles of the rest again."""
        available = self._world.columns.is_available
        deciders = late.epoch.deciders[available[late.epoch.deciders]]
        stops, feasible = self._enumerate(deciders)
        epoch, columns, dispatch = late.now_on(deciders, stops, feasible)
        num_stale = late.epoch.num_deciders - epoch.num_deciders
        self._world.records.stale_decisions += num_stale
        self._carry_out(epoch, columns, dispatch)
        self._world.is_dirty |= num_stale > 0
        if self._world.news != late.news:
            self._last_choices.forget(epoch.deciders[available[epoch.deciders]].tolist())  # they wait, unaware of it

    def _carry_out(self, epoch: DecisionEpoch, columns: list[int], dispatch: Dispatch) -> None:
        """Take claimed tasks off the board, send the vehicles off, and note what the waiting ones could have done."""
        kinds, places, tasks = epoch.stops["kind"], epoch.stops["place"], epoch.stops["task"]
        routes = [0] * len(columns) if dispatch.routes is None else dispatch.routes.tolist()
        stops = [
            Stop(_KINDS[kinds[column]], int(places[column]), int(tasks[column]), route)
            for column, route in zip(columns, routes, strict=True)
        ]
        left = epoch.feasible
        for number, column, stop in zip(epoch.deciders.tolist(), columns, stops, strict=True):
            if stop.kind is PICK_UP:
                left[:, column] = False
                self._world.claim(stop.task, number)
        declined = [order for order in dispatch.declined if self._world.decline_order(order)]
        if declined:
            left[:, np.isin(epoch.stops["order"], declined)] = False
        for row, number in enumerate(epoch.deciders.tolist()):
            self._assign(number, stops[row], left[row])

    def _assign(self, number: int, stop: Stop, left: Bool[np.ndarray, " stop"]) -> None:
        """Send a vehicle off; if it stays, note what else it could still have done."""
        self._last_choices.note(number, stop, left)
        self._vehicles[number].assign(stop)

    def _finish(self) -> DecisionEpoch:
        world, now = self._world, self._env.now
        for vehicle in self._vehicles:
            vehicle.close()
        is_complete = world.num_open_orders == 0 and self.site.horizon.drain_s > 0
        world.records.end = End.COMPLETED if is_complete else End.TRUNCATED
        is_open = (world.day.orders["release_s"] <= now) & np.isnan(world.order_closed_s)
        open_weight = float(world.day.orders["weight"][is_open].sum())
        self._ledger.charge(now, open_weight * self.site.objective.unfinished_order_cost)
        stops = world.board.stops
        self._epoch = self._make_epoch(np.zeros(0, int), stops, np.zeros((0, len(stops)), bool), world.records.end)
        return self._epoch

    def _end_day(self) -> Generator[simpy.Event, Any, None]:
        yield self._env.timeout(self.site.horizon.demand_s)
        self._world.demand_is_over = True
        self._world.note_end_of_work()
        yield self._env.timeout(self.site.horizon.drain_s)
        self._time_is_over = True
