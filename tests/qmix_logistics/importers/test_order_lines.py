"""Order lines as shops export them become a warehouse; the real month too, where it is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from importing import sound

from qmix_logistics.errors import ScenarioError
from qmix_logistics.importers.imported import ImportOptions
from qmix_logistics.importers.order_lines import import_order_lines

LINES = Path(__file__).parents[4] / "shared" / "data" / "uci_online_retail" / "online_retail_2011-02.csv"
UCI = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate\n"
ROWS = (
    '536365,85123A,"HOLDER, WHITE",6,12/1/2010 8:26\n'
    "C536379,D,Discount,-1,12/1/2010 9:41\n"
    "536381,22139,RETROSPOT,23,12/13/2010 9:41\n"
    "536400,22139,RETROSPOT,0,12/13/2010 9:45\n"
    "536414,85123A,HOLDER,56,12/14/2010 11:52\n"
)


def shop(folder: Path, text: str) -> Path:
    (folder / "shop 2010.csv").write_text(text)
    return folder / "shop 2010.csv"


def faults(path: Path, **options: object) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        import_order_lines(path, ImportOptions(**options))  # type: ignore[arg-type]
    return [str(problem).split(f"{path.parent}/")[-1] for problem in caught.value.problems]


def test_columns_are_found_by_their_usual_names_and_returns_are_dropped(tmp_path: Path) -> None:
    """The fourteenth month does not exist: the second number of a date is the day."""
    imported = import_order_lines(shop(tmp_path, UCI + ROWS), ImportOptions())
    assert imported.files["lines.csv"] == (
        "order_time,order_id,sku,qty\n"
        "2010-12-01 08:26:00,536365,85123A,6\n"
        "2010-12-13 09:41:00,536381,22139,23\n"
        "2010-12-14 11:52:00,536414,85123A,56\n"
    )
    assert imported.note.startswith(
        "3 of 5 lines were taken: 3 orders for 2 articles on 3 days. 2 lines of no pieces or fewer, cancellations and "
        "returns, were dropped. Times were read as month/day/year."
    )
    spec = sound(imported, tmp_path / "imported")
    assert spec.name == "shop-2010"
    assert (spec.demand.day_starts_s, spec.horizon.demand_s) == (8 * 3600, 4 * 3600)


@pytest.mark.parametrize(
    ("times", "read_as"),
    [
        (("1.2.2011 08:00", "13.2.2011 08:00", "14.2.2011 08:00"), "day.month.year"),
        (("1/2/2011 08:00", "13/2/2011 08:00", "14/2/2011 08:00"), "day/month/year"),
        (("2/1/11 08:00", "2/13/11 08:00", "2/14/11 08:00"), "month/day/year"),
        (("2011-02-01T08:00:00Z", "2011-02-13 08:00", "2011-02-14T08:00+01:00"), "year-month-day"),
    ],
)
def test_times_are_read_in_the_format_that_suits_all_rows(tmp_path: Path, times: tuple[str, ...], read_as: str) -> None:
    text = "Order Date,order,product_id,pieces\n" + "".join(f"{time},{n},A,1\n" for n, time in enumerate(times))
    imported = import_order_lines(shop(tmp_path, text), ImportOptions())
    assert f"Times were read as {read_as}." in imported.note
    dates = [line.split(" ")[0] for line in imported.files["lines.csv"].splitlines()[1:]]
    assert dates == ["2011-02-01", "2011-02-13", "2011-02-14"]


def test_a_missing_column_is_named_with_its_usual_names(tmp_path: Path) -> None:
    assert faults(shop(tmp_path, "order_time,order_id,ean\n2011-02-01,1,2\n")) == [
        "shop 2010.csv:1:1: qty is missing in the header (order_time, order_id, ean); expected one of qty, Quantity, "
        "pieces, units",
        "shop 2010.csv:1:1: sku is missing in the header (order_time, order_id, ean); expected one of sku, StockCode, "
        "product_id, item_id, product_code, article, product, item",
    ]


def test_every_unreadable_row_is_reported_at_its_place(tmp_path: Path) -> None:
    rows = "order_time,order_id,sku,qty\n2011-02-01 08:00,1,A,1\nnoon,2,A,1\n2011-02-01 08:00,,A,1\n"
    assert faults(shop(tmp_path, rows + "2011-02-01 08:00,3,,many\n")) == [
        "shop 2010.csv:3:1: order_time is 'noon'; expected a date and time such as 2011-02-01 08:23:00",
        "shop 2010.csv:4:18: order_id is empty; every order line needs one",
        "shop 2010.csv:5:20: sku is empty; every order line needs one",
        "shop 2010.csv:5:21: qty is 'many'; expected a number of pieces",
    ]


def test_fewer_than_three_days_or_returns_alone_are_refused(tmp_path: Path) -> None:
    header = "order_time,order_id,sku,qty\n"
    assert faults(shop(tmp_path, header + "2011-02-01 08:00,1,A,1\n")) == [
        "shop 2010.csv: has orders on 1 of at least three days; a trace needs one each to train, to validate and to "
        "compare on"
    ]
    assert faults(shop(tmp_path, header + "2011-02-01 08:00,1,A,-1\n")) == [
        "shop 2010.csv: has cancellations and returns only; expected lines of one piece or more"
    ]
    assert "on 2 of at least three days among those taken" in faults(shop(tmp_path, UCI + ROWS), orders=2)[0]


def test_the_first_orders_are_taken_with_all_their_lines(tmp_path: Path) -> None:
    rows = [f"2011-02-0{day} 0{hour}:00,{order},A{hour},1\n" for day in (3, 1, 2) for order in "xy" for hour in (8, 9)]
    imported = import_order_lines(shop(tmp_path, "time,order,sku,qty\n" + "".join(rows)), ImportOptions(orders=5))
    taken = [line.split(",")[:2] for line in imported.files["lines.csv"].splitlines()[1:]]
    assert len(taken) == 10
    assert ["2011-02-03 08:00:00", "y"] not in taken and ["2011-02-03 09:00:00", "x"] in taken


def test_the_warehouse_grows_with_its_articles(tmp_path: Path) -> None:
    """1000 articles, 5 a rack and 24 racks an aisle: 200 racks need 9 aisles, and one station each 7 of them."""
    rows = "".join(f"2011-02-0{1 + n % 3} 08:00,{n},A{n},1\n" for n in range(1000))
    imported = import_order_lines(shop(tmp_path, "time,order,sku,qty\n" + rows), ImportOptions())
    network = imported.document["network"]
    assert (network["num_aisles"], network["num_blocks"], network["racks_per_block"]) == (9, 2, 12)
    assert [station["aisle"] for station in network["stations"]] == [5]
    sound(imported, tmp_path / "imported")


def test_the_fleet_is_twice_what_the_mean_asks_for_unless_the_user_says(tmp_path: Path) -> None:
    """
    An aisle of 39.6 m: a line takes 2 x (3.5 / 3 + 19.8) / 1.4 + 12 + 10 = 51.95 s; 300 lines in an hour keep 4.33
    vehicles busy, so 9 are there.
    """
    rows = "".join(f"2011-02-0{1 + n % 3} 08:00,{n},A,1\n" for n in range(900))
    file = shop(tmp_path, "time,order,sku,qty\n" + rows)
    assert import_order_lines(file, ImportOptions()).document["fleet"][0]["count"] == 9
    options = ImportOptions(vehicles=4, urgency_s=600)
    document = import_order_lines(file, options).document
    assert (document["fleet"][0]["count"], document["order_classes"][0]["due_s"]) == (4, 600)


def test_a_real_month_becomes_the_warehouse_of_the_example(tmp_path: Path) -> None:
    """27 040 lines of 1 121 orders for 2 399 articles: 20 aisles and 5 vehicles, as scenarios/warehouse-trace.yaml."""
    if not LINES.exists():
        pytest.skip(f"{LINES} is not on this machine")
    imported = import_order_lines(LINES, ImportOptions())
    spec = sound(imported, tmp_path)
    assert imported.note.startswith(
        "27040 of 27040 lines were taken: 1121 orders for 2399 articles on 24 days. Times were read as year-month-day."
    )
    assert (spec.network.num_aisles, spec.fleet[0].count, spec.fleet[0].capacities_units) == (20, 5, (100.0,))
    assert imported == import_order_lines(LINES, ImportOptions())
