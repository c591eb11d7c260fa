"""The job of a run that looks for the best plan of a day, with hindsight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qmix_logistics.composition.building import hindsight_moves, world_of
from qmix_logistics.evaluation.jobs import Job, Report
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey, committed, write_csv, write_json
from qmix_logistics.evaluation.units import read_records
from qmix_logistics.simulation import NO_TASK, DayKey, Purpose, Split, day_stream

HINDSIGHT = "hindsight"
"""Stage of a run."""


@dataclass(frozen=True, slots=True)
class HindsightJob(Job):
    """
    Look for the best plan for a test day, from what the policies did on it; see ``Job``.

    Parameters
    ----------
    scenario
        The resolved scenario as JSON.
    folder
        The run's.
    units
        The policies on that day.
    """

    scenario: str
    folder: Path
    units: tuple[UnitKey, ...]

    @property
    def name(self) -> str:
        """Name of the day."""
        return f"hindsight {self._day:03d}"

    @property
    def stage(self) -> str:
        """Hindsight."""
        return HINDSIGHT

    @property
    def subject(self) -> str:
        """The day."""
        return f"day {self._day}"

    @property
    def after(self) -> Sequence[str]:
        """All policies on that day."""
        return [f"play {unit}" for unit in self.units]

    def is_done(self) -> bool:
        """Return whether the plan is there."""
        return self._place.exists()

    def run(self, report: Report) -> None:
        """Search; see ``Job``."""
        from qmix_logistics_baselines.clairvoyant import best_known, plan_of_records

        world, folder = world_of(self.scenario), RunFolder(self.folder)
        key, seed = DayKey(Split.TEST, self._day), world.spec.experiment.seed
        played = [read_records(folder.unit(unit)) for unit in self.units]
        found = best_known(
            world.site,
            world.demand.realise(key),
            [plan_of_records(world.site, records) for records in played],
            hindsight_moves(world.spec),
            day_stream(seed, key, Purpose.HINDSIGHT),
        )
        names = world.site.fleet.names, world.site.network.names
        stops = [
            (
                names[0][number],
                position,
                kind.name.lower(),
                "" if task == NO_TASK else task,
                names[1][place],
                way,
                from_s,
            )
            for number, route in sorted(found.plan.routes.items())
            for position, (kind, task, place, way, from_s) in enumerate(route, start=1)
        ]
        with committed(self._place) as unfinished:
            started = self.units[found.started_from]
            head = {"day": self._day, "cost": found.cost, "policy": started.policy, "seed": started.training_seed}
            write_json(unfinished / "found.json", head)
            write_csv(unfinished / "plan.csv", ("vehicle", "position", "stop", "task", "place", "way", "from_s"), stops)

    @property
    def _day(self) -> int:
        return self.units[0].day

    @property
    def _place(self) -> Path:
        return RunFolder(self.folder).hindsight(self._day)
