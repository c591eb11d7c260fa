"""What goes wrong in a day, drawn once for the day, whatever the policy does."""

from __future__ import annotations

from qmix_logistics.scenario.disruptions import Disruption
from qmix_logistics.scenario.layout import chargers
from qmix_logistics.scenario.scenario import ScenarioSpec
from qmix_logistics.simulation.day import Mishaps, Span
from qmix_logistics.simulation.randomness import DayKey, Purpose, day_stream


def draw_mishaps(spec: ScenarioSpec, key: DayKey) -> Mishaps:
    """
    Draw what goes wrong in a day.

    Parameters
    ----------
    spec
        The scenario.
    key
        Which day.
    """
    disruptions = spec.disruptions
    charger_names = [name for name, _ in chargers(spec.network)]
    arcs, faults, outages = disruptions.blocked_arcs, disruptions.charger_faults, disruptions.planner_outages
    spans = [_draw(spec, key, number, one) for number, one in enumerate((*arcs, *faults, *outages))]
    of_arcs, of_faults = spans[: len(arcs)], spans[len(arcs) : len(arcs) + len(faults)]
    return Mishaps(
        blocked_arcs=tuple((one.arc, span) for one, span in zip(arcs, of_arcs, strict=True) if span),
        charger_faults=tuple(
            (charger_names.index(one.charger), span) for one, span in zip(faults, of_faults, strict=True) if span
        ),
        planner_outages=tuple(span for span in spans[len(arcs) + len(faults) :] if span),
    )


def draw_surges(spec: ScenarioSpec, key: DayKey) -> list[tuple[Span, float]]:
    """
    Draw when demand surges, and by which factor.

    Parameters
    ----------
    spec
        The scenario.
    key
        Which day.
    """
    surges = spec.disruptions.surges
    drawn = [(_draw(spec, key, 1000 + number, surge), surge.factor) for number, surge in enumerate(surges)]
    return [(span, factor) for span, factor in drawn if span]


def _draw(spec: ScenarioSpec, key: DayKey, number: int, disruption: Disruption) -> Span | None:
    happens_u, start_u = day_stream(spec.experiment.seed, key, Purpose.MISHAPS, number).random(2)
    if happens_u * 100 >= disruption.probability_pct:
        return None
    latest_s = disruption.earliest_s if disruption.latest_s is None else disruption.latest_s
    from_s = disruption.earliest_s + (latest_s - disruption.earliest_s) * float(start_u)
    return Span(from_s, from_s + disruption.duration_s)
