"""Objectives: from a batch and two networks to a loss."""

from qmix_logistics.learning.objectives.objective import Loss, Measure, Objective
from qmix_logistics.learning.objectives.temporal_difference import TemporalDifference
from qmix_logistics.learning.objectives.transformation import Transformation
from qmix_logistics.learning.objectives.weighted import Weighted

__all__ = ["Loss", "Measure", "Objective", "TemporalDifference", "Transformation", "Weighted"]
