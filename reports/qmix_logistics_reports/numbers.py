"""Numbers as people read them."""

from __future__ import annotations

import math

NOTHING = 1e-9
"""Smaller numbers are rounding errors."""


def short(value: float | None, digits: int = 3) -> str:
    """
    Return a number with so many significant digits, thousands grouped; a dash where there is none.

    Parameters
    ----------
    value
        The number.
    digits
        Significant digits.
    """
    if value is None or not math.isfinite(value):
        return "–"
    if abs(value) < NOTHING:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}".replace("-", "−")


def signed_pct(share: float, digits: int = 1) -> str:
    """
    Return a share as a signed percentage.

    Parameters
    ----------
    share
        Such as -0.05.
    digits
        Decimals; from 100 % on there are none.
    """
    if not math.isfinite(share):
        return "–"
    places = digits if abs(share) < 1 else 0
    rounded = round(100 * share, places)
    return (f"{rounded:+,.{places}f} %" if rounded else f"{0:.{places}f} %").replace("-", "−")


def tick_label(value: float) -> str:
    """
    Return a round number as it stands at an axis.

    Parameters
    ----------
    value
        The number.
    """
    return f"{round(value, 9):,.10g}".replace("-", "−")


def ticks(low: float, high: float, number: int = 5) -> list[float]:
    """
    Return round numbers within a range, about so many.

    Parameters
    ----------
    low, high
        The range.
    number
        How many are wanted.
    """
    if not high > low:
        return [low]
    raw = (high - low) / max(number, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def written(value: float | None, form: str) -> str:
    """
    Return a number in a form that has a name.

    Parameters
    ----------
    value
        The number.
    form
        ``short:3``, with so many significant digits; ``signed:3``, the same with a sign; ``signed_pct:1``, a share as a
        percentage with so many decimals; ``pct:1`` and ``size:3``, without a sign; ``count``.
    """
    kind, _, digits = form.partition(":")
    number = math.nan if value is None else value
    match kind:
        case "short":
            return short(number, int(digits))
        case "signed":
            return f"+{short(number, int(digits))}" if number > 0 else short(number, int(digits))
        case "size":
            return short(abs(number), int(digits))
        case "pct":
            return f"{abs(100 * number):.{digits}f} %" if math.isfinite(number) else "–"
        case "signed_pct":
            return signed_pct(number, int(digits))
        case "count":
            return f"{number:,.0f}" if math.isfinite(number) else "–"
    raise ValueError(f"{form} is no form of a number")
