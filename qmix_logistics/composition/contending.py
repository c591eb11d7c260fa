"""Who is compared."""

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
            is_ready=isinstance(entry, LearnedPolicy) and entry.weights_in is not None,
        )
        for entry in spec.policies
    )
