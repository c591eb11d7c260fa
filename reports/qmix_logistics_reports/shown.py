"""Numbers as the report shows them: each knows the cells of the CSV files that it comes from."""

from __future__ import annotations

from html import escape

from qmix_logistics_reports.numbers import written


class Shown(str):
    """Text that knows how it stands in HTML."""

    def __html__(self) -> str:
        """Return it as HTML."""
        return escape(self)


class Number(Shown):
    """
    A number with its source.

    Parameters
    ----------
    value
        The number.
    form
        How it is written; see ``written``.
    source
        Where it comes from: ``file#rows.column``. Rows count from 1 below the header: one, or ``first..last``, or
        several as ``1+4``. Of several the mean is meant, or what stands before: ``sum:``, or ``p05:`` for the 5 %
        quantile. ``a/b`` is one over the other, ``a-b`` one less the other.
    """

    value: float
    form: str
    source: str

    def __new__(cls, value: float | None, form: str, source: str) -> Number:
        """Return the number as text."""
        found = super().__new__(cls, written(value, form))
        found.value, found.form, found.source = float("nan") if value is None else float(value), form, source
        return found

    @property
    def attributes(self) -> str:
        """Its source as attributes of an element."""
        return f'data-source="{escape(self.source)}" data-form="{self.form}"'

    def __html__(self) -> str:
        """Return it as an element that holds the exact value; without a source, as text."""
        if not self.source:
            return escape(self)
        return f'<data value="{self.value!r}" {self.attributes}>{escape(self)}</data>'


class Phrase(Shown):
    """
    Text with numbers in it.

    Parameters
    ----------
    parts
        What it is put together of; numbers keep their sources.
    """

    parts: tuple[str, ...]

    def __new__(cls, *parts: str) -> Phrase:
        """Return the parts as one text."""
        found = super().__new__(cls, "".join(parts))
        found.parts = parts
        return found

    def __html__(self) -> str:
        """Return its parts one after the other."""
        return "".join(part.__html__() if isinstance(part, Shown) else escape(part) for part in self.parts)
