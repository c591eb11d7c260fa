"""Figures as SVG that follows the page's colours, each with its numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from qmix_logistics_reports.shown import Number


@dataclass(frozen=True, slots=True)
class Figure:
    """
    A figure and what it shows.

    Parameters
    ----------
    svg
        The drawing.
    caption
        How to read it.
    columns, rows
        Its numbers; the first of a row says what they belong to.
    groups
        Heads over several columns, from the second one on, each with how many columns it is over.
    """

    svg: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    groups: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Canvas:
    """
    An SVG drawing under way; colours come from the page's style sheet by class.

    Parameters
    ----------
    width, height
        Size in pixels.
    """

    width: float
    height: float
    _parts: list[str] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """
        Draw a line.

        Parameters
        ----------
        x1, y1, x2, y2
            From where to where.
        kind
            Its class.
        """
        self._parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>')

    def circle(self, x: float, y: float, radius: float, kind: str, hint: str = "", value: Number | None = None) -> None:
        """
        Draw a dot.

        Parameters
        ----------
        x, y, radius
            Where, how large.
        kind
            Its class.
        hint
            What it says when pointed at.
        value
            The number that it shows, which follows the hint.
        """
        place = f'cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"'
        self._parts.append(f'<circle {place} class="{kind}"{_source(value)}>{_title(hint, value)}</circle>')

    def rectangle(self, x: float, y: float, width: float, height: float, kind: str, hint: str = "") -> None:
        """
        Draw a rectangle.

        Parameters
        ----------
        x, y, width, height
            Where, how large.
        kind
            Its class.
        hint
            What it says when pointed at.
        """
        box = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
        self._parts.append(f'<rect {box} class="{kind}">{_title(hint)}</rect>')

    def path(self, points: Sequence[tuple[float, float]], kind: str) -> None:
        """
        Draw straight lines through points.

        Parameters
        ----------
        points
            The points.
        kind
            Its class.
        """
        if points:
            joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            self._parts.append(f'<polyline points="{joined}" class="{kind}"/>')

    def shape(self, outline: str, kind: str, hint: str = "", value: Number | None = None) -> None:
        """
        Draw a shape.

        Parameters
        ----------
        outline
            Its path, as SVG writes it.
        kind
            Its class.
        hint, value
            What it says when pointed at, and the number that it shows.
        """
        head = f'<path d="{outline}" class="{kind}"{_source(value)}'
        title = _title(hint, value)
        self._parts.append(f"{head}>{title}</path>" if title else f"{head}/>")

    def text(self, x: float, y: float, text: str, kind: str = "label", anchor: str = "start") -> None:
        """
        Write a line of text.

        Parameters
        ----------
        x, y
            Where; y is the base line.
        text
            What; a number keeps its source.
        kind
            Its class.
        anchor
            start, middle or end.
        """
        source = _source(text if isinstance(text, Number) else None)
        place = f'x="{x:.1f}" y="{y:.1f}"'
        self._parts.append(f'<text {place} class="{kind}" text-anchor="{anchor}"{source}>{escape(text)}</text>')

    def render(self, title: str, description: str) -> str:
        """
        Return the drawing.

        Parameters
        ----------
        title, description
            For those who cannot see it.
        """
        head = f'<svg viewBox="0 0 {self.width:.0f} {self.height:.0f}" role="img" aria-label={quoteattr(title)}>'
        return f"{head}<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(self._parts)}</svg>"


@dataclass(frozen=True, slots=True)
class Scale:
    """
    A linear axis.

    Parameters
    ----------
    low, high
        Range of values.
    start, end
        Range of pixels.
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def _title(hint: str, value: Number | None = None) -> str:
    text = hint if value is None else f"{hint}: {value}"
    return f"<title>{escape(text)}</title>" if text else ""


def _source(value: Number | None) -> str:
    return "" if value is None else f" {value.attributes}"
