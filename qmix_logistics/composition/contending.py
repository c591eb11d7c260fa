"""Who is compared, and with whom."""

from __future__ import annotations

from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.policies import LearnedPolicy, policy_name, trained_as


def contenders(spec: ScenarioSpec) -> tuple[Contender, ...]:
    """
    Return who is compared, in the scenario's order.

    Parameters
    ----------
    spec
        The scenario.
    """
    return tuple(
        Contender(
            name=policy_name(entry),
            information=entry.information,
            is_learned=isinstance(entry, LearnedPolicy),
            trained_as=trained_as(entry) if isinstance(entry, LearnedPolicy) else None,
        )
        for entry in spec.policies
    )


def reference_of(spec: ScenarioSpec) -> str:
    """
    Return the name of the policy that the others are compared with.

    Parameters
    ----------
    spec
        The scenario.
    """
    policies = contenders(spec)
    baselines = [policy.name for policy in policies if not policy.is_learned]
    return spec.experiment.reference or (baselines or [policies[0].name])[-1]
