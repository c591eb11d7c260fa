"""What a report shows of one test day, read from the run folder and the scenario."""

from __future__ import annotations

from qmix_logistics.composition.building import world_of
from qmix_logistics.errors import ScenarioError
from qmix_logistics.evaluation.run_folder import RunFolder
from qmix_logistics.evaluation.shown.choosing import Choice
from qmix_logistics.evaluation.shown.shown_day import (
    Demanded,
    ShownDay,
    demanded_of,
    missing_records,
    read_demanded,
    read_policies,
)
from qmix_logistics.evaluation.shown.site_map import site_map
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DayKey, Site, Split


def shown_day_of(spec: ScenarioSpec, run: RunFolder, choice: Choice, site: Site | None) -> ShownDay | str:
    """
    Return the day of the replay, or why there is none.

    Nothing is simulated: all comes from the records and what was kept of the orders of the day, or, while a run is
    being finished, from the scenario.

    Parameters
    ----------
    spec
        The scenario.
    run
        Its folder.
    choice
        Which day and which policies.
    site
        Its site; None if files of its network are gone.
    """
    if not spec.report.replay:
        return "the scenario says report.replay: false"
    if spec.report.records == "none":
        return "the scenario says report.records: false"
    if missing := missing_records(run, choice):
        return f"records are missing: {', '.join(missing)}"
    if site is None:
        return "files of its network are gone, so there is no map"
    try:
        demanded = read_demanded(run.shown_day, choice.day) or _demanded(spec, choice.day)
        return ShownDay(choice, demanded, site.objective, site_map(spec, site), read_policies(run, choice))
    except ScenarioError as error:
        return f"{run.shown_day.name} is missing, and the orders of the day cannot be read again: {error}"


def _demanded(spec: ScenarioSpec, day: int) -> Demanded:
    world = world_of(spec.model_dump_json())
    return demanded_of(day, world.demand.realise(DayKey(Split.TEST, day)), world.site.network.names)
