"""Queueing theory: exact recursions and stationary formulas."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence


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
    """Mean wait in M/M/c: Erlang's C formula."""
    offered = rate_per_s * service_s
    terms = [offered**k / math.factorial(k) for k in range(num_servers)]
    last = offered**num_servers / math.factorial(num_servers) / (1 - offered / num_servers)
    return last / (sum(terms) + last) * service_s / (num_servers - offered)


def pollaczek_khinchine_wait_s(rate_per_s: float, service_s: float, cv: float) -> float:
    """Mean wait in M/G/1."""
    load = rate_per_s * service_s
    return load / (1 - load) * service_s * (1 + cv**2) / 2
