"""Days to be shown, for the tests: several policies on one test day, as a run would have recorded it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from playing import play_day, test_day

from qmix_logistics.episode import Policy
from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.run_folder import UnitKey
from qmix_logistics.evaluation.shown.choosing import Choice
from qmix_logistics.evaluation.shown.shown_day import ShownDay, ShownPolicy, demanded_of
from qmix_logistics.evaluation.shown.site_map import site_map
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import Day, DayRecords, compile_site


def shown_day(
    spec: ScenarioSpec, policies: Mapping[str, Policy], played: Mapping[str, DayRecords] = {}, day: Day | None = None
) -> ShownDay:
    """Return a day under some policies; records that were made otherwise may be given."""
    site, day = compile_site(spec), test_day(spec) if day is None else day
    records = {name: played.get(name) or play_day(spec, policy).records for name, policy in policies.items()}
    units = tuple(UnitKey(name, 0, 0) for name in policies)
    names = list(policies)
    choice = Choice(0, names[0], 0, names[-1], 1.5, 3, names[-1], units)
    return ShownDay(
        choice,
        demanded_of(0, day, site.network.names),
        spec.objective,
        site_map(spec, site),
        tuple(ShownPolicy(unit, records[unit.policy]) for unit in units),
    )


def contenders_of(shown: ShownDay) -> list[Contender]:
    """Return the policies of a day as those of an experiment."""
    return [Contender(unit.policy, "global", is_learned=False) for unit in shown.choice.units]


@dataclass(frozen=True)
class Decoded:
    """A payload as the script reads it."""

    values: dict[str, Any]

    def rows(self, flat: Sequence[int], width: int, sums: int) -> np.ndarray:
        """Return rows of numbers, of which the first few columns are differences."""
        table = np.array(flat, int).reshape(-1, width)
        table[:, :sums] = np.cumsum(table[:, :sums], axis=0)
        return table

    def vehicle_at(self, panel: int, vehicle: int, tick: float) -> tuple[float, float, int, int]:
        """Return where a vehicle is at a tick, its state, and how much it has on board."""
        track = self.rows(self.values["panels"][panel]["tracks"][vehicle], 4, 3)
        row = min(max(int(np.searchsorted(track[:, 0], tick, side="right")) - 1, 0), len(track) - 1)
        following = min(row + 1, len(track) - 1)
        code = int(track[following, 3])
        span = track[following, 0] - track[row, 0]
        share = (tick - track[row, 0]) / span if span else 0.0
        x, y = track[row, 1:3] + share * (track[following, 1:3] - track[row, 1:3])
        return float(x), float(y), code % 8, code // 8


def decoded(text: str) -> Decoded:
    """Return what a payload holds."""
    return Decoded(json.loads(text))
