from __future__ import annotations

from pathlib import Path
from typing import Any

from qmix_logistics.evaluation.insight import INSIGHT_COLUMNS, InsightHead, read_insight, write_insight

HEAD = InsightHead("qmix", 1, "qmix", "local", 5, "test-005", "matching", 3.25, 10, 2, 4000)


def row(name: str, **values: Any) -> dict[str, Any]:
    return dict.fromkeys(INSIGHT_COLUMNS[name], "") | values


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    tables = {name: [] for name in INSIGHT_COLUMNS}  # type: ignore[var-annotated]
    tables["decisions"] = [row("decisions", decision=0, vehicle="7", target="NA", task="", utility=-0.5)]
    tables["offers"] = [row("offers", decision=0, utility=1e-9, arrival=12.5)]
    write_insight(tmp_path, HEAD, tables, ["arrival"])
    insight = read_insight(tmp_path)
    assert insight is not None and insight.head == HEAD
    decision = insight.tables["decisions"].iloc[0]
    assert (decision["vehicle"], decision["target"], decision["utility"]) == ("7", "NA", -0.5)
    assert decision.isna()["task"]
    assert list(insight.tables["offers"]) == [*INSIGHT_COLUMNS["offers"], "arrival"]
    assert list(insight.tables["deviations"]) == list(INSIGHT_COLUMNS["deviations"])


def test_a_damaged_folder_is_reported_and_nothing_read(tmp_path: Path) -> None:
    write_insight(tmp_path, HEAD, {name: [] for name in INSIGHT_COLUMNS}, [])
    (tmp_path / "offers.csv").unlink()
    insight = read_insight(tmp_path)
    assert insight is not None and insight.tables == {}
    assert insight.head.absent.startswith("offers.csv is missing or lacks columns; remove")
    (tmp_path / "offers.csv").write_text("decision\n")
    again = read_insight(tmp_path)
    assert again == insight


def test_there_may_be_nothing(tmp_path: Path) -> None:
    assert read_insight(tmp_path) is None
