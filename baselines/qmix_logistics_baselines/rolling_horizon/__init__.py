"""Routes for the whole fleet by OR-Tools, planned again and again."""

from qmix_logistics_baselines.rolling_horizon.policy import RollingHorizonPolicy

__all__ = ["RollingHorizonPolicy"]
