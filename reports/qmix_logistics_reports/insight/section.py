"""What the team learned, as a section of the report."""

from __future__ import annotations

from dataclasses import dataclass

from qmix_logistics.evaluation.insight import Insight
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figures.figure import Figure
from qmix_logistics_reports.insight.disagreement import Disagreement, disagreement_of
from qmix_logistics_reports.insight.features_figure import features_figure
from qmix_logistics_reports.insight.telling import Telling, telling_decisions
from qmix_logistics_reports.insight.weights_figure import weights_figure, why_no_weights


@dataclass(frozen=True, slots=True)
class SeenDay:
    """
    All that the template needs.

    Parameters
    ----------
    policy, planner
        Who is looked at, and with whom it is compared.
    caption
        Which day, which training.
    disagreement
        Where the two disagreed, and what it cost.
    decisions
        The decisions that tell most.
    weights, no_weights
        Mixing weights over the day, or why there are none.
    features
        What moved choices; None if nothing did.
    """

    policy: str
    planner: str
    caption: str
    disagreement: Disagreement
    decisions: tuple[Telling, ...]
    weights: Figure | None
    no_weights: str
    features: Figure | None


@dataclass(frozen=True, slots=True)
class InsightSection:
    """
    The section.

    Parameters
    ----------
    seen
        What was seen; None if nothing was.
    absent
        Why not.
    """

    seen: SeenDay | None
    absent: str = ""


def insight_section(result: ExperimentResult) -> InsightSection | None:
    """
    Return the section; None without learned policies.

    Parameters
    ----------
    result
        The experiment.
    """
    if not any(contender.is_learned for contender in result.contenders):
        return None
    insight = result.insight
    if insight is None:
        return InsightSection(None, f"It was not looked at: {result.no_insight or 'the run has no folder insight'}.")
    if insight.head.absent:
        return InsightSection(None, f"It could not be looked at: {insight.head.absent}.")
    return InsightSection(_seen(result, insight))


def _seen(result: ExperimentResult, insight: Insight) -> SeenDay:
    head, no_weights = insight.head, why_no_weights(insight)
    training = f", training {head.training_seed}" if result.scenario.experiment.training_seeds > 1 else ""
    caption = (
        f"{head.policy}{training}, on test day {head.day} ({head.label}), the one whose cost difference from "
        f"{result.reference} is the median one. At each of its decisions the cheapest policy that is not learned, "
        f"{head.planner}, was asked what it would have done there. Utilities are rewards: the higher, the better for "
        "the team, as far as the vehicle can tell."
    )
    return SeenDay(
        policy=head.policy,
        planner=head.planner,
        caption=caption,
        disagreement=disagreement_of(insight, result.scenario.experiment.confidence_pct / 100),
        decisions=telling_decisions(
            insight, has_battery=any(vehicle_class.battery for vehicle_class in result.scenario.fleet)
        ),
        weights=None if no_weights else weights_figure(insight),
        no_weights=no_weights,
        features=features_figure(insight),
    )
