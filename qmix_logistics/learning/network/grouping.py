"""Which deciders decide together."""

from __future__ import annotations

import functools

import torch
from jaxtyping import Float, Int
from torch import Tensor


class Grouping:
    """
    Rows (deciders) in groups (joint decisions).

    Parameters
    ----------
    group
        Group of each row, rising.
    num_groups
        Number of groups; some may have no row.
    """

    def __init__(self, group: Int[Tensor, " row"], num_groups: int) -> None:
        self.group, self.num_groups = group, num_groups

    def sum(self, values: Float[Tensor, "row *feature"]) -> Float[Tensor, "group *feature"]:
        """
        Sum rows by group; 0 for a group without rows.

        Parameters
        ----------
        values
            What to sum.
        """
        return values.new_zeros(self.num_groups, *values.shape[1:]).index_add(0, self.group, values)

    def of_rows(self, values: Float[Tensor, "group *feature"]) -> Float[Tensor, "row *feature"]:
        """
        Return for each row what its group has.

        Parameters
        ----------
        values
            Of the groups.
        """
        return values[self.group]

    def only(self, kept: Tensor) -> Grouping:
        """
        Return the same groups with some of their rows only.

        Parameters
        ----------
        kept
            Which rows, as booleans.
        """
        return Grouping(self.group[kept], self.num_groups)


class TeamGrouping(Grouping):
    """
    Groups of one size, in order: sums and copies need no index.

    Parameters
    ----------
    num_groups
        Number of groups.
    size
        Rows in each.
    device
        Where tensors are.
    """

    def __init__(self, num_groups: int, size: int, device: torch.device | str = "cpu") -> None:
        self.num_groups, self._size, self._device = num_groups, size, device

    @functools.cached_property
    def group(self) -> Int[Tensor, " row"]:  # type: ignore[override]
        """Group of each row."""
        return torch.arange(self.num_groups, device=self._device).repeat_interleave(self._size)

    def sum(self, values: Float[Tensor, "row *feature"]) -> Float[Tensor, "group *feature"]:
        """Sum rows by group; see ``Grouping``."""
        return values.reshape(self.num_groups, self._size, *values.shape[1:]).sum(dim=1)

    def of_rows(self, values: Float[Tensor, "group *feature"]) -> Float[Tensor, "row *feature"]:
        """Return for each row what its group has; see ``Grouping``."""
        return values.repeat_interleave(self._size, dim=0)
