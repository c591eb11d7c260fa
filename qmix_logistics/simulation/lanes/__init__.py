"""Lanes that vehicles share: how a site has them, who is on them, ways through them, deadlocks."""

from qmix_logistics.simulation.lanes.segments import Lanes, compile_lanes

__all__ = ["Lanes", "compile_lanes"]
