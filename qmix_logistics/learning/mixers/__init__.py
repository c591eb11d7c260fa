"""Mixers: from the utilities of those who decide to the value of the team."""

from qmix_logistics.learning.mixers.additive import AdditiveMixer
from qmix_logistics.learning.mixers.duplex import DuplexMixer
from qmix_logistics.learning.mixers.independent import IndependentMixer
from qmix_logistics.learning.mixers.joint import JointValue
from qmix_logistics.learning.mixers.mixer import Mixer
from qmix_logistics.learning.mixers.monotonic import MonotonicMixer
from qmix_logistics.learning.mixers.unrestricted import UnrestrictedMixer

__all__ = [
    "AdditiveMixer",
    "DuplexMixer",
    "IndependentMixer",
    "JointValue",
    "Mixer",
    "MonotonicMixer",
    "UnrestrictedMixer",
]
