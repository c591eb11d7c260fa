from __future__ import annotations

from pathlib import Path

import pytest
from mutants.catalogue import MUTANTS, Mutant

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_faulty_version_can_still_be_made(mutant: Mutant) -> None:
    """Whether its tests notice takes minutes: ``make mutants``."""
    assert (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.right) == 1
    assert (ROOT / mutant.tests.partition("::")[0]).exists()
