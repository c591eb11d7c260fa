"""Who is compared, and with whom."""

from __future__ import annotations

from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.policies import CustomPolicy, LearnedPolicy, policy_name, trained_as


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


def reference_of(spec: ScenarioSpec) -> str:
    """
    Return the name of the policy that the others are compared with.

    Parameters
    ----------
    spec
        The scenario.
    """
    names = [policy_name(entry) for entry in spec.policies]
    known = [policy_name(entry) for entry in spec.policies if not isinstance(entry, LearnedPolicy | CustomPolicy)]
    given = [policy_name(entry) for entry in spec.policies if isinstance(entry, CustomPolicy)]
    return spec.experiment.reference or (known or given or names[:1])[-1]
