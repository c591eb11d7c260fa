"""Names that the parts of a scenario call each other by."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
"""Name of something that the scenario itself introduces, such as a class of vehicles."""

NodeName = Annotated[str, Field(min_length=1, max_length=80)]
"""Name of a node of the network, as its source spells it."""

NodeKind = Literal["rack", "station", "dock", "depot", "customer", "charger", "parking", "junction"]
"""What a node is for. No one stops at a junction."""
