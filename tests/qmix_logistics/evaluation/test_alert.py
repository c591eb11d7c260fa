from __future__ import annotations

import re
from pathlib import Path

from qmix_logistics.evaluation.alert import Alert, AlertKind, Severity, worst_first

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "reading-the-report.md"


def test_the_worst_come_first_others_stay_as_they_were() -> None:
    severities = map(Severity, ("note", "warning", "error", "note", "warning"))
    alerts = [Alert(AlertKind.CLOCK, severity, text, "") for severity, text in zip(severities, "abcde", strict=True)]
    assert "".join(alert.text for alert in worst_first(alerts)) == "cbead"


def test_the_guide_explains_every_kind() -> None:
    table = GUIDE.read_text(encoding="utf-8").partition("### Kinds of alerts")[2].partition("## ")[0]
    assert sorted(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", re.sub(r"^[^|].*", "", table, flags=re.MULTILINE))) == sorted(
        kind.value for kind in AlertKind
    )
