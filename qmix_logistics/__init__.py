"""Simulate a fleet, learn a decentralised dispatch policy, and compare it with an optimiser on the same days."""

__version__ = "0.1.0"
