"""What editors need."""

from __future__ import annotations

import json
from pathlib import Path

from commands import call

from qmix_logistics.scenario.templates import schema_text


def test_the_schema_goes_to_standard_output_or_into_a_file(tmp_path: Path) -> None:
    assert call("schema").out == schema_text()
    place = tmp_path / "editor" / "s.json"
    outcome = call("schema", "-o", place, "--json")
    assert (outcome.status, json.loads(outcome.out)) == (0, {"schema": str(place)})
    assert place.read_text(encoding="utf-8") == schema_text()
    assert outcome.err == "First line of a scenario beside it: # yaml-language-server: $schema=s.json\n"
