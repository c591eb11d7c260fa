"""``policies``: what a scenario may compare."""

from __future__ import annotations

from qmix_logistics.cli.talk import Talk


def policies(talk: Talk) -> None:
    """
    List the kinds of policies that a scenario may name, and the policies that installed packages offer.

    docs/guides/own-policy.md shows how to compare a rule of your own.
    """
    import importlib.metadata

    from qmix_logistics.scenario.catalogue import policy_catalogue
    from qmix_logistics.scenario.custom_code import ENTRY_POINTS

    known = list(policy_catalogue())
    offered = sorted(importlib.metadata.entry_points(group=ENTRY_POINTS).names)
    lines = [line for kinds, meaning in known for line in (kinds, f"    {meaning}")]
    if offered:
        lines += [f"policy_class of kind custom: {', '.join(offered)}", "    Offered by installed packages."]
    values = [{"kinds": kinds.split(", "), "meaning": meaning} for kinds, meaning in known]
    talk.answer(lines, {"policies": values, "installed": offered})
