"""Customers scattered around a site, drawn once from a seed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.units import Metres


class CustomerArea(Document):
    """
    Customers ``K1``, ``K2``, ... in a disc around the site, drawn once from a seed: part of the site, not of the day.

    Roads between them are as long as the straight line times ``circuity``.
    """

    count: Annotated[int, Field(ge=1, le=2000)]
    """How many."""
    radius_m: Annotated[Metres, Field(gt=0)]
    """Of the disc."""
    num_clusters: Annotated[int, Field(ge=0)] = 0
    """They gather around so many centres, a tenth of the radius wide; 0: evenly over the disc."""
    circuity: Annotated[float, Field(ge=1)] = 1.3
    """Length of a road over that of the straight line; 1.2 to 1.4 in towns."""
    seed: Annotated[int, Field(ge=0)] = 1
    """The same seed gives the same customers."""
