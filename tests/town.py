"""Small towns for the tests: points on a line, and transports as a file lists them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from documents import document

from qmix_logistics.composition import build_demand
from qmix_logistics.episode import Policy, play
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import Day, DayKey, DayRecords, Simulator, Split, compile_site


def town(tmp_path: Path, transports: str, **changes: Any) -> ScenarioSpec:
    """Return places D, A, B, C at 0, 100, 200, 300 m in a line, a van at D, 10 m/s, and transports from a CSV."""
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(line.strip() for line in transports.strip().splitlines()) + "\n", encoding="utf-8")
    points = [{"node": name, "x_m": 100.0 * index, "y_m": 0.0} for index, name in enumerate("DABC")]
    van = {"id": "van", "count": 1, "speed_mps": 10.0, "capacity_units": 10, "max_tasks_on_board": 5}
    values = document(
        **{
            "network": {"kind": "points", "points": points, "depots": [{"node": "D", "servers": None}]},
            "fleet": [van],
            "order_classes": [{"id": "parcel", "share_pct": 100, "due_s": 100}],
            "demand": {"kind": "orders", "path": str(path), "pick_up_s": 0.0},
            "horizon": {"demand_s": 1, "drain_s": 1000},
        }
        | changes
    )
    return ScenarioSpec.model_validate(values)


def day_of(spec: ScenarioSpec) -> Day:
    """Return the day that the file lists."""
    return build_demand(spec, compile_site(spec)).realise(DayKey(Split.TEST, 0))


def play_town(spec: ScenarioSpec, policy: Policy) -> DayRecords:
    """Let a policy play the day."""
    return play(Simulator(compile_site(spec)), policy, day_of(spec), np.random.default_rng(0)).records


def trips(records: DayRecords) -> list[tuple[str, str]]:
    """Return where the vehicles drove, from and to."""
    return [(s.place, s.target) for s in records.segments if s.distance_m > 0]
