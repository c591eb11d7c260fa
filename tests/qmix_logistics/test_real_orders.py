"""A month of a real shop; the data is not ours to ship, so these tests are skipped where it is absent."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playing import NEAREST

from qmix_logistics.composition import build_demand
from qmix_logistics.episode import play
from qmix_logistics.evaluation.costs import cost_parts
from qmix_logistics.scenario import load_scenario, parse_override
from qmix_logistics.simulation import DayKey, OrderStatus, Simulator, Split, compile_site

ROOT = Path(__file__).parents[2]
LINES = ROOT.parent / "shared" / "data" / "uci_online_retail" / "online_retail_2011-02.csv"
pytestmark = pytest.mark.skipif(not LINES.exists(), reason=f"{LINES} is not on this machine")

NUM_TEST_DAYS = 8


@pytest.fixture(scope="module")
def shop():
    overrides = [parse_override(f"demand.path={LINES}"), parse_override(f"demand.test_days={NUM_TEST_DAYS}")]
    spec = load_scenario(ROOT / "scenarios" / "warehouse-trace.yaml", overrides)
    site = compile_site(spec)
    return spec, site, build_demand(spec, site)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    lines = pd.read_csv(LINES, parse_dates=["order_time"], dtype={"order_id": str, "sku": str})
    return lines.assign(date=lines["order_time"].dt.date)


def test_days_are_split_in_time(shop, table: pd.DataFrame) -> None:
    """24 days with orders: the last 8 test, the 4 before validate, the first 12 train."""
    _, _, demand = shop
    dates = sorted(table["date"].unique())
    assert len(dates) == 24
    labels = [demand.realise(DayKey(Split.TEST, index)).label for index in range(NUM_TEST_DAYS)]
    assert labels == [str(date) for date in dates[-NUM_TEST_DAYS:]]
    assert (demand.num_days(Split.TEST), demand.num_days(Split.VALIDATION)) == (8, 4)
    assert demand.realise(DayKey(Split.VALIDATION, 0)).label == str(dates[12])


def test_orders_and_pieces_are_those_of_the_file(shop, table: pd.DataFrame) -> None:
    """Counted with pandas: orders by day, pieces by day; lines above the capacity of 100 are split, none is lost."""
    _, _, demand = shop
    by_date = {str(date): lines for date, lines in table.groupby("date")}
    for index in range(NUM_TEST_DAYS):
        day = demand.realise(DayKey(Split.TEST, index))
        lines = by_date[day.label]
        assert len(day.orders) == lines["order_id"].nunique()
        assert day.tasks["load_units"].sum() == pytest.approx(lines["qty"].sum())
        assert day.tasks["load_units"].max() <= 100
        assert len(day.tasks) == np.ceil(lines["qty"] / 100).sum()
        first_s = (lines["order_time"].min() - pd.Timestamp(day.label)).total_seconds() - 7 * 3600
        assert day.orders["release_s"][0] == first_s


def test_the_most_popular_articles_of_the_training_days_lie_nearest(shop, table: pd.DataFrame) -> None:
    """By the training days alone: the mean way of a line falls with its article's rank there."""
    _, site, demand = shop
    dates = sorted(table["date"].unique())
    training = Counter(table[table["date"].isin(dates[:12])]["sku"])
    stations = [station.place for station in site.stations]
    place_of: dict[str, set[int]] = defaultdict(set)
    for index in range(NUM_TEST_DAYS):
        day = demand.realise(DayKey(Split.TEST, index))
        own = table[table["date"] == dates[16 + index]]
        small = own[own["order_id"].map(own.groupby("order_id").size()) == 1]
        for _, line in small[small["qty"] <= 100].iterrows():
            release_s = (line["order_time"] - pd.Timestamp(day.label)).total_seconds() - 7 * 3600
            (matching,) = np.nonzero(day.orders["release_s"] == release_s)
            if len(matching) == 1 and day.orders["num_tasks"][matching[0]] == 1:
                place_of[line["sku"]].add(int(day.tasks["origin"][day.orders["first_task"][matching[0]]]))
    assert all(len(places) == 1 for places in place_of.values())
    ways = [
        (training[sku], site.network.distance_m[0, stations, next(iter(places))].min())
        for sku, places in place_of.items()
    ]
    popular = [way for count, way in ways if count >= 20]
    rare = [way for count, way in ways if count <= 2]
    assert popular and rare
    assert np.mean(popular) < np.mean(rare)


def test_a_real_day_conserves_orders_and_cost(shop) -> None:
    spec, site, demand = shop
    day = demand.realise(DayKey(Split.TEST, 1))
    records = play(Simulator(site), NEAREST, day, np.random.default_rng(0)).records
    status = Counter(order.status for order in records.orders)
    assert sum(status.values()) == len(day.orders) == len(records.orders)
    assert set(status) <= {OrderStatus.DONE, OrderStatus.OPEN}
    assert sum(dataclasses.asdict(cost_parts(records, spec.objective)).values()) == pytest.approx(
        records.total_cost, rel=1e-9
    )
