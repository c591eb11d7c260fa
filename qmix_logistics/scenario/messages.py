"""What is wrong with a field, in words: what it is, what was expected, and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from qmix_logistics.scenario.positions import FieldPath
from qmix_logistics.scenario.units import UNIT_NAMES, unit_of


def describe(error: ErrorDetails, path: FieldPath, siblings: Mapping[str, str]) -> str:
    """
    Return a sentence for a pydantic error.

    Parameters
    ----------
    error
        The error.
    path
        The field, without pydantic's discriminator tags.
    siblings
        Fields that may stand at its place, and what they mean.
    """
    name = str(path[-1]) if path else ""
    match error["type"]:
        case "extra_forbidden":
            return f"is unknown.{_near_or_all(name, siblings)}"
        case "missing":
            return f"is missing; expected {_expected(name)}{_meaning(siblings.get(name, ''))}"
        case "union_tag_not_found":
            return f"has no {error['ctx']['discriminator']}; expected one that says which it is"
        case "union_tag_invalid":
            context = error["ctx"]
            known = [tag.strip("' ") for tag in context["expected_tags"].split(",")]
            key = str(context["discriminator"]).strip("'")
            near = did_you_mean(context["tag"], known)
            return f"has {key} '{context['tag']}'; expected one of {', '.join(known)}.{near}"
        case "value_error":
            return str(error["ctx"]["error"])
        case "quantity" | "budget":
            return error["msg"]
    return f"is {_quote(error['input'])}; expected {_constraint(error, name)}"


def _constraint(error: ErrorDetails, name: str) -> str:
    context = error.get("ctx", {})
    unit = f" ({unit_of(name)})" if unit_of(name) else ""
    match error["type"]:
        case "greater_than":
            return f"a number above {context['gt']:g}{unit}"
        case "greater_than_equal":
            return f"a number of {context['ge']:g} or more{unit}"
        case "less_than":
            return f"a number below {context['lt']:g}{unit}"
        case "less_than_equal":
            return f"a number of {context['le']:g} or less{unit}"
        case "float_parsing" | "float_type" | "finite_number":
            return f"a number{unit}"
        case "int_parsing" | "int_type" | "int_from_float":
            return f"a whole number{unit}"
        case "bool_parsing" | "bool_type":
            return "true or false"
        case "string_type":
            return "text"
        case "string_pattern_mismatch":
            return "a name of letters, digits, - and _ that begins with a letter"
        case "literal_error":
            return f"{context['expected']}.{did_you_mean(error['input'], _literals(context['expected']))}".rstrip(".")
        case "tuple_type" | "list_type":
            return "a list"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "a mapping of fields"
        case "too_short":
            return "at least one entry"
    return error["msg"][0].lower() + error["msg"][1:]


def _literals(expected: str) -> list[str]:
    return [part.strip(" '") for part in expected.replace(" or ", ",").split(",")]


def _expected(name: str) -> str:
    unit = unit_of(name)
    return f"a value in {unit}" if unit else "a value"


def _meaning(description: str) -> str:
    """Return the first sentence of a description, to stand behind a value."""
    first = " ".join(description.replace("``", "").split()).partition(". ")[0].partition(";")[0].rstrip(".")
    return f": {first[0].lower()}{first[1:]}" if first else ""


def _near_or_all(name: str, siblings: Iterable[str]) -> str:
    known = sorted(siblings)
    return did_you_mean(name, known) or f" Known here: {', '.join(known)}"


def did_you_mean(name: Any, known: Collection[str]) -> str:
    """
    Return a question that names what was probably meant; empty if nothing is near.

    Parameters
    ----------
    name
        What was written.
    known
        What might have been.
    """
    spellings = {option: option for option in known} | {_stem(option): option for option in known}
    near = difflib.get_close_matches(str(name), list(spellings), n=1, cutoff=0.6)
    if not near:
        return ""
    option = spellings[near[0]]
    unit = unit_of(option)
    return f" Did you mean {option}{f' ({unit})' if unit else ''}?"


def _stem(name: str) -> str:
    """Return a field's name without the unit that ends it."""
    endings = [unit for unit in UNIT_NAMES if name.endswith("_" + unit)]
    return name[: -len(max(endings, key=len)) - 1] if endings else name


def _quote(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "empty"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def models_of(annotation: Any) -> list[type[BaseModel]]:
    """
    Return all models that a field may hold, looking into unions, tuples and annotations.

    Parameters
    ----------
    annotation
        A type, as pydantic keeps it.
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models_of(part)]
