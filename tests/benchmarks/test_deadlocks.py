from __future__ import annotations

import random
import time

from crowding import play_watched, random_site

from qmix_logistics.simulation import OrderStatus

NUM_SITES = 60
SIZES = (5, 10, 20, 40, 80, 140)


def test_thousands_of_vehicle_hours_pass_without_a_silent_stall() -> None:
    vehicle_hours = site_hours = 0.0
    deadlocks = back_outs = rescues = orders = 0
    started_s = time.monotonic()
    for seed in range(NUM_SITES):
        spec, policy = random_site(random.Random(seed), SIZES, hours=1.0)
        records = play_watched(spec, policy)
        assert {order.status for order in records.orders} == {OrderStatus.DONE}, seed
        assert records.deadlocks == records.back_outs + records.rescues, seed
        site_hours += records.end_s / 3600
        vehicle_hours += records.end_s / 3600 * spec.fleet[0].count
        deadlocks, back_outs, rescues = (
            deadlocks + records.deadlocks,
            back_outs + records.back_outs,
            rescues + records.rescues,
        )
        orders += len(records.orders)
    counts = f"{deadlocks:,} deadlocks, {back_outs:,} backed out, {rescues:,} rescued"
    print(
        f"\n{NUM_SITES} random sites, {site_hours:,.0f} hours, {vehicle_hours:,.0f} vehicle hours, {orders:,} orders, "
        f"all done; {counts}; {time.monotonic() - started_s:.0f} s"
    )
