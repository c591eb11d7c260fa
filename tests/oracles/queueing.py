"""Queueing theory: exact recursions and stationary formulas."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

from scipy import stats


def waits_fifo(arrivals_s: Sequence[float], services_s: Sequence[float], num_servers: int) -> list[float]:
    """Waits in a G/G/c queue, first come, first served: the recursion of Kiefer and Wolfowitz (1955)."""
    free_s = [0.0] * num_servers
    waits = []
    for arrival_s, service_s in zip(arrivals_s, services_s, strict=True):
        start_s = max(arrival_s, free_s[0])
        waits.append(start_s - arrival_s)
        heapq.heapreplace(free_s, start_s + service_s)
    return waits


def erlang_wait_s(rate_per_s: float, service_s: float, num_servers: int) -> float:
    """
    Mean wait in M/M/c: Erlang's C formula (Erlang 1917; Kleinrock 1975, Queueing Systems 1, Sec. 3.5).

    With :math:`a = \\lambda s`, :math:`C = \\frac{a^c / c! / (1 - a/c)}{\\sum_{k<c} a^k / k! + a^c / c! / (1 - a/c)}`
    orders of all wait, for :math:`s / (c - a)` on average.
    """
    offered = rate_per_s * service_s
    terms = [offered**k / math.factorial(k) for k in range(num_servers)]
    last = offered**num_servers / math.factorial(num_servers) / (1 - offered / num_servers)
    return last / (sum(terms) + last) * service_s / (num_servers - offered)


def pollaczek_khinchine_wait_s(rate_per_s: float, service_s: float, cv: float) -> float:
    """
    Mean wait in M/G/1 (Pollaczek 1930, Khinchine 1932; Kleinrock 1975, Queueing Systems 1, Sec. 5.6).

    :math:`\\frac{\\rho}{1 - \\rho} s \\frac{1 + cv^2}{2}` with :math:`\\rho = \\lambda s`.
    """
    load = rate_per_s * service_s
    return load / (1 - load) * service_s * (1 + cv**2) / 2


def mean_excess_in_m_g_infinity(offered: float, threshold: int) -> float:
    """
    Mean of ``max(N - threshold, 0)`` where N customers are found by one that arrives at M/G/infinity.

    N is Poisson with mean ``offered``, whatever the services (Kleinrock 1975, Queueing Systems 1, Sec. 3.4, and Mirasol
    1963), and :math:`E(N - k)^+ = a P(N \\ge k) - k P(N > k)`.
    """
    found = stats.poisson(offered)
    return float(offered * found.sf(threshold - 1) - threshold * found.sf(threshold))


def relaxation_orders(rho: float) -> float:
    """Orders that come within the relaxation time of M/M/1, 1 / (1 - sqrt(rho))^2 services (Abate and Whitt 1987)."""
    return rho / (1 - math.sqrt(rho)) ** 2
