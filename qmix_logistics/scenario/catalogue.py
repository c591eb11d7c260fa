"""The kinds of policies, in words."""

from __future__ import annotations

from collections.abc import Iterator

from qmix_logistics.scenario.policies import (
    AtcPolicy,
    CustomPolicy,
    LearnedPolicy,
    MatchingPolicy,
    RollingHorizonPolicy,
    RulePolicy,
)


def policy_catalogue() -> Iterator[tuple[str, str]]:
    """Yield each kind of policy and what it does."""
    for model in (RulePolicy, AtcPolicy, MatchingPolicy, RollingHorizonPolicy, CustomPolicy, LearnedPolicy):
        kinds = getattr(model.model_fields["kind"].annotation, "__args__", ())
        yield ", ".join(kinds), " ".join((model.__doc__ or "").split())
