from __future__ import annotations

import math

from jinja2 import Environment

from qmix_logistics_reports.shown import Number, Phrase


def test_a_number_is_its_text_and_tells_its_source_in_html() -> None:
    number = Number(-0.0512, "signed_pct:1", 'a"b.csv#3.mean')
    assert number == "−5.1 %"
    assert f"{number}" == "−5.1 %"
    element = '<data value="-0.0512" data-source="a&quot;b.csv#3.mean" data-form="signed_pct:1">−5.1 %</data>'
    assert Environment(autoescape=True).from_string("{{ n }}").render(n=number) == element


def test_a_number_without_source_is_plain_text() -> None:
    assert Number(None, "short:3", "").__html__() == "–"
    assert math.isnan(Number(None, "short:3", "").value)


def test_a_phrase_keeps_its_numbers_and_escapes_its_words() -> None:
    phrase = Phrase("<b> costs ", Number(2.0, "short:2", "kpis.csv#1.mean"), " more")
    assert phrase == "<b> costs 2.0 more"
    assert phrase.__html__().startswith('&lt;b&gt; costs <data value="2.0"')
    assert Phrase(phrase, "!").__html__() == phrase.__html__() + "!"
