"""The program: its commands in groups, each with examples."""

from __future__ import annotations

from collections.abc import Callable

from qmix_logistics.cli.app import app
from qmix_logistics.cli.compare_command import compare
from qmix_logistics.cli.deployment_commands import agents, export
from qmix_logistics.cli.evaluate_command import evaluate
from qmix_logistics.cli.grouped_help import SETTINGS, GroupedCommand, examples
from qmix_logistics.cli.import_command import import_
from qmix_logistics.cli.info_command import info
from qmix_logistics.cli.init_command import init
from qmix_logistics.cli.learn_command import learn
from qmix_logistics.cli.policies_command import policies
from qmix_logistics.cli.report_command import report
from qmix_logistics.cli.run_command import run
from qmix_logistics.cli.schema_command import schema
from qmix_logistics.cli.speaking import speaking
from qmix_logistics.cli.sweep_command import sweep
from qmix_logistics.cli.train_command import train
from qmix_logistics.cli.tune_command import tune
from qmix_logistics.cli.validate_command import validate

BEGIN, PLAY, READ, OTHERS = "Begin", "Simulate, learn, compare", "Read and hand on", "Other environments"
"""Headings of commands."""


def _add(group: str, command: Callable[..., None], short: str, *lines: str, name: str | None = None) -> None:
    app.command(
        name=name,
        cls=GroupedCommand,
        short_help=short,
        epilog=examples(*lines),
        rich_help_panel=group,
        context_settings=SETTINGS,
    )(speaking(command))


_add(
    BEGIN,
    init,
    "Write a scenario to begin with, every field explained",
    "qmix-logistics init my-site.yaml --template warehouse",
    "qmix-logistics init shop.yaml --template own-orders",
    "qmix-logistics init --list",
)
_add(
    BEGIN,
    import_,
    "Make a scenario of an instance, a map, roads or order lines",
    "qmix-logistics import solomon C101.txt -o c101.yaml --dynamism-pct 50",
    "qmix-logistics import road munich/ -o munich.yaml --vehicles 100 --orders 2000",
    "qmix-logistics import --formats",
    name="import",
)
_add(
    BEGIN,
    validate,
    "Check scenarios, and say what they are",
    "qmix-logistics validate my-site.yaml",
    "qmix-logistics validate scenarios/*.yaml --json",
    "qmix-logistics validate my-site.yaml --set fleet.0.count=12",
)
_add(
    BEGIN,
    schema,
    "Print the JSON schema of scenarios, for editors",
    "qmix-logistics schema -o scenario.schema.json",
    "qmix-logistics schema | less",
)
_add(
    BEGIN,
    policies,
    "List the policies that a scenario may name",
    "qmix-logistics policies",
    "qmix-logistics policies --json",
)
_add(
    BEGIN,
    info,
    "Say versions, cores, and which optional parts are there",
    "qmix-logistics info",
    "qmix-logistics info --json",
)
_add(
    PLAY,
    run,
    "Train, play the same days with every policy, write a report",
    "qmix-logistics run scenarios/warehouse-peak.yaml --training-seeds 3 --out runs/peak",
    "qmix-logistics run my-site.yaml --policy atc --policy matching-anticipatory --replications 30",
    "qmix-logistics run my-site.yaml --set fleet.0.count=12 --dry-run",
)
_add(
    PLAY,
    train,
    "Train only",
    "qmix-logistics train scenarios/warehouse-peak.yaml --training-seeds 5 --out runs/peak",
    "qmix-logistics train my-site.yaml --policy qmix --train-budget 300days",
)
_add(
    PLAY,
    evaluate,
    "Play test days with policies that were trained before",
    "qmix-logistics evaluate scenarios/warehouse-charging.yaml --policy-file runs/peak/policy/qmix-1",
    "qmix-logistics evaluate my-site.yaml --policy-file exported --policy atc --replications 30",
)
_add(
    PLAY,
    tune,
    "Choose the settings of the baselines on training days",
    "qmix-logistics tune scenarios/warehouse-charging.yaml -o tuned.yaml --days 100",
    "qmix-logistics tune my-site.yaml -o tuned.yaml --policy atc",
)
_add(
    PLAY,
    sweep,
    "Run at every point of a grid, such as fleet sizes",
    "qmix-logistics sweep scenarios/quickstart.yaml --grid fleet.0.count=3..8 --target 'on_time_pct>=95'",
    "qmix-logistics sweep my-site.yaml --grid fleet.0.count=16..24:2 --policy atc --replications 20",
)
_add(
    READ,
    compare,
    "Compare the policies of finished runs; gates for scripts",
    "qmix-logistics compare runs/peak --kpi total_cost --kpi on_time_pct",
    "qmix-logistics compare runs/eight-vehicles runs/ten-vehicles",
    "qmix-logistics compare runs/before runs/after --policy qmix --fail-if 'total_cost>+2%' --surely",
)
_add(
    READ,
    report,
    "Write the report of a finished run anew",
    "qmix-logistics report runs/peak",
    "qmix-logistics report runs/peak --json",
)
_add(
    READ,
    export,
    "Pack a trained policy for use on vehicles",
    "qmix-logistics export runs/peak -o exported",
    "qmix-logistics export runs/peak -o exported --policy qmix --training-seed 2",
)
_add(
    READ,
    agents,
    "Play a day with a process for each vehicle",
    "qmix-logistics agents scenarios/warehouse-peak.yaml --policy-file exported",
    "qmix-logistics agents scenarios/warehouse-peak.yaml --policy-file exported --lose 3",
)
_add(
    OTHERS,
    learn,
    "Learn games, or teams in environments of others",
    "qmix-logistics learn game:matrix-2 --algorithm qplex --steps 20k --out runs/game",
    "qmix-logistics learn lbforaging:Foraging-8x8-2p-2f-coop-v3 --seeds 5 --steps 1M --set reward_scale=20 "
    "--out runs/foraging",
    "qmix-logistics learn game:matrix-2 --families",
)


def main() -> None:
    """Run the command line."""
    app()
