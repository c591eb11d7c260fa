"""What an alert is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How much an alert matters, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class AlertKind(Enum):
    """What an alert is about; a program may rely on these names."""

    INFEASIBLE_STOPS = "infeasible-stops"
    STRANDED = "stranded"
    DEADLOCKS = "deadlocks"
    PLANS_CUT_OFF = "plans-cut-off"
    ONE_DAY = "one-day"
    FEW_DAYS = "few-days"
    TIME_RAN_OUT = "time-ran-out"
    OUT_OF_SIGHT = "out-of-sight"
    NO_STEADY_STATE = "no-steady-state"
    ONE_DAY_DECIDES = "one-day-decides"
    WIDE_INTERVALS = "wide-intervals"
    SKEWED_DAYS = "skewed-days"
    CLOCK = "clock"
    FEW_TRAININGS = "few-trainings"
    UNTUNED = "untuned"
    UNPREPARED = "unprepared"
    STILL_IMPROVING = "still-improving"
    COLLAPSED = "collapsed"
    VALUES_RAN_AWAY = "values-ran-away"
    ONE_KIND_OF_STOP = "one-kind-of-stop"
    CANDIDATES_CUT = "candidates-cut"
    HINDSIGHT_BEATEN = "hindsight-beaten"


@dataclass(frozen=True, slots=True)
class Alert:
    """
    One thing to know.

    Parameters
    ----------
    kind
        What it is about.
    severity
        How much it matters.
    text
        What it is.
    remedy
        What to do about it.
    """

    kind: AlertKind
    severity: Severity
    text: str
    remedy: str


def worst_first(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """
    Return alerts by severity, those of one severity as they were.

    Parameters
    ----------
    alerts
        The alerts.
    """
    order = list(Severity)
    return tuple(sorted(alerts, key=lambda alert: order.index(alert.severity)))
