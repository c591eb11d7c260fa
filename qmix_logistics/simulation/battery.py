"""Charging along a curve of constant-power steps."""

from __future__ import annotations

from qmix_logistics.scenario.fleet import Battery


def charging_time_s(battery: Battery, from_wh: float, to_wh: float) -> float:
    """
    Return the time to charge from one energy to another.

    Parameters
    ----------
    battery
        The battery.
    from_wh, to_wh
        Energies between 0 and its capacity; 0 s if the second is not larger.
    """
    time_s, level_wh = 0.0, from_wh
    for power_w, end_wh in battery.charging_steps:
        until_wh = min(to_wh, end_wh)
        if until_wh > level_wh:
            time_s += (until_wh - level_wh) / power_w * 3600
            level_wh = until_wh
    return time_s


def charged_wh(battery: Battery, from_wh: float, time_s: float) -> float:
    """
    Return the energy after charging for some time.

    Parameters
    ----------
    battery
        The battery.
    from_wh
        Energy at the beginning.
    time_s
        How long.
    """
    level_wh, left_s = from_wh, time_s
    for power_w, end_wh in battery.charging_steps:
        if end_wh > level_wh:
            step_s = min(left_s, (end_wh - level_wh) / power_w * 3600)
            level_wh += step_s * power_w / 3600
            left_s -= step_s
    return level_wh


def charging_plan(battery: Battery, start_wh: float) -> tuple[float, float, float]:
    """
    Return the energy at which charging ends, the time until then, and the time after which a vehicle may leave.

    Parameters
    ----------
    battery
        The battery.
    start_wh
        Energy at the beginning.
    """
    full_wh = max(battery.charge_to_pct / 100 * battery.capacity_wh, start_wh)
    leave_wh = min(max(battery.interruptible_above_pct / 100 * battery.capacity_wh, start_wh), full_wh)
    return full_wh, charging_time_s(battery, start_wh, full_wh), charging_time_s(battery, start_wh, leave_wh)
