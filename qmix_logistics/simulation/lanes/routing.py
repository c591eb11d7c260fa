"""Ways through the lanes: the shortest, and the quickest under present congestion."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from qmix_logistics.simulation.lanes.lane import Lane
from qmix_logistics.simulation.lanes.route import PresentTimes, Route, Start, Step
from qmix_logistics.simulation.lanes.segments import FORWARD, Berth, Edge, Gate, Lanes

REPEATED = 2.0
"""An arc of a way that was offered already counts this many times longer for the next one."""


class Router:
    """
    Finds ways for a class of vehicles.

    Parameters
    ----------
    lanes
        The lanes of the site.
    in_use
        The same lanes in use.
    class_index
        Which class.
    speed_mps
        Its speed.
    """

    def __init__(self, lanes: Lanes, in_use: Sequence[Lane], class_index: int, speed_mps: float) -> None:
        self._lanes, self._in_use, self._speed_mps = lanes, in_use, speed_mps
        self._edges = [edge for edge, is_open in zip(lanes.edges, lanes.is_open[class_index], strict=True) if is_open]
        self._free_s = [segment.length_m / self._speed_of(number) for number, segment in enumerate(lanes.segments)]
        self._out: list[list[Edge]] | None = None
        self._trees: dict[int, dict[int, Edge | None]] = {}
        self._backwards: tuple[dict[tuple[int, int], Edge], csr_array] | None = None

    def forget(self) -> None:
        """Forget all ways, because an arc has been blocked or opened."""
        self._trees.clear()
        self._backwards = self._out = None

    def shortest(self, starts: Sequence[Start], here: Sequence[Berth], place: int) -> Route | None:
        """
        Return the shortest way at free speed; None if all ways are blocked.

        Parameters
        ----------
        starts
            Where to go on.
        here
            Berths at which the vehicle stands.
        place
            Where to.
        """
        best = self._direct(here, place)
        for finish, steps, gate, cost_s in self._finishes(place):
            for start in starts:
                on_way = self._along_tree(start.junction, finish)
                if on_way is None:
                    continue
                time_s = start.cost_s + sum(self._free_s[edge.segment] for edge in on_way) + cost_s
                if best is None or time_s < best.time_s:
                    best = Route((*start.steps, *map(self._whole, on_way), *steps), gate, time_s)
        return best

    def choices(
        self, starts: Sequence[Start], here: Sequence[Berth], place: int, number: int, known: PresentTimes | None = None
    ) -> list[Route]:
        """
        Return the shortest way, then the quickest others under present congestion; fewer if there are no more.

        Parameters
        ----------
        starts, here, place
            As for ``shortest``.
        number
            How many at most.
        known
            Times at this instant that are known already; more are added.
        """
        known = {} if known is None else known
        shortest = self.shortest(starts, here, place)
        if shortest is None:
            return []
        routes = [shortest]
        used: dict[tuple[int, int], float] = {}
        for _ in range(2 * number):
            if len(routes) >= number:
                break
            route = self._quickest(starts, here, place, used, known)
            if route is None:
                break
            if all(route.steps != known.steps for known in routes):
                routes.append(route)
            for step in route.steps:
                used[step.segment, step.direction] = used.get((step.segment, step.direction), 1.0) * REPEATED
        return routes

    def quickest_s(
        self, starts: Sequence[Start], here: Sequence[Berth], places: Sequence[int], known: PresentTimes
    ) -> list[float]:
        """
        Return the time to each place by the quickest way under present congestion; infinite if there is none.

        Parameters
        ----------
        starts, here, known
            As for ``choices``.
        places
            Where to.
        """
        finishes = [self._finishes(place) for place in places]
        wanted = {finish[0] for several in finishes for finish in several}
        before = self._search(starts, wanted, {}, known)
        times_s = []
        for place, several in zip(places, finishes, strict=True):
            direct = self._direct(here, place)
            found = [before[finish][0] + cost_s for finish, _, _, cost_s in several if finish in before]
            times_s.append(min(found + ([direct.time_s] if direct else []), default=math.inf))
        return times_s

    def present_s(self, route: Route, known: PresentTimes | None = None) -> float:
        """
        Return the time that a way takes under present congestion.

        Parameters
        ----------
        route
            The way.
        known
            As for ``choices``.
        """
        known = {} if known is None else known
        time_s = (route.gate.in_m if route.gate else 0.0) / self._speed_mps
        for step in route.steps:
            share = abs(step.to_m - step.from_m) / max(self._lanes.segments[step.segment].length_m, 1e-9)
            time_s += share * self._known_s(step.segment, step.direction, known)
        return time_s

    def _quickest(
        self,
        starts: Sequence[Start],
        here: Sequence[Berth],
        place: int,
        used: dict[tuple[int, int], float],
        known: PresentTimes,
    ) -> Route | None:
        finishes = self._finishes(place)
        before = self._search(starts, {finish[0] for finish in finishes}, used, known)
        best = self._direct(here, place)
        for finish, steps, gate, cost_s in finishes:
            if finish not in before:
                continue
            on_way, junction = [], finish
            while (edge := before[junction][1]) is not None:
                on_way.append(edge)
                junction = edge.tail
            start = min((s for s in starts if s.junction == junction), key=lambda s: s.cost_s)
            time_s = before[finish][0] + cost_s
            if best is None or time_s < best.time_s:
                best = Route((*start.steps, *map(self._whole, reversed(on_way)), *steps), gate, time_s)
        return best

    def _search(
        self, starts: Sequence[Start], wanted: set[int], used: Mapping[tuple[int, int], float], known: PresentTimes
    ) -> dict[int, tuple[float, Edge | None]]:
        """Dijkstra's algorithm from several junctions until all wanted ones are reached; used ways count as longer."""
        found: dict[int, tuple[float, Edge | None]] = {}
        queue: list[tuple[float, int, int, Edge | None]] = []
        for count, start in enumerate(starts):
            heapq.heappush(queue, (start.cost_s, count, start.junction, None))
        count, left, out = len(queue), set(wanted), self._open()
        while queue and left:
            cost_s, _, junction, edge = heapq.heappop(queue)
            if junction in found:
                continue
            found[junction] = cost_s, edge
            left.discard(junction)
            for following in out[junction]:
                _, head, number, direction = following
                if head not in found:
                    count += 1
                    time_s = used.get((number, direction), 1.0) * self._known_s(number, direction, known)
                    heapq.heappush(queue, (cost_s + time_s, count, head, following))
        return found

    def _open(self) -> list[list[Edge]]:
        """Return the open edges out of each junction."""
        if self._out is None:
            self._out = [[] for _ in range(self._lanes.num_junctions)]
            for edge in self._edges:
                if not self._is_closed(edge):
                    self._out[edge.tail].append(edge)
        return self._out

    def _direct(self, here: Sequence[Berth], place: int) -> Route | None:
        """Return the way to a place ahead on the same lane."""
        for berth in here:
            for other in self._lanes.berths[place]:
                ahead_m = (other.offset_m - berth.offset_m) * berth.direction
                if other[:2] == berth[:2] and ahead_m >= 0:
                    step = Step(berth.segment, berth.direction, berth.offset_m, other.offset_m)
                    return Route((step,), None, ahead_m / self._speed_of(berth.segment))
        return None

    def _finishes(self, place: int) -> list[tuple[int, tuple[Step, ...], Gate | None, float]]:
        """Return the junctions from which a place is entered, each with the last stretch, the gate and the time."""
        gate = self._lanes.gates[place]
        if gate is not None:
            return [(gate.junction, (), gate, gate.in_m / self._speed_mps)]
        finishes: list[tuple[int, tuple[Step, ...], Gate | None, float]] = []
        for berth in self._lanes.berths[place]:
            segment = self._lanes.segments[berth.segment]
            is_forward = berth.direction == FORWARD
            if berth.direction in self._in_use[berth.segment].closed:
                continue
            begin_m = 0.0 if is_forward else segment.length_m
            step = Step(berth.segment, berth.direction, begin_m, berth.offset_m)
            time_s = abs(berth.offset_m - begin_m) / self._speed_of(berth.segment)
            finishes.append((segment.tail if is_forward else segment.head, (step,), None, time_s))
        return finishes

    def _along_tree(self, junction: int, finish: int) -> list[Edge] | None:
        if finish not in self._trees:
            self._trees[finish] = self._tree(finish)
        tree, on_way = self._trees[finish], []
        while junction != finish:
            edge = tree.get(junction)
            if edge is None:
                return None
            on_way.append(edge)
            junction = edge.head
        return on_way

    def _tree(self, finish: int) -> dict[int, Edge | None]:
        """Return the next edge of the shortest way to a junction, from every other."""
        if self._backwards is None:
            self._backwards = self._graph()
        best, times = self._backwards
        if not best:
            return {}
        _, following = dijkstra(times, indices=[finish], return_predecessors=True)
        return {junction: best.get((junction, after)) for junction, after in enumerate(following[0].tolist())}

    def _graph(self) -> tuple[dict[tuple[int, int], Edge], csr_array]:
        """Return the best open edge between two junctions, and the times of all of them, from head to tail."""
        best: dict[tuple[int, int], Edge] = {}
        for edge in self._edges:
            key = edge.tail, edge.head
            if not self._is_closed(edge) and (
                key not in best or self._free_s[edge.segment] < self._free_s[best[key].segment]
            ):
                best[key] = edge
        tails, heads = np.array(list(best), int).reshape(-1, 2).T
        times_s = np.array([max(self._free_s[edge.segment], 1e-9) for edge in best.values()])
        number = self._lanes.num_junctions
        return best, csr_array((times_s, (heads, tails)), shape=(number, number))

    def _is_closed(self, edge: Edge) -> bool:
        return edge.direction in self._in_use[edge.segment].closed

    def _whole(self, edge: Edge) -> Step:
        length_m = self._lanes.segments[edge.segment].length_m
        if edge.direction == FORWARD:
            return Step(edge.segment, edge.direction, 0.0, length_m)
        return Step(edge.segment, edge.direction, length_m, 0.0)

    def _speed_of(self, segment: int) -> float:
        return min(self._speed_mps, self._lanes.segments[segment].max_speed_mps)

    def _known_s(self, number: int, direction: int, known: PresentTimes) -> float:
        time_s = known.get((number, direction))
        if time_s is None:
            time_s = known[number, direction] = self._present_edge_s(number, direction)
        return time_s

    def _present_edge_s(self, number: int, direction: int) -> float:
        """Time through a segment with those who are on it and wait for it; twice as long for who would stand."""
        lane, segment, free_s = self._in_use[number], self._lanes.segments[number], self._free_s[number]
        if not lane.riders and not lane.waiting:
            return free_s
        share = len(lane.riders) / segment.capacity
        slowdown = 1 - self._lanes.rules.slowdown * min(share, 1.0)
        queue_s = (len(lane.waiting) + (share >= 1)) * free_s
        standing = sum(rider.speed_mps == 0 for rider in lane.riders)
        opposed = segment.is_single_lane and any(rider.direction != direction for rider in lane.riders)
        return free_s / slowdown + queue_s + standing * self._lanes.rules.standing_s + opposed * free_s
