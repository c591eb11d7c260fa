from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from qmix_logistics.evaluation.insight import INSIGHT_COLUMNS, Insight, InsightHead
from qmix_logistics_reports.insight.disagreement import disagreement_of
from qmix_logistics_reports.insight.features_figure import features_figure
from qmix_logistics_reports.insight.telling import telling_decisions
from qmix_logistics_reports.insight.weights_figure import weights_figure, why_no_weights

NONE = float("nan")


def decision(number: int, **values: Any) -> dict[str, Any]:
    own = {"stop": "pick_up", "target": "R1", "task": 3.0, "planned_stop": "pick_up", "planned_target": "R1"}
    base = {
        "decision": number, "epoch": number, "time_s": 10.0 * number, "vehicle": f"amr-{1 + number % 2}", "place": "S1",
        "planned_task": 3.0, "offered": 2, "has_choice": 1, "utility": 0.5, "next_utility": 0.1, "planned_utility": 0.5,
        "mixing_weight": 0.25 * (1 + number),
    }  # fmt: skip
    return own | base | values


def insight(differences: list[float], algorithm: str = "qmix", **head: Any) -> Insight:
    """Return four decisions: one agrees, one goes elsewhere, one does another thing, one could not be asked."""
    decisions = [
        decision(0),
        decision(1, planned_target="R2", planned_task=4.0),
        decision(2, stop="wait", target="S1", task=NONE, planned_target="R2", planned_task=4.0),
        decision(3, planned_stop=NONE, planned_target=NONE, planned_task=NONE, planned_utility=NONE),
    ]
    deviations = [
        {"epoch": 1 + number % 2, "time_s": 10.0, "vehicles": "amr-2", "stops": "pick_up", "planned_stops": "pick_up",
         "cost_difference": value}
        for number, value in enumerate(differences)
    ]  # fmt: skip
    tables = {name: pd.DataFrame(columns=list(columns)) for name, columns in INSIGHT_COLUMNS.items()}
    tables["decisions"] = pd.DataFrame(decisions)
    if deviations:
        tables["deviations"] = pd.DataFrame(deviations)
    about = {"num_epochs": 4, "num_disagreeing": 2, "budget": 4000} | head
    return Insight(InsightHead("qmix", 1, algorithm, "local", 5, "test-005", "matching", 14.6, **about), tables)


def test_agreement_is_counted_by_the_kind_of_stop() -> None:
    found = disagreement_of(insight([]), 0.95)
    assert found.columns[1:] == (
        "decisions", "the planner's too", "same kind elsewhere", "another kind", "planner out of reach",
    )  # fmt: skip
    assert found.rows == (("pick-up", "3", "1", "1", "0", "1"), ("waiting", "1", "0", "0", "1", "0"))
    assert found.sentences[0].startswith("In 2 of 4 joint decisions (50 %) matching would have sent")
    seen = insight([])
    seen.tables["decisions"] = seen.tables["decisions"][:3]  # type: ignore[index]
    reached = disagreement_of(seen, 0.95)
    assert reached.columns == found.columns[:-1]
    assert reached.rows == (("pick-up", "2", "1", "1", "0"), ("waiting", "1", "0", "0", "1"))
    assert "In an outage it was not asked (1 decisions" in found.sentences[0]
    assert "report.insight_decisions allows 4000" in found.sentences[1]


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([1.0, 1.1, 0.9, 1.0, 1.05], "the choice of qmix was the cheaper one on average"),
        ([-1.0, -1.1, -0.9, -1.0, -1.05], "the choice of matching would have been cheaper on average"),
        ([1.0, -1.0, 0.5, -0.4, 0.0], "They do not tell whose choices were better"),
        ([1.0, 2.0], "So few do not tell whose choices were better"),
    ],
)
def test_what_deviations_cost_is_told_with_its_spread(differences: list[float], verdict: str) -> None:
    text = " ".join(disagreement_of(insight(differences), 0.95).sentences)
    assert verdict in text
    assert "only of this day" in text


def test_the_interval_is_students() -> None:
    """Mean 0.02, sum of squares 2.408, so the deviation is 0.776; t(0.975, 4) = 2.776, the half width 0.963."""
    text = disagreement_of(insight([1.0, -1.0, 0.5, -0.4, 0.0]), 0.95).sentences[1]
    assert "2 of these days cost more than the 14.60 of the day as it was, 2 less, 1 the same." in text
    assert "The mean difference is +0.0200 [−0.943, +0.983] at 95 %, the standard deviation of one 0.776." in text


def test_weights_are_drawn_by_vehicle_and_time() -> None:
    figure = weights_figure(insight([]))
    assert [row[:3] for row in figure.rows] == [("amr-1", "2", "0.500"), ("amr-2", "2", "0.750")]
    assert "amr-1, 0:00:00 to 0:00:01: 0.250" in figure.svg
    assert figure.svg.count("<title>amr-") == 4


@pytest.mark.parametrize(
    ("algorithm", "words"), [("iql", "no mixer"), ("vdn", "1 by construction"), ("qtran_alt", "choices instead of")]
)
def test_algorithms_without_weights_say_why(algorithm: str, words: str) -> None:
    assert words in why_no_weights(insight([], algorithm))
    assert why_no_weights(insight([], "qplex")) == ""
    assert "w(s)" in weights_figure(insight([], "qplex")).caption


def test_features_are_shares_of_all_that_moves_a_choice() -> None:
    seen = insight([])
    seen.tables["features"] = pd.DataFrame(  # type: ignore[index]
        [{"feature": name, "mean_part": part, "num_decisions": 9} for name, part in (("slack", 0.3), ("arrival", 0.1))]
    )
    figure = features_figure(seen)
    assert figure is not None
    assert [row[::2] for row in figure.rows] == [("the time to spare", "75.0 %"), ("the way there", "25.0 %")]
    assert "9 decisions" in figure.caption
    seen.tables["features"]["mean_part"] = 0.0
    assert features_figure(seen) is None


def test_a_telling_decision_is_shown_with_its_offers_and_parts() -> None:
    seen = insight([0.5, -0.25])
    offer = dict.fromkeys(
        ("delay", "detour", "queue", "sooner_rivals", "battery_after", "is_advised", "is_deferred"), 0.0
    )
    common = offer | {"arrival": 5.0, "slack": 60.0, "age": 1.0, "weight": 1.0, "decision": 1, "stop": "pick_up"}
    seen.tables["offers"] = pd.DataFrame(  # type: ignore[index]
        [
            common | {"target": f"R{n}", "task": 2.0 + n, "order": n, "utility": 1 - n / 10, "is_chosen": n == 1,
                      "is_planned": n == 2}
            for n in range(1, 10)
        ]
    )  # fmt: skip
    seen.tables["influences"] = pd.DataFrame(  # type: ignore[index]
        [{"decision": 1, "against": "planned", "feature": name, "part": part} for name, part in
         (("slack", 0.2), ("arrival", -0.1), ("queue", 0.001))]
    )  # fmt: skip
    (told,) = telling_decisions(seen, has_battery=False)
    assert (told.time, told.vehicle, told.cost) == ("0:00:10", "amr-2", "+0.500")
    assert (told.chosen, told.planned) == ("pick up at R1 (order 1)", "pick up at R2 (order 2)")
    assert [offer.mark for offer in told.offers] == ["chosen", "the planner's", "", "", "", ""]
    assert told.num_left_out == 3
    assert told.against == "the planner's choice"
    assert [(part.words, part.value, part.share) for part in told.parts] == [
        ("the time to spare", "+0.20", 1.0), ("the way there", "−0.10", -0.5),
    ]  # fmt: skip
