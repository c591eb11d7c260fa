"""Which of a scenario's policies the others are compared with; a scenario with other policies."""

from __future__ import annotations

from collections.abc import Sequence

from qmix_logistics.scenario.policies import Baseline, CustomPolicy, LearnedPolicy, policy_name
from qmix_logistics.scenario.scenario import ScenarioSpec


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


def with_policies(spec: ScenarioSpec, policies: Sequence[Baseline | LearnedPolicy]) -> ScenarioSpec:
    """
    Return a scenario with these policies instead of its own; what names one that is gone is as if not given.

    Parameters
    ----------
    spec
        The scenario.
    policies
        Its new policies.
    """
    names = [policy_name(entry) for entry in policies]
    reference = spec.experiment.reference if spec.experiment.reference in names else None
    replayed = tuple(name for name in spec.report.replay_policies if name in names)
    return spec.model_copy(
        update={
            "policies": tuple(policies),
            "experiment": spec.experiment.model_copy(update={"reference": reference}),
            "report": spec.report.model_copy(update={"replay_policies": replayed}),
        }
    )
