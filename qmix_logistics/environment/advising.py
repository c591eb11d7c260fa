"""Asking a central planner what each vehicle should do."""

from __future__ import annotations

import numpy as np

from qmix_logistics.environment.epoch_batch import Advice
from qmix_logistics.episode import Policy
from qmix_logistics.simulation import DecisionEpoch


def advice_of(planner: Policy, epoch: DecisionEpoch) -> Advice:
    """
    Return the stops that a planner would give the deciders of an epoch.

    While it cannot be reached, what is left of its last plan; or else what each vehicle plans, if they can.

    Parameters
    ----------
    planner
        Any policy; it was reset for the day.
    epoch
        The epoch.
    """
    if epoch.is_planner_up or planner.information != "global":
        dispatch = planner.decide(epoch)
        return Advice(dispatch.columns, dispatch.declined)
    columns = planner.decide_in_outage(epoch).columns
    return Advice(np.where(columns >= epoch.work.start, columns, -1))
