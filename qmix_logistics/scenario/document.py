"""The ground of all parts of a scenario: frozen, and no unknown keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Document(BaseModel):
    """A part of a scenario. Its fields' docstrings are the reference; its JSON schema carries them."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        validate_default=True,
    )


@dataclass(frozen=True, slots=True, eq=False)  # annotations must be hashable
class AlsoAccepts:
    """
    Lets a field be written in other ways than its type says; its JSON schema says so, too.

    Parameters
    ----------
    convert
        Makes of these what the type expects, and leaves the rest as it is.
    others
        The other ways, as JSON schemas.
    """

    convert: Callable[[Any], Any]
    others: tuple[Mapping[str, Any], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the field's validation, with the conversion before it."""
        return core_schema.no_info_before_validator_function(self.convert, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the field's JSON schema, with the other ways beside it."""
        return {"anyOf": [handler(schema), *map(dict, self.others)]}
