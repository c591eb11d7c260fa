"""How each policy looks in all figures: a colour, a dash and a mark, so that no one needs to see colours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figures.figure import Canvas, Scale
from qmix_logistics_reports.reading import focus_of, ranking
from qmix_logistics_reports.shown import Number

NUM_LOOKS = 8
"""Looks that the style sheet has: the palette of Okabe and Ito, with a dash for each."""


@dataclass(frozen=True, slots=True)
class Look:
    """
    How a policy looks.

    Parameters
    ----------
    number
        Which look; policies beyond the last look share it.
    role
        ``focus`` for whom the report is about, ``reference`` for whom it is compared with, else ``other``.
    """

    number: int
    role: str

    @property
    def line(self) -> str:
        """Class of its lines."""
        return f"look-{self.number}-line"

    @property
    def fill(self) -> str:
        """Class of its areas and marks."""
        return f"look-{self.number}"

    @property
    def text(self) -> str:
        """Class of its name."""
        return "label" if self.role == "other" else f"label strong {self.role}-text"


def looks_of(result: ExperimentResult) -> dict[str, Look]:
    """
    Return each policy's look: the one that the report is about and the reference first, then by cost.

    Parameters
    ----------
    result
        The experiment.
    """
    focus = focus_of(result)
    first = [policy for policy in (focus, result.reference) if policy is not None]
    order = list(dict.fromkeys([*first, *ranking(result)]))
    roles = {result.reference: "reference"} | ({focus: "focus"} if focus else {})
    start = 0 if focus else 1
    return {
        policy: Look(min(start + index, NUM_LOOKS - 1), roles.get(policy, "other"))
        for index, policy in enumerate(order)
    }


def draw_mark(
    canvas: Canvas, x: float, y: float, look: Look, hint: str = "", value: Number | None = None, size: float = 5.0
) -> None:
    """
    Draw a policy's mark.

    Parameters
    ----------
    canvas
        Where.
    x, y
        Its middle.
    look
        The policy's.
    hint, value
        What it says when pointed at, and the number that it shows.
    size
        Half its width.
    """
    canvas.shape(_OUTLINES[look.number % len(_OUTLINES)](x, y, size), f"mean {look.fill}", hint, value)


def draw_beyond(canvas: Canvas, scale: Scale, y: float, look: Look, low: float, high: float) -> None:
    """
    Draw arrows at the edges of an axis where an interval goes on beyond it.

    Parameters
    ----------
    canvas
        Where.
    scale
        The axis.
    y
        At which height.
    look
        The policy's.
    low, high
        Ends of the interval.
    """
    for is_beyond, x, sign in ((low < scale.low, scale.start, -1), (high > scale.high, scale.end, 1)):
        if is_beyond:
            canvas.shape(f"M{x:.1f} {y - 5:.1f}l{sign * 7} 5l{-sign * 7} 5Z", look.fill)


def _polygon(*corners: tuple[float, float]) -> Callable[[float, float, float], str]:
    def outline(x: float, y: float, size: float) -> str:
        points = [f"{x + dx * size:.1f} {y + dy * size:.1f}" for dx, dy in corners]
        return f"M{'L'.join(points)}Z"

    return outline


def _disc(x: float, y: float, size: float) -> str:
    return f"M{x - size:.1f} {y:.1f}a{size} {size} 0 1 0 {2 * size} 0a{size} {size} 0 1 0 {-2 * size} 0Z"


_OUTLINES: tuple[Callable[[float, float, float], str], ...] = (
    _disc,
    _polygon((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    _polygon((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
    _polygon((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    _polygon((0, 1.15), (1.1, -0.85), (-1.1, -0.85)),
    _polygon((-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2), (-0.4, 1.2),
             (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4)),
    _polygon((-1.1, 0), (0.85, -1.1), (0.85, 1.1)),
    _polygon((1.1, 0), (-0.85, -1.1), (-0.85, 1.1)),
)  # fmt: skip
