"""Distributions of durations. A plain number, or a quantity such as ``"20 s"``, is a constant."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, model_validator

from qmix_logistics.scenario.document import AlsoAccepts, Document
from qmix_logistics.scenario.units import Seconds


class Constant(Document):
    """Always the same duration."""

    dist: Literal["constant"] = "constant"
    mean_s: Annotated[Seconds, Field(ge=0)]
    """The duration."""


class Exponential(Document):
    """Exponential: memoryless, coefficient of variation 1."""

    dist: Literal["exponential"]
    mean_s: Annotated[Seconds, Field(gt=0)]
    """Mean."""


class Lognormal(Document):
    """Lognormal, given by mean and coefficient of variation: the usual shape of manual handling times."""

    dist: Literal["lognormal"]
    mean_s: Annotated[Seconds, Field(gt=0)]
    """Mean of the duration itself, not of its logarithm."""
    cv: Annotated[float, Field(gt=0)]
    """Coefficient of variation: standard deviation over mean."""


class Uniform(Document):
    """Uniform between two durations."""

    dist: Literal["uniform"]
    low_s: Annotated[Seconds, Field(ge=0)]
    """Shortest."""
    high_s: Annotated[Seconds, Field(gt=0)]
    """Longest."""

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if self.high_s < self.low_s:
            raise ValueError(f"has high_s {self.high_s:g} below low_s {self.low_s:g}; expected low_s <= high_s")
        return self

    @property
    def mean_s(self) -> float:
        """Mean."""
        return (self.low_s + self.high_s) / 2


def _constant_from_number(value: Any) -> Any:
    return {"dist": "constant", "mean_s": value} if isinstance(value, int | float | str) else value


Duration = Annotated[
    Constant | Exponential | Lognormal | Uniform,
    Field(discriminator="dist"),
    AlsoAccepts(_constant_from_number, (TypeAdapter(Annotated[Seconds, Field(ge=0)]).json_schema(),)),
]
