"""What a reader must know before trusting the numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from qmix_logistics.evaluation.alert import Alert, AlertKind, Severity
from qmix_logistics.evaluation.comparison import ALL_SEEDS
from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.decision_times import fixed_s
from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.statistics import MIN_SEEDS, IntervalKind
from qmix_logistics.evaluation.training_alerts import about_training
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.choosing import reference_of
from qmix_logistics.scenario.policies import AtcPolicy, MatchingPolicy, RollingHorizonPolicy, policy_name

MIN_DAYS = 10
MISSED = 1.25
"""Half-width over the one asked for from which on it is missed; the last days may vary a little more than the first."""
SHORT_OF_PCT = 2.0
"""Percentage points by which an interval may hold less than it promises."""
MOST_NAMED = 3
"""Comparisons that an alert names at most."""
BEATEN_PCT = 5.0
"""Share of days on which a policy may beat hindsight."""
ROUNDING = 1e-9
"""Two simulations of the same stops may differ by so much of the cost."""
TUNABLE = (AtcPolicy, MatchingPolicy, RollingHorizonPolicy)
"""Policies whose settings matter enough to be tuned."""
CUT_PCT = 5.0
"""Share of cut candidate lists from which on it is worth saying."""


def find_alerts(
    spec: ScenarioSpec,
    contenders: tuple[Contender, ...],
    replications: pd.DataFrame,
    comparisons: pd.DataFrame,
    training: pd.DataFrame,
    hindsight: pd.DataFrame | None = None,
) -> tuple[Alert, ...]:
    """
    Look for what limits the results.

    Parameters
    ----------
    spec
        The scenario.
    contenders
        The policies.
    replications
        One row for each policy, training seed and day.
    comparisons
        Differences between policies.
    training
        Learning curves.
    hindsight
        Best plans known, if they were looked for.
    """
    return (
        *_about_violations(replications),
        *_about_days(spec, replications),
        *_about_sight(spec, contenders, replications),
        *_about_precision(spec, replications, comparisons),
        *_about_coverage(spec, comparisons),
        *_about_clocks(spec),
        *_about_seeds(spec, contenders),
        *_about_ready(contenders),
        *_about_delays(spec, contenders),
        *_about_tuning(spec, contenders),
        *about_training(spec, training),
        *_about_candidates(replications),
        *_about_hindsight(replications, hindsight),
    )


def _about_violations(replications: pd.DataFrame) -> Iterator[Alert]:
    for policy, rows in replications.groupby("policy", sort=False):
        if rows["mask_violations"].sum():
            yield Alert(
                AlertKind.INFEASIBLE_STOPS,
                Severity.ERROR,
                f"{policy} chose stops that were not feasible.",
                "Mend the policy.",
            )
        if rows["strandings"].sum():
            text = f"{policy}: vehicles ran out of energy {rows['strandings'].sum():.0f} times."
            yield Alert(AlertKind.STRANDED, Severity.WARNING, text, "Raise battery.reserve_pct or charge_below_pct.")
        if rows["rescues"].sum():
            text = f"{policy}: vehicles were carried out of deadlocks {rows['rescues'].sum():.0f} times."
            remedy = "Look where, in the map of the traffic; add bays, one-way aisles or ways around."
            yield Alert(AlertKind.DEADLOCKS, Severity.NOTE, text, remedy)
        if rows["plans_cut_off"].sum():
            number = rows["plans_cut_off"].sum()
            text = f"{policy}: {number:.0f} plans were cut off by the clock; they depend on the machine."
            yield Alert(
                AlertKind.PLANS_CUT_OFF, Severity.WARNING, text, "Lower solution_limit or raise safety_time_limit_s."
            )


def _about_days(spec: ScenarioSpec, replications: pd.DataFrame) -> Iterator[Alert]:
    num_days = replications["day"].nunique()
    if num_days == 1:
        yield Alert(
            AlertKind.ONE_DAY, Severity.WARNING, "One test day: differences have no interval.", "Add test days."
        )
    elif num_days < MIN_DAYS:
        text = f"{num_days} test days: intervals assume that daily differences are close to normal."
        yield Alert(AlertKind.FEW_DAYS, Severity.NOTE, text, f"Use {MIN_DAYS} days or more if you have them.")
    cut = replications[replications["end"] == "truncated"]
    if len(cut) and spec.horizon.drain_s > 0:  # else every day is meant to end so
        share = 100 * len(cut) / len(replications)
        text = (
            f"{share:.0f} % of the days ended with time running out, so orders were left open or never came to an end."
        )
        remedy = "Open orders are counted and charged. Lengthen horizon.drain_s to see them done."
        yield Alert(AlertKind.TIME_RAN_OUT, Severity.NOTE, text, remedy)
    cost = replications.groupby("day")["total_cost"].mean()
    if num_days > 4 and cost.max() > 0.4 * cost.sum():
        text = f"One day makes {100 * cost.max() / cost.sum():.0f} % of all cost: the mean is mostly that day."
        yield Alert(AlertKind.ONE_DAY_DECIDES, Severity.WARNING, text, "Look at the days one by one, below.")


def _about_sight(spec: ScenarioSpec, contenders: tuple[Contender, ...], replications: pd.DataFrame) -> Iterator[Alert]:
    """Tell which vehicles that see only what is near never finished days that a planner finished."""
    if spec.information.board_range_m is None:
        return
    sees_all = {contender.name for contender in contenders if contender.information == "global"}
    is_cut = replications["end"] == "truncated"
    finished = replications.loc[replications["policy"].isin(sees_all) & ~is_cut, "day"].unique()
    left = replications[is_cut & ~replications["policy"].isin(sees_all) & replications["day"].isin(finished)]
    for policy, rows in left.groupby("policy", sort=False):
        number = rows["day"].nunique()
        text = f"{policy} left orders open to the end on {number} of the {len(finished)} days that planners finished."
        remedy = "Tasks may stand where no free vehicle sees them: raise information.board_range_m, or move parking."
        yield Alert(AlertKind.OUT_OF_SIGHT, Severity.WARNING, text, remedy)


def _about_precision(spec: ScenarioSpec, replications: pd.DataFrame, comparisons: pd.DataFrame) -> Iterator[Alert]:
    wanted, level = spec.experiment.precision_pct, replications.groupby("policy")["total_cost"].mean()
    if wanted is None or not len(comparisons):
        return
    is_over_days = comparisons["interval_kind"] == IntervalKind.OVER_DAYS.value
    primary = (comparisons["kpi"] == PRIMARY_KPI) & (comparisons["training_seed"] == ALL_SEEDS)
    found = comparisons[is_over_days & primary & (comparisons["reference"] == reference_of(spec))]
    half_width = (found["ci_high"] - found["ci_low"]) / 2
    wide = found.loc[half_width > MISSED * wanted / 100 * found["reference"].map(level), "policy"].unique().tolist()
    if wide:
        number = replications["day"].nunique()
        text = f"{number} test days do not reach a precision of {wanted:g} % for {', '.join(wide)}."
        yield Alert(AlertKind.WIDE_INTERVALS, Severity.NOTE, text, "Raise experiment.max_replications.")


def _about_coverage(spec: ScenarioSpec, comparisons: pd.DataFrame) -> Iterator[Alert]:
    """
    Tell where intervals hold less than they promise: daily differences are skewed, or most days have none.

    Of policies that cost the same on all days, and of KPIs that are always the same, it does not speak.
    """
    if not len(comparisons):
        return
    promised = spec.experiment.confidence_pct
    is_few = comparisons["coverage_pct"] < promised - SHORT_OF_PCT
    differs = comparisons["ci_low"] < comparisons["ci_high"]
    few = comparisons[is_few & comparisons["kpi"].isin(comparisons.loc[differs, "kpi"])]
    is_primary = (comparisons["kpi"] == PRIMARY_KPI) & (comparisons["training_seed"] == ALL_SEEDS)
    primary = comparisons[is_few & differs & is_primary]
    remedy = "Daily differences are skewed; add test days."
    if len(primary):
        worst = primary.sort_values("coverage_pct", kind="stable").head(MOST_NAMED)
        columns = (worst["policy"], worst["reference"], worst["coverage_pct"])
        where = "; ".join(f"{policy} against {other}, {pct:.1f} %" for policy, other, pct in zip(*columns, strict=True))
        where += f"; and {len(primary) - MOST_NAMED} more" if len(primary) > MOST_NAMED else ""
        text = f"Some {promised:g} % intervals of {PRIMARY_KPI} hold the mean less often than they say: {where}."
        yield Alert(AlertKind.SKEWED_DAYS, Severity.WARNING, text, remedy)
    others = few.loc[few["kpi"] != PRIMARY_KPI, "kpi"].unique().tolist()
    if others:
        text = f"Intervals of {', '.join(others)} hold the mean in less than {promised - SHORT_OF_PCT:g} % somewhere"
        yield Alert(AlertKind.SKEWED_DAYS, Severity.NOTE, f"{text}: see coverage_pct in comparisons.csv.", remedy)


def _about_clocks(spec: ScenarioSpec) -> Iterator[Alert]:
    if spec.decision_time.kind == "measured":
        text = "Decisions took as long as they were computed here: results depend on the machine and on its load."
        remedy = "Replay this run's times with decision_time.kind recorded and recorded_in this folder."
        yield Alert(AlertKind.CLOCK, Severity.WARNING, text, remedy)


def _about_seeds(spec: ScenarioSpec, contenders: tuple[Contender, ...]) -> Iterator[Alert]:
    seeds = spec.experiment.training_seeds
    if any(contender.is_learned and not contender.is_ready for contender in contenders) and seeds < MIN_SEEDS:
        what = "one training" if seeds == 1 else f"{seeds} trainings"
        text = f"Results of learned policies rest on {what}: intervals are conditional on these policies."
        yield Alert(
            AlertKind.FEW_TRAININGS,
            Severity.NOTE,
            text,
            f"Use --training-seeds {MIN_SEEDS} to cover other trainings too.",
        )


def _about_ready(contenders: tuple[Contender, ...]) -> Iterator[Alert]:
    ready = [contender.name for contender in contenders if contender.is_ready]
    if ready:
        text = f"{', '.join(ready)}: one training each, that was done before; intervals are conditional on it."
        yield Alert(
            AlertKind.FEW_TRAININGS, Severity.NOTE, text, "Run the scenario that trained it with more trainings."
        )


def _about_delays(spec: ScenarioSpec, contenders: tuple[Contender, ...]) -> Iterator[Alert]:
    """Tell where decisions take time on test days only."""
    setting = spec.decision_time
    is_trained = any(
        contender.has_training and (setting.kind != "fixed" or fixed_s(setting, contender.information) > 0)
        for contender in contenders
    )
    is_tuned = setting.kind not in ("zero", "fixed") and any(getattr(entry, "tuning", "") for entry in spec.policies)
    if setting.kind != "zero" and (is_trained or is_tuned):
        what = " and ".join(["trained"] * is_trained + ["tuned"] * is_tuned)
        text = f"Policies were {what} on days on which decisions take no time, and tested on days on which they do."
        remedy = "What they learn may not suit delays; compare with decision_time.kind zero to see what these cost."
        yield Alert(AlertKind.UNPREPARED, Severity.NOTE, text, remedy)


def _about_tuning(spec: ScenarioSpec, contenders: tuple[Contender, ...]) -> Iterator[Alert]:
    """Tell whether the learner was given days to train on that the optimisers were not given to tune on."""
    untuned = [policy_name(entry) for entry in spec.policies if isinstance(entry, TUNABLE) and not entry.tuning]
    if untuned and any(contender.is_learned for contender in contenders):
        text = f"Settings of {', '.join(untuned)} are as given, not tuned, while the learned policies were trained."
        remedy = "qmix-logistics tune chooses them on as many training days as the learner gets."
        yield Alert(AlertKind.UNTUNED, Severity.NOTE, text, remedy)


def _about_candidates(replications: pd.DataFrame) -> Iterator[Alert]:
    cuts = replications.groupby("policy", sort=False)["candidate_cut_pct"].mean()
    for policy, share in cuts.items():
        if np.isfinite(share) and share > CUT_PCT:
            text = f"{policy}: the list of candidates left out feasible stops in {share:.0f} % of choices."
            yield Alert(AlertKind.CANDIDATES_CUT, Severity.NOTE, text, "Raise candidates.k.")


def _about_hindsight(replications: pd.DataFrame, hindsight: pd.DataFrame | None) -> Iterator[Alert]:
    if hindsight is None:
        return
    best = replications.groupby("day")["total_cost"].min()
    found = hindsight.set_index("day")["cost"]
    beaten = 100 * float((best < found * (1 - ROUNDING)).mean())
    if beaten:
        text = f"On {beaten:.0f} % of the days a policy did better than the plan found with hindsight."
        remedy = "Regret is against the better of the two. Raise experiment.hindsight_moves."
        yield Alert(
            AlertKind.HINDSIGHT_BEATEN, Severity.WARNING if beaten >= BEATEN_PCT else Severity.NOTE, text, remedy
        )
