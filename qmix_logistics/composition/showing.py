"""What a report shows of one test day, read from the run folder and the scenario."""

from __future__ import annotations

from qmix_logistics.composition.building import world_of
from qmix_logistics.evaluation.run_folder import RunFolder
from qmix_logistics.evaluation.shown.choosing import Choice
from qmix_logistics.evaluation.shown.shown_day import ShownDay, read_shown_day
from qmix_logistics.evaluation.shown.site_map import site_map
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DayKey, Split


def shown_day_of(spec: ScenarioSpec, run: RunFolder, choice: Choice) -> ShownDay | None:
    """
    Return the day of the replay; None if the scenario wants none.

    Nothing is simulated: the orders of the day follow from the scenario, all else from the records.

    Parameters
    ----------
    spec
        The scenario.
    run
        Its folder.
    choice
        Which day and which policies.
    """
    if not (spec.report.html and spec.report.replay):
        return None
    world = world_of(spec.model_dump_json())
    day = world.demand.realise(DayKey(Split.TEST, choice.day))
    has_records = spec.report.records != "none"
    return read_shown_day(run, choice, day, world.site, site_map(spec, world.site), has_records=has_records)
