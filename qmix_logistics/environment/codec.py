"""The codec: decision epochs to observations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int

from qmix_logistics.environment.candidates import select_candidates
from qmix_logistics.environment.epoch_batch import Advice, EpochBatch, collate
from qmix_logistics.environment.local_features import neighbours_of, vehicle_features
from qmix_logistics.environment.observation import JointObservation, JointState
from qmix_logistics.environment.state_features import site_state, task_states, vehicle_states
from qmix_logistics.environment.stop_features import stop_features
from qmix_logistics.simulation import DecisionEpoch, Site


class Codec:
    """
    Encodes epochs of one site for policies that decide on local information.

    Parameters
    ----------
    site
        The site.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    def encode(
        self,
        epochs: Sequence[DecisionEpoch],
        told: Sequence[Advice] | None = None,
        shown: Sequence[Advice] | None = None,
        *,
        with_state: bool = False,
    ) -> JointObservation:
        """
        Return what the deciders of some epochs see.

        Parameters
        ----------
        epochs
            Epochs of simulators of this site.
        told
            What a planner advises in each; the deciders know it.
        shown
            What a teacher would do in each; they do not.
        with_state
            Whether to encode their global states too.
        """
        site, batch = self._site, collate(self._site, epochs, told, shown)
        candidates = select_candidates(site, batch)
        neighbours = neighbours_of(site, batch)
        chosen = batch.stops[batch.epoch[:, None], candidates.columns]
        is_pick_up = batch.is_pick_up[batch.epoch[:, None], candidates.columns] & candidates.mask
        is_first_way = candidates.mask & (candidates.detour_s == 0)
        is_told = (candidates.columns == batch.told[:, None]) & is_first_way
        is_shown = (candidates.columns == batch.shown[:, None]) & is_first_way
        is_shown &= ~(candidates.is_fallback & is_pick_up.any(axis=1, keepdims=True))
        return JointObservation(
            epoch=batch.epoch,
            decider=batch.decider,
            vehicle=vehicle_features(site, batch, neighbours, is_pick_up, is_told),
            stops=stop_features(site, batch, candidates, neighbours, chosen, is_pick_up, is_told),
            mask=candidates.mask,
            is_fallback=candidates.is_fallback,
            columns=candidates.columns,
            ways=candidates.ways,
            tasks=np.where(is_pick_up, chosen["task"], -1),
            is_cut=candidates.is_cut,
            told=_slots(is_told),
            shown=_slots(is_shown),
            neighbours=neighbours.features,
            neighbour_mask=neighbours.mask,
            state=self._state(batch) if with_state else None,
        )

    def _state(self, batch: EpochBatch) -> JointState:
        tasks, task_mask = task_states(self._site, batch)
        return JointState(vehicle_states(self._site, batch), tasks, task_mask, site_state(self._site, batch))


def _slots(is_it: Bool[np.ndarray, "row slot"]) -> Int[np.ndarray, " row"]:
    return np.where(is_it.any(axis=1), is_it.argmax(axis=1), -1)
