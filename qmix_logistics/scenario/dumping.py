"""A scenario as YAML, every default spelt out."""

from __future__ import annotations

import io

from ruamel.yaml import YAML

from qmix_logistics.scenario.scenario import ScenarioSpec


def dump_scenario(spec: ScenarioSpec) -> str:
    """
    Return a document that loads as the same scenario; paths in it are absolute.

    Parameters
    ----------
    spec
        The scenario.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 120
    stream = io.StringIO()
    yaml.dump(spec.model_dump(mode="json"), stream)
    return stream.getvalue()
