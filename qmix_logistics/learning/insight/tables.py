"""A watched day as tables: every decision, the most telling ones in full, and what deviations cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from qmix_logistics.environment.joint_decision import NO_SLOT
from qmix_logistics.environment.schema import STOP
from qmix_logistics.episode import Policy
from qmix_logistics.learning.dispatch.hindsight import Hindsight
from qmix_logistics.learning.dispatch.learned_policy import LearnedPolicy
from qmix_logistics.learning.insight.deviating import Deviation, costs_of_deviations
from qmix_logistics.learning.insight.explaining import influences, mixing_weights, utilities_of
from qmix_logistics.learning.insight.watching import NOT_LISTED, WatchedDay, WatchedEpoch
from qmix_logistics.learning.network.team_network import TeamNetwork
from qmix_logistics.simulation import NO_TASK, Day, Site, StopKind

MOST_SHOWN = 8
"""So many decisions are shown of each sort: those that cost most to make otherwise, and those it was surest of."""
MOST_FEATURES = 300
"""Of at most so many decisions the influences of features are averaged."""
DIGITS = 6
"""Significant digits of what networks say: the last ones differ between machines."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DayTables:
    """
    The tables of a day.

    Parameters
    ----------
    rows
        Rows by name of the table, see ``evaluation.insight``.
    num_disagreeing
        Joint decisions in which the planner would have done something else.
    """

    rows: dict[str, list[Row]]
    num_disagreeing: int


class DayTabulator:
    """
    Makes the tables.

    Parameters
    ----------
    site, day
        Where and when.
    policy
        Who played.
    mixing
        What mixed utilities in its training; None if it is not known.
    watched
        The day, watched.
    time_constant_s
        Of the discount in its training.
    """

    def __init__(
        self,
        site: Site,
        day: Day,
        policy: LearnedPolicy,
        mixing: TeamNetwork | None,
        watched: WatchedDay,
        time_constant_s: float = 120.0,
    ) -> None:
        self._site, self._policy, self._mixing, self._watched = site, policy, mixing, watched
        self._day, self._hindsight = day, Hindsight(site, day, time_constant_s)
        self._utilities = [utilities_of(policy.network, epoch.observation) for epoch in watched.epochs]
        self._first = np.cumsum([0, *(len(epoch.deciders) for epoch in watched.epochs)]).tolist()

    def tabulate(
        self,
        budget: int,
        price: int,
        rng: np.random.Generator,
        make_adviser: Callable[[], Policy] | None = None,
        report: Callable[[float], None] = lambda share: None,
    ) -> DayTables:
        """
        Return the tables.

        Parameters
        ----------
        budget
            Joint decisions that may be computed for deviations.
        price
            What a whole day costs of it: its joint decisions, times this where a planner must be asked as well; 0 where
            only what comes after the deviation counts.
        rng
            For the sample of deviations.
        make_adviser
            Returns a new planner that advises the policy; None if it has none.
        report
            Told the share that is done.
        """
        epochs = self._watched.epochs
        disagreeing = [number for number, epoch in enumerate(epochs) if epoch.differs.any()]
        sample = _sample(disagreeing, len(epochs), budget, price, rng)
        deviations = self._deviations(sample, make_adviser, report)
        shown = self._telling(deviations)
        rows = {
            "decisions": [row for number in range(len(epochs)) for row in self._decisions(number)],
            "offers": [row for decision in shown for row in self._offers(*decision)],
            "influences": [row for decision in shown for row in self._influences(*decision)],
            "features": self._features(),
            "deviations": deviations,
        }
        return DayTables(rows, len(disagreeing))

    def _decisions(self, number: int) -> list[Row]:
        """Return a row for each vehicle of a joint decision."""
        epoch, utilities = self._watched.epochs[number], self._utilities[number]
        has_choice, weights = epoch.observation.has_choice, self._weights(epoch)
        rows = []
        for row, vehicle in enumerate(epoch.deciders.tolist()):
            slot, place = int(epoch.slots[row]), int(epoch.places[row])
            others = self._others(number, row)
            listed = epoch.is_planner_up and epoch.planned_slots[row] != NOT_LISTED
            planned = self._stop(epoch.planned_stops[row], place) if epoch.is_planner_up else ("", "", "")
            rows.append(
                dict(zip(("stop", "target", "task"), self._stop(epoch.own_stops[row], place), strict=True))
                | dict(zip(("planned_stop", "planned_target", "planned_task"), planned, strict=True))
                | {
                    "decision": self._first[number] + row,
                    "epoch": number,
                    "time_s": epoch.time_s,
                    "vehicle": self._site.fleet.names[vehicle],
                    "place": self._site.network.names[place],
                    "offered": int(epoch.observation.mask[row].sum()),
                    "has_choice": int(has_choice[row]),
                    "utility": _number(utilities[row, slot]) if slot != NO_SLOT else "",
                    "next_utility": _number(np.nanmax(others)) if not np.isnan(others).all() else "",
                    "planned_utility": _number(utilities[row, epoch.planned_slots[row]]) if listed else "",
                    "mixing_weight": "" if weights is None else _number(weights[row]),
                }
            )
        return rows

    def _weights(self, epoch: WatchedEpoch) -> Float[np.ndarray, " row"] | None:
        if self._mixing is None:
            return None
        hindsight = self._hindsight.after(epoch.time_s)
        return mixing_weights(self._policy.network, self._mixing, epoch.observation, epoch.slots, hindsight)

    def _stop(self, stop: np.void, place: int) -> tuple[str, str, int | str]:
        """Return kind, place and task of a stop; a vehicle that waits does so where it is."""
        at = int(stop["place"])
        task = int(stop["task"])
        name = self._site.network.names[at if at >= 0 else place]
        return StopKind(int(stop["kind"])).name.lower(), name, "" if task == NO_TASK else task

    def _deviations(
        self, sample: Sequence[int], make_adviser: Callable[[], Policy] | None, report: Callable[[float], None]
    ) -> list[Row]:
        epochs, names = self._watched.epochs, self._site.fleet.names
        costs = costs_of_deviations(
            self._site,
            self._day,
            self._policy,
            self._watched,
            [Deviation(number, epochs[number].planned) for number in sample],
            make_adviser,
            report,
        )
        rows = []
        for number, cost in zip(sample, costs, strict=True):
            epoch = epochs[number]
            rows.append(
                {
                    "epoch": number,
                    "time_s": epoch.time_s,
                    "vehicles": " ".join(names[vehicle] for vehicle in epoch.deciders[epoch.differs].tolist()),
                    "stops": _kinds(epoch.own_stops[epoch.differs]),
                    "planned_stops": _kinds(epoch.planned_stops[epoch.differs]),
                    "cost_difference": cost - self._watched.cost,
                }
            )
        return rows

    def _telling(self, deviations: Sequence[Row]) -> list[tuple[int, int]]:
        """Return epoch and row of the decisions to show: the costliest deviations, and the surest disagreements."""
        by_cost = sorted(deviations, key=lambda row: -abs(row["cost_difference"]))[:MOST_SHOWN]
        found = []
        for deviation in by_cost:
            epoch = self._watched.epochs[deviation["epoch"]]
            rows = [row for row in np.flatnonzero(epoch.differs).tolist() if epoch.slots[row] != NO_SLOT]
            found += [(deviation["epoch"], row) for row in rows[:1]]
        leads = []
        for number, epoch in enumerate(self._watched.epochs):
            for row in np.flatnonzero(epoch.differs & (epoch.slots != NO_SLOT)).tolist():
                if (other := int(epoch.planned_slots[row])) != NOT_LISTED:
                    lead = self._utilities[number][row, epoch.slots[row]] - self._utilities[number][row, other]
                    leads.append((-round(float(lead), DIGITS), number, row))
        found += [(number, row) for _, number, row in sorted(leads)[:MOST_SHOWN]]
        return sorted(set(found))

    def _offers(self, number: int, row: int) -> list[Row]:
        """Return a row for each stop on a vehicle's list, the best first."""
        epoch, utilities = self._watched.epochs[number], self._utilities[number][row]
        order = [slot for slot in np.argsort(-utilities, kind="stable").tolist() if epoch.observation.mask[row, slot]]
        rows = []
        for slot in order:
            stop = epoch.candidates[row, slot]
            values = epoch.observation.stops[row, slot]
            rows.append(
                {"decision": self._first[number] + row}
                | dict(zip(("stop", "target", "task"), self._stop(stop, int(epoch.places[row])), strict=True))
                | {
                    "order": int(stop["order"]) if stop["task"] != NO_TASK else "",
                    "utility": _number(utilities[slot]),
                    "is_chosen": int(slot == epoch.slots[row]),
                    "is_planned": int(slot == epoch.planned_slots[row]),
                    "is_deferred": int(epoch.observation.is_deferred[row, slot]),
                }
                | {
                    feature.name: _number(float(value) * feature.scale_on(self._site))
                    for feature, value in zip(STOP, values.tolist(), strict=True)
                }
            )
        return rows

    def _influences(self, number: int, row: int) -> list[Row]:
        epoch = self._watched.epochs[number]
        against, other = "planned", int(epoch.planned_slots[row])
        if other in (NOT_LISTED, int(epoch.slots[row])):
            against, other = "next", self._next(number, row)
        if other == NO_SLOT:
            return []
        parts = influences(self._policy.network, epoch.observation, row, int(epoch.slots[row]), other)
        decision = self._first[number] + row
        return [
            {"decision": decision, "against": against, "feature": feature.name, "part": _number(part)}
            for feature, part in zip(STOP, parts.tolist(), strict=True)
        ]

    def _next(self, number: int, row: int) -> int:
        """Return the best slot that was not chosen; ``NO_SLOT`` if there is none."""
        others = self._others(number, row)
        return NO_SLOT if np.isnan(others).all() else int(np.nanargmax(others))

    def _others(self, number: int, row: int) -> Float[np.ndarray, " slot"]:
        """Return the utilities of the slots that a vehicle could have got instead; not a number for all others."""
        epoch, utilities = self._watched.epochs[number], self._utilities[number][row].copy()
        utilities[epoch.observation.is_deferred[row]] = np.nan
        if epoch.slots[row] != NO_SLOT:
            utilities[epoch.slots[row]] = np.nan
        return utilities

    def _features(self) -> list[Row]:
        """Return how much each feature moves a choice against the next best, on average."""
        every = [
            (number, row)
            for number, epoch in enumerate(self._watched.epochs)
            for row in np.flatnonzero(epoch.observation.has_choice & (epoch.slots != NO_SLOT)).tolist()
        ]
        chosen = every[:: max(math.ceil(len(every) / MOST_FEATURES), 1)]
        parts = [
            np.abs(influences(self._policy.network, epoch.observation, row, int(epoch.slots[row]), other))
            for number, row in chosen
            if (other := self._next(number, row)) != NO_SLOT
            for epoch in (self._watched.epochs[number],)
        ]
        mean = np.mean(parts, axis=0) if parts else np.zeros(len(STOP))
        return [
            {"feature": feature.name, "mean_part": _number(value), "num_decisions": len(parts)}
            for feature, value in zip(STOP, mean.tolist(), strict=True)
        ]


def _sample(
    disagreeing: Sequence[int], num_epochs: int, budget: int, price: int, rng: np.random.Generator
) -> list[int]:
    """Draw so many disagreements that playing them takes no more than a budget, each as likely as any other."""
    if not disagreeing:
        return []
    each = price * num_epochs if price else float(np.mean([num_epochs - number for number in disagreeing]))
    number = min(int(budget / max(each, 1.0)), len(disagreeing))
    return sorted(rng.choice(disagreeing, number, replace=False).tolist())


def _kinds(stops: Shaped[np.ndarray, " row"]) -> str:
    return " ".join(StopKind(kind).name.lower() for kind in stops["kind"].tolist())


def _number(value: float) -> float | str:
    """Return a number with the digits that are the same on every machine; nothing for one that is not defined."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else ""
