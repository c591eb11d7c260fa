import datetime
from pathlib import Path

import pytest

from qmix_logistics.errors import ScenarioError
from qmix_logistics.scenario.demand import SyntheticTrace, TraceColumns, TraceDemand
from qmix_logistics.scenario.synthetic_trace import generate_order_lines
from qmix_logistics.scenario.trace import OrderLine, read_order_lines
from qmix_logistics.scenario.trace_days import split_days

HEADER = "order_time,order_id,sku,qty\n"


def lines_on(*days: int) -> list[OrderLine]:
    return [OrderLine(datetime.date(2026, 1, day), 0.0, "1", "a", 1.0) for day in days]


def test_lines_are_read(tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    file.write_text(HEADER + '2026-01-05 08:30:00,17,"A, red",3\n\n2026-01-05T08:31,18,B,0.5\n')
    assert read_order_lines(file, TraceColumns()) == (
        OrderLine(datetime.date(2026, 1, 5), 30600.0, "17", "A, red", 3.0),
        OrderLine(datetime.date(2026, 1, 5), 30660.0, "18", "B", 0.5),
    )


def test_every_unreadable_row_is_reported_at_its_place(tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    file.write_text(HEADER + "yesterday,1,A,1\n2026-01-05 08:30,2,B,-3\n2026-01-05 08:30,3\n2026-01-05 08:30,,B,1\n")
    with pytest.raises(ScenarioError) as caught:
        read_order_lines(file, TraceColumns())
    assert [str(problem).split("lines.csv:")[1] for problem in caught.value.problems] == [
        "2:1: order_time is 'yesterday'; expected a date and time such as 2011-02-01 08:23:00",
        "3:22: qty is '-3'; expected a number above 0 (drop cancellations and returns from the file)",
        "4:1: has 2 fields; expected 4 or more",
        "5:18: order_id is empty; every order line needs one",
    ]


def test_many_unreadable_rows_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    file.write_text(HEADER + "x,1,A,1\n" * 50)
    with pytest.raises(ScenarioError, match="has 50 rows that cannot be read; the first 20 follow") as caught:
        read_order_lines(file, TraceColumns())
    assert len(caught.value.problems) == 21


@pytest.mark.parametrize(
    ("content", "expected"),
    [("", "is missing in the header"), (HEADER, "has no rows"), ("a,b\n1,2\n", "sku is missing in the header")],
)
def test_a_file_without_lines_is_refused(tmp_path: Path, content: str, expected: str) -> None:
    file = tmp_path / "lines.csv"
    file.write_text(content)
    with pytest.raises(ScenarioError, match=expected):
        read_order_lines(file, TraceColumns())


def test_last_days_are_for_testing_and_those_before_for_validation() -> None:
    demand = TraceDemand(kind="trace", test_days=2, validation_days=1)
    days = split_days(demand, lines_on(1, 2, 5, 6, 9))
    assert [[date.day for date in part] for part in (days.training, days.validation, days.test)] == [
        [1, 2],
        [5],
        [6, 9],
    ]


def test_named_test_days_leave_only_earlier_days_for_training() -> None:
    demand = TraceDemand(kind="trace", test_days=(datetime.date(2026, 1, 5),), validation_days=1)
    days = split_days(demand, lines_on(1, 2, 5, 6, 9))
    assert [[date.day for date in part] for part in (days.training, days.validation, days.test)] == [[1], [2], [5]]


def test_synthetic_lines_are_the_same_for_the_same_seed_and_shaped_like_the_real_shop() -> None:
    spec = SyntheticTrace(seed=3, num_days=30)
    lines = generate_order_lines(spec)
    assert lines == generate_order_lines(spec)
    assert lines != generate_order_lines(spec.model_copy(update={"seed": 4}))
    orders = {(line.date, line.order_id) for line in lines}
    assert len({line.date for line in lines}) == 30
    assert not any(line.date.weekday() == 6 for line in lines)
    assert 30 * 45 * 0.8 < len(orders) < 30 * 45 * 1.2
    assert 15 < len(lines) / len(orders) < 30  # the real month has 24 lines an order
