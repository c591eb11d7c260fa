from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from town import day_of, town

from qmix_logistics.simulation import Simulator, compile_site

ORDERS = """order,from,to,load_units,release_s,due_s,drop_off_from_s,drop_off_until_s
            1,D,B,4,0,60,,
            2,C,D,2,0,90,50,80
            3,D,A,1,500,600,,"""


def test_what_is_known_of_tasks(tmp_path: Path) -> None:
    spec = town(tmp_path, ORDERS, horizon__demand_s=600)
    simulator = Simulator(compile_site(spec))
    epoch = simulator.reset(day_of(spec))
    known = epoch.snapshot.known.of([1, 0])
    place = {name: index for index, name in enumerate(simulator.site.network.names)}
    assert known["task"].tolist() == [1, 0]
    assert known["origin"].tolist() == [place["C"], place["D"]]
    assert known["destination"].tolist() == [place["D"], place["B"]]
    assert known["load_units"].tolist() == [2, 4] and known["due_s"].tolist() == [90, 60]
    assert known["is_open"].all()
    assert known["drop_off_from_s"].tolist() == [50, 0] and known["drop_off_until_s"].tolist() == [80, np.inf]


def test_nothing_is_known_of_orders_that_have_not_come_in(tmp_path: Path) -> None:
    spec = town(tmp_path, ORDERS, horizon__demand_s=600)
    epoch = Simulator(compile_site(spec)).reset(day_of(spec))
    with pytest.raises(ValueError, match="have not come in"):
        epoch.snapshot.known.of([2])
