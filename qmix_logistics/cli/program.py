"""The program: its commands, and what it says when something is wrong."""

from __future__ import annotations

import sys

import typer

from qmix_logistics.cli.app import app
from qmix_logistics.cli.deployment_commands import agents, export
from qmix_logistics.cli.import_command import import_
from qmix_logistics.cli.learn_command import learn
from qmix_logistics.cli.run_command import run
from qmix_logistics.cli.scenario_commands import policies, validate
from qmix_logistics.cli.study_commands import sweep, tune
from qmix_logistics.errors import JobError, QmixLogisticsError, ScenarioError

USAGE_ERROR, RUN_FAILED = 2, 1
"""Exit statuses."""

app.command(epilog="Example: qmix-logistics run scenarios/warehouse-peak.yaml --training-seeds 3 --out runs/peak")(run)
app.command(epilog="Example: qmix-logistics validate scenarios/quickstart.yaml")(validate)
app.command(epilog="Example: qmix-logistics tune scenarios/warehouse-charging.yaml -o tuned.yaml --days 100")(tune)
app.command(
    epilog="Example: qmix-logistics sweep scenarios/warehouse-peak.yaml --grid fleet.0.count=16..24:2 "
    "--target 'on_time_pct>=95' --policy atc --policy matching-anticipatory"
)(sweep)
app.command(
    name="import",
    epilog="Examples: qmix-logistics import solomon C101.txt -o c101.yaml --dynamism-pct 50   "
    "qmix-logistics import road munich/ -o munich.yaml --vehicles 100 --orders 2000",
)(import_)
app.command(
    epilog="Examples: qmix-logistics learn game:matrix-2 --algorithm qplex --steps 20k --out runs/game   "
    "qmix-logistics learn lbforaging:Foraging-8x8-2p-2f-coop-v3 --seeds 5 --steps 1M --set reward_scale=20 "
    "--out runs/foraging"
)(learn)
app.command(epilog="Example: qmix-logistics export runs/peak -o exported")(export)
app.command(epilog="Example: qmix-logistics agents scenarios/warehouse-peak.yaml --policy-file exported --lose 3")(
    agents
)
app.command()(policies)


def main() -> None:
    """Run the command line; print errors that a user can mend without a traceback."""
    try:
        app()
    except ScenarioError as error:
        number = len(error.problems)
        typer.echo(f"{error}\n\n{number} error{'s' if number > 1 else ''}. Nothing was run.", err=True)
        sys.exit(USAGE_ERROR)
    except JobError as error:
        typer.echo(str(error), err=True)
        sys.exit(RUN_FAILED)
    except QmixLogisticsError as error:
        typer.echo(str(error), err=True)
        sys.exit(USAGE_ERROR)
