"""Mixers: from the utilities of the vehicles that decide to the value of the team."""

from qmix_logistics.learning.mixers.additive import AdditiveMixer
from qmix_logistics.learning.mixers.independent import IndependentMixer
from qmix_logistics.learning.mixers.mixer import Mixer, StateBatch
from qmix_logistics.learning.mixers.monotonic import MonotonicMixer

__all__ = ["AdditiveMixer", "IndependentMixer", "Mixer", "MonotonicMixer", "StateBatch"]
