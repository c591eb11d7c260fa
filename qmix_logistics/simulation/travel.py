"""How long a trip takes at a time of the day: free time, speeds by time of day, and noise that no decision moves."""

from __future__ import annotations

import bisect
import math
from statistics import NormalDist

from qmix_logistics.scenario.network.traffic import Traffic
from qmix_logistics.simulation.randomness import DayKey

_MASK = (1 << 64) - 1
_NORMAL = NormalDist()


class TravelTimes:
    """
    Travel times of one day.

    Parameters
    ----------
    traffic
        How they vary.
    seed, key
        Root of all seeds, and which day.
    """

    __slots__ = ("_bin_s", "_factors", "_key", "_log_mean", "_log_std", "_starts_s", "is_free")

    def __init__(self, traffic: Traffic, seed: int, key: DayKey) -> None:
        self._starts_s = [step.from_s for step in traffic.speed_profile]
        self._factors = [step.factor for step in traffic.speed_profile]
        noise = traffic.travel_noise
        self._bin_s = noise.bin_s if noise else 0.0
        variance = math.log1p(noise.cv**2) if noise else 0.0
        self._log_std, self._log_mean = math.sqrt(variance), -variance / 2
        self._key = _mix(_mix(_mix(seed & _MASK) ^ int(key.split)) ^ key.index)
        self.is_free = not self._starts_s and noise is None
        """Whether all trips take their free time."""

    def time_s(self, free_s: float, now_s: float, tail: int, head: int) -> float:
        """
        Return how long a trip takes.

        Parameters
        ----------
        free_s
            Its time at free speed.
        now_s
            When it begins.
        tail, head
            Numbers of its ends, or of an arc: who drives the same at the same time meets the same conditions.
        """
        if self.is_free or free_s == 0:
            return free_s
        if self._bin_s:
            free_s *= self._noise(tail, head, int(now_s // self._bin_s))
        return self._at_speeds_of_the_day(free_s, now_s) if self._starts_s else free_s

    def _noise(self, tail: int, head: int, time_bin: int) -> float:
        """Lognormal with mean 1, keyed by trip and stretch of time."""
        bits = _mix(_mix(_mix(self._key ^ tail) ^ (head << 20)) ^ time_bin)
        uniform = ((bits >> 11) + 0.5) / (1 << 53)
        return math.exp(self._log_mean + self._log_std * _NORMAL.inv_cdf(uniform))

    def _at_speeds_of_the_day(self, free_s: float, now_s: float) -> float:
        """Drive through the steps, each at its own speed: who sets out later never arrives earlier."""
        step = bisect.bisect_right(self._starts_s, now_s) - 1
        time_s, left_s = now_s, free_s
        while step + 1 < len(self._starts_s):
            covered_s = (self._starts_s[step + 1] - time_s) * self._factors[step]
            if covered_s >= left_s:
                break
            left_s -= covered_s
            time_s = self._starts_s[step + 1]
            step += 1
        return time_s + left_s / self._factors[step] - now_s


def _mix(bits: int) -> int:
    """Scramble 64 bits (splitmix64, Steele et al. 2014, Fast splittable pseudorandom number generators, OOPSLA)."""
    bits = (bits + 0x9E3779B97F4A7C15) & _MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & _MASK
    return bits ^ (bits >> 31)
