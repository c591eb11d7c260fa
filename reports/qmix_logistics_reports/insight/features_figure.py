"""Which features of the stops moved the choices of a day."""

from __future__ import annotations

from qmix_logistics.evaluation.insight import Insight
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.insight.words import grouped
from qmix_logistics_reports.numbers import short
from qmix_logistics_reports.reading import records

WIDTH, LEFT, ROW = 760, 230, 24


def features_figure(insight: Insight) -> Figure | None:
    """
    Draw how much each group of features moves a choice on average; None if no feature moved any.

    Parameters
    ----------
    insight
        What was seen.
    """
    table = records(insight.tables["features"])
    groups = grouped((row["feature"], row["mean_part"]) for row in table)
    if not groups:
        return None
    total = sum(value for _, value in groups)
    canvas = Canvas(WIDTH, ROW * len(groups) + 20)
    x = Scale(0.0, 1.12 * groups[0][1], LEFT, WIDTH - 20)
    for row, (words, value) in enumerate(groups):
        y = 8 + ROW * row
        canvas.text(LEFT - 10, y + 13, words, "label", "end")
        canvas.rectangle(LEFT, y, x(value) - LEFT, 16, "look-0", f"{words}: {short(value)}")
        canvas.text(x(value) + 6, y + 13, f"{100 * value / total:.0f} %", "value")
    number = int(table[0]["num_decisions"])
    caption = (
        "How much each kind of information adds to the lead of the chosen stop over the next best, in either "
        f"direction: mean absolute parts over {number} decisions of the day, as shares of their sum. Integrated "
        "gradients from the next best stop to the chosen one (Sundararajan et al. 2017): the parts of a decision add "
        "up to the lead that decided. What both stops share, such as the vehicle's own battery, adds nothing."
    )
    rows = tuple((words, short(value), f"{100 * value / total:.1f} %") for words, value in groups)
    svg = canvas.render("What moves a choice", "A bar for each kind of information.")
    return Figure(svg, caption, ("information", "mean part, reward", "share"), rows)
