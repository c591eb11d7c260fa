"""Policies that come from outside, tried before a run begins."""

from __future__ import annotations

from qmix_logistics.composition.custom import build_custom
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.policies import CustomPolicy, LearnedPolicy


def check_policies(spec: ScenarioSpec) -> None:
    """
    Build the policies that users have written, and load those that were trained before.

    Parameters
    ----------
    spec
        The scenario.

    Raises
    ------
    CustomPolicyError
        If one cannot be built.
    PolicyFileError
        If one cannot be loaded.
    """
    for entry in spec.policies:
        for policy in (entry, getattr(entry, "adviser", None), getattr(entry, "teacher", None)):
            if isinstance(policy, CustomPolicy):
                build_custom(policy)
        if isinstance(entry, LearnedPolicy) and entry.weights_in is not None:
            from qmix_logistics.learning.dispatch.learned_policy import network_of

            network_of(entry.weights_in)
