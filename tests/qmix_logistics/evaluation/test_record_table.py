from __future__ import annotations

from pathlib import Path

import pytest
from documents import scenario
from playing import NEAREST, play_day

from qmix_logistics.errors import RunFolderError
from qmix_logistics.evaluation.record_table import has_record_table, read_record_table
from qmix_logistics.evaluation.units import write_records


@pytest.mark.parametrize("as_parquet", [False, True])
def test_columns_are_read_as_they_were_written(tmp_path: Path, as_parquet: bool) -> None:
    played = play_day(scenario(horizon={"demand_s": 600, "drain_s": 0}), NEAREST)
    write_records(tmp_path, played, as_parquet=as_parquet)
    table = read_record_table(tmp_path, "orders", ("order", "closed_s", "status", "from_the_future"))
    assert sorted(table) == ["closed_s", "order", "status"]
    orders = played.records.orders
    assert table["closed_s"].fillna(-1).tolist() == [-1 if o.closed_s is None else o.closed_s for o in orders]
    assert table["status"].tolist() == [order.status.name.lower() for order in orders]


def test_names_stay_text_whatever_they_look_like(tmp_path: Path) -> None:
    (tmp_path / "vehicles.csv").write_text("vehicle,place,distance_m\n01,NA,1.5\n2,,2\n")
    table = read_record_table(tmp_path, "vehicles", ("vehicle", "place", "distance_m"))
    assert table["vehicle"].tolist() == ["01", "2"]
    assert table["place"].fillna("").tolist() == ["NA", ""]


def test_a_table_that_is_missing_or_cut_off_is_said_by_name(tmp_path: Path) -> None:
    assert not has_record_table(tmp_path, "orders")
    with pytest.raises(RunFolderError, match=r"orders\.csv is missing"):
        read_record_table(tmp_path, "orders")
    (tmp_path / "orders.csv").write_text("order,weight\n0,1\n1,")
    assert has_record_table(tmp_path, "orders")
    with pytest.raises(RunFolderError, match=r"orders\.csv is damaged or cut off"):
        read_record_table(tmp_path, "orders")
