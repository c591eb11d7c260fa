"""Times, speeds and amounts as people read them."""

from __future__ import annotations

from qmix_logistics_reports.numbers import short


def duration(seconds: float) -> str:
    """
    Return a time as ``1:05`` or ``2:00:05``.

    Parameters
    ----------
    seconds
        The time.
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def time_words(seconds: float) -> str:
    """
    Return a time in the largest unit that it fills, such as ``40 min`` or ``1.5 h``.

    Parameters
    ----------
    seconds
        The time.
    """
    for factor, unit in ((3600.0, "h"), (60.0, "min")):
        if seconds >= factor:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def rate(per_s: float, counted_in: str) -> str:
    """
    Return a speed, by the second, minute or hour, whichever gives a number of 1 or more.

    Parameters
    ----------
    per_s
        The speed.
    counted_in
        What is counted.
    """
    for factor, unit in ((1, "s"), (60, "min"), (3600, "h")):
        if per_s * factor >= 1 or unit == "h":
            break
    return f"{short(per_s * factor, 2)} {counted_in}/{unit}"


def size(num_bytes: float) -> str:
    """
    Return an amount of data as kB, MB or GB.

    Parameters
    ----------
    num_bytes
        How much.
    """
    for power, unit in ((9, "GB"), (6, "MB"), (3, "kB")):
        if num_bytes >= 10**power:
            return f"{short(num_bytes / 10**power, 2)} {unit}"
    return f"{num_bytes:.0f} bytes"
