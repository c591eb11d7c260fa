"""What a network says of joint decisions: utilities of the choices, and all that a mixer may know of the team."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from qmix_logistics.learning.network.grouping import Grouping

NO_SLOT = -1
"""Slot of a row that does not act."""


@dataclass(frozen=True, slots=True)
class Utilities:
    """
    What the agents' network says of each row.

    Parameters
    ----------
    value
        Value V(h) of the row, in reward units; 0 where the network has no value apart.
    advantage
        Advantage A(h, choice) of each slot; minus infinity where there is no choice. Q = V + A.
    is_open
        Which choices the row may take while others leave it all of them; None: every one.
    """

    value: Float[Tensor, " row"]
    advantage: Float[Tensor, "row slot"]
    is_open: Bool[Tensor, "row slot"] | None = None

    def of(self, slots: Int[Tensor, " row"]) -> Float[Tensor, " row"]:
        """
        Return the utility Q of one choice a row.

        Parameters
        ----------
        slots
            The choices; each must be there.
        """
        return self.value + self.advantage.gather(1, slots[:, None]).squeeze(1)

    def best(self) -> Float[Tensor, " row"]:
        """Return the largest utility of each row, over the choices that are open to it."""
        open_to_it = self.advantage if self.is_open is None else self.advantage.masked_fill(~self.is_open, -torch.inf)
        return self.value + open_to_it.amax(dim=1)


@runtime_checkable
class Choices(Protocol):
    """Features of what can be chosen, for joint networks that see choices and not only their utilities."""

    def of(self, slots: Int[Tensor, " row"]) -> Float[Tensor, "row choice_feature"]:
        """
        Return the features of one choice a row.

        Parameters
        ----------
        slots
            The choices.
        """

    def all(self) -> Float[Tensor, "row slot choice_feature"]:
        """Return the features of all slots; those of an empty slot mean nothing."""

    def only(self, kept: Bool[Tensor, " row"]) -> Choices:
        """
        Return those of some rows.

        Parameters
        ----------
        kept
            Which.
        """


class Team:
    """
    What a mixer may know of joint decisions besides utilities.

    Parameters
    ----------
    grouping
        Which rows decide together.
    embed
        Returns the embeddings of the rows, (row, hidden).
    encode
        Returns the encoded global states, (group, feature). Both are called at most once, by those who need them.
    hindsight
        What only the value of a state may depend on, (group, feature); None if there is nothing.
    """

    def __init__(
        self,
        grouping: Grouping,
        embed: Callable[[], Tensor],
        encode: Callable[[], Tensor],
        hindsight: Tensor | None = None,
    ) -> None:
        self.grouping, self.hindsight = grouping, hindsight
        self._embed, self._encode = embed, encode

    @functools.cached_property
    def embedding(self) -> Float[Tensor, "row hidden"]:
        """The embeddings of the rows."""
        return self._embed()

    @functools.cached_property
    def state(self) -> Float[Tensor, "group state_feature"]:
        """The encoded global states."""
        return self._encode()

    def only(self, kept: Bool[Tensor, " row"]) -> Team:
        """
        Return the same joint decisions with some of their rows only.

        Parameters
        ----------
        kept
            Which.
        """
        return Team(self.grouping.only(kept), lambda: self.embedding[kept], lambda: self.state, self.hindsight)


@dataclass(frozen=True, slots=True)
class Decisions:
    """
    Joint decisions as a network sees them.

    Parameters
    ----------
    utilities
        Of the rows.
    team
        Who decides together, in which state.
    choices
        Features of what can be chosen.
    """

    utilities: Utilities
    team: Team
    choices: Choices

    def only(self, kept: Bool[Tensor, " row"]) -> Decisions:
        """
        Return the same joint decisions with some of their rows only.

        Parameters
        ----------
        kept
            Which.
        """
        is_open = None if self.utilities.is_open is None else self.utilities.is_open[kept]
        utilities = Utilities(self.utilities.value[kept], self.utilities.advantage[kept], is_open)
        return Decisions(utilities, self.team.only(kept), self.choices.only(kept))

    def without_idle(self, slots: Int[Tensor, " row"]) -> tuple[Decisions, Int[Tensor, " row"]]:
        """
        Return the decisions and slots of those rows that act.

        Parameters
        ----------
        slots
            Slot of each row, or ``NO_SLOT``.
        """
        acts = slots != NO_SLOT
        return (self, slots) if bool(acts.all()) else (self.only(acts), slots[acts])


def greedy(utilities: Utilities) -> Int[Tensor, " row"]:
    """
    Return the best slot of each row, over the choices that are there.

    Parameters
    ----------
    utilities
        Of the rows.
    """
    return torch.argmax(utilities.advantage, dim=1)
