"""Agents, the encoder of their global state, and what joins their utilities."""

from __future__ import annotations

from torch import nn

from qmix_logistics.learning.mixers import Mixer


class TeamNetwork(nn.Module):
    """
    All networks of a learner: what is learned, and what the targets are taken from.

    Parameters
    ----------
    agents
        Scores choices; the only part that a trained policy keeps.
    encoder
        Encodes global states.
    mixer
        Joins the utilities of those who decide together.
    central
        A second team whose mixer is not restricted, for objectives that need one; see ``Weighted``.
    """

    def __init__(self, agents: nn.Module, encoder: nn.Module, mixer: Mixer, central: TeamNetwork | None = None) -> None:
        super().__init__()
        self.agents, self.encoder, self.mixer, self.central = agents, encoder, mixer, central
