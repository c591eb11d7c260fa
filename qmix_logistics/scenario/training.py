"""How a policy is learned."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, model_serializer
from pydantic_core import PydanticCustomError

from qmix_logistics.scenario.document import AlsoAccepts, Document
from qmix_logistics.scenario.units import Mebibytes, Seconds

_BUDGET = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(days?|s|m|min|h)\s*")
_SECONDS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


class Budget(Document):
    """Training effort: in simulated days, which can be repeated, or in seconds of computing, which cannot."""

    days: Annotated[int, Field(ge=1)] | None = None
    """Days to train on."""
    seconds: Annotated[float, Field(gt=0)] | None = None
    """Computing time; the round under way is finished."""

    @property
    def is_repeatable(self) -> bool:
        """Whether the same budget always gives the same policy."""
        return self.days is not None

    def __str__(self) -> str:
        """Return the budget as a document says it."""
        return f"{self.days} days" if self.days is not None else f"{self.seconds:g} s"

    @model_serializer
    def _as_written(self) -> str:
        return str(self)


def _budget_from_text(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"days": value}
    if not isinstance(value, str):
        return value
    match = _BUDGET.fullmatch(value)
    if match is None or (match[2].startswith("day") and "." in match[1]):
        raise PydanticCustomError(
            "budget",
            "is '{value}'; expected days of simulation such as '300 days', or computing time such as '5 min'",
            {"value": value},
        )
    number, unit = match.groups()
    return {"days": int(number)} if unit.startswith("day") else {"seconds": float(number) * _SECONDS[unit]}


TrainBudget = Annotated[
    Budget,
    AlsoAccepts(
        _budget_from_text, ({"type": "integer", "minimum": 1}, {"type": "string", "pattern": f"^{_BUDGET.pattern}$"})
    ),
]


class Exploration(Document):
    """
    What is tried while training.

    At first a guide acts, so that values are learned for days that go reasonably well; then, more and more, the policy
    itself. Meanwhile some choices are drawn by lot: among the best, where it matters which is better, and among all.
    """

    guide: Literal["planner", "atc", "random"] = "planner"
    """Who acts at first: the teacher, or else the adviser, if the policy has one; else, and with ``atc``, the ATC rule
    on what each vehicle sees; or chance."""
    guide_days: Annotated[int, Field(ge=1)] = 60
    """Days over which the guide's share of choices falls from 1 to 0, but at most half of the budget."""
    best_share: Annotated[float, Field(ge=0, le=1)] = 0.25
    """Share of choices drawn among the ``num_best`` best."""
    num_best: Annotated[int, Field(ge=1)] = 3
    """How many those are."""
    any_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Share of choices drawn among all candidates."""


class Training(Document):
    """
    How a policy is learned. The defaults were measured, see ``docs/background``.

    The result depends on these and on the seed, never on the number of processes.
    """

    budget: TrainBudget = Budget(days=200)
    """When to stop."""
    envs_per_batch: Annotated[int, Field(ge=1, le=1024)] = 32
    """Days simulated side by side; a checkpoint is possible whenever all of them have ended."""
    discount_time_constant_s: Annotated[Seconds, Field(gt=0)] = 120.0
    """Cost that is due in this time counts 1/e as much as cost now."""
    travel_weight: Annotated[float, Field(ge=0)] = 1.0
    """The price of travel in what is learned over that of the objective; above 1 where driving costs more than values
    can see, such as the time of scarce chargers. Policies are still compared by the objective."""
    battery_potential: Annotated[float, Field(ge=0)] = 0.0
    """What a full battery is worth in what is learned, in costs of one order of mean weight, open for the discount time
    constant: a potential, so that what is best in the long run stays so [Ng et al. 1999]."""
    return_horizon_s: Annotated[Seconds, Field(ge=0)] | None = None
    """Costs are summed at least this long before the target network takes over; 0: one decision epoch; by default half
    of ``discount_time_constant_s``."""
    epochs_per_update: Annotated[float, Field(gt=0)] = 16.0
    """New joint decisions between two gradient steps."""
    epochs_before_learning: Annotated[int, Field(ge=1)] = 1000
    """Joint decisions to collect before the first gradient step."""
    batch_epochs: Annotated[int, Field(ge=1)] = 256
    """Joint decisions in a gradient step."""
    learning_rate: Annotated[float, Field(gt=0)] = 5e-4
    """Step size of Adam; it falls linearly to a tenth."""
    polyak: Annotated[float, Field(gt=0, le=1)] = 0.005
    """Share of the online network that enters the target network; 1: copied whole."""
    target_every_updates: Annotated[int, Field(ge=1)] = 1
    """Gradient steps between two such changes of the target network."""
    weighting_alpha: Annotated[float, Field(gt=0, le=1)] = 0.5
    """What values that are too high count, in CW-QMIX and OW-QMIX."""
    priority_exponent: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How much oftener badly predicted decisions are drawn; 0: all alike."""
    gradient_clip: Annotated[float, Field(gt=0)] = 10.0
    """Largest norm of a gradient."""
    hidden: Annotated[int, Field(ge=4, le=1024)] = 64
    """Width of the networks."""
    mixer_hidden: Annotated[int, Field(ge=1, le=1024)] = 32
    """Width of the mixing network."""
    replay_mib: Annotated[Mebibytes, Field(gt=0)] = 256.0
    """Memory for past decisions."""
    imitation_weight: Annotated[float, Field(ge=0)] | None = None
    """What a planner's choices count beside costs, in a margin loss [Hester et al. 2018]. By default 1 where vehicles
    do not know them; 0.03 where they are told: with more they never leave the advice, with none what was hardly ever
    tried looks best."""
    imitation_margin: Annotated[float, Field(gt=0)] = 0.4
    """By how much the teacher's choice should be better than all others: in costs of one order of mean weight, open for
    the discount time constant."""
    advice_trust: Annotated[float, Field(ge=0)] = 0.8
    """By how much what is advised looks better than the rest before anything is learned, in the same costs."""
    exploration: Exploration = Exploration()
    """How much of training is tried at random."""
    validate_every_days: Annotated[int, Field(ge=1)] = 32
    """Days between two plays of the validation days without exploration; the best policy there is kept."""
    checkpoint_every_days: Annotated[int, Field(ge=1)] = 32
    """Days between two checkpoints, from which an interrupted training goes on."""

    def imitation(self, *, is_told: bool) -> float:
        """
        Return what a planner's choices count beside costs.

        Parameters
        ----------
        is_told
            Whether the vehicle knows them.
        """
        return (0.03 if is_told else 1.0) if self.imitation_weight is None else self.imitation_weight

    @property
    def summed_s(self) -> float:
        """How long costs are summed before the target network takes over."""
        return self.discount_time_constant_s / 2 if self.return_horizon_s is None else self.return_horizon_s
