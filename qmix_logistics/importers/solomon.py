"""Instances of Solomon and of Gehring and Homberger: vehicle routing with time windows."""

from __future__ import annotations

from pathlib import Path

from qmix_logistics.importers.imported import ImportedScenario, ImportOptions
from qmix_logistics.importers.instance import StaticInstance, StaticTransport, Visit
from qmix_logistics.importers.numbers import NumberedLine, numbered_lines, report
from qmix_logistics.importers.static_scenario import static_scenario

COLUMNS = 7


def import_solomon(path: Path, options: ImportOptions) -> ImportedScenario:
    """
    Import an instance of Solomon, or of Gehring and Homberger.

    Distances are cut off after one decimal, as in the DIMACS implementation challenge of 2022. Service of a customer
    begins within its window, or the order is lost.

    Parameters
    ----------
    path
        The text file.
    options
        What the user chooses.

    Raises
    ------
    ScenarioError
        If the file is none.
    """
    return static_scenario(read_solomon(path), path, options)


def read_solomon(path: Path) -> StaticInstance:
    """
    Read an instance of Solomon, or of Gehring and Homberger.

    Parameters
    ----------
    path
        The text file: a name, the number and capacity of vehicles, then a line for each customer, the depot first.

    Raises
    ------
    ScenarioError
        If the file is none.
    """
    lines = numbered_lines(path)
    fleet = [line for line in lines if len(line.values) == 2]
    nodes = [line for line in lines if len(line.values) == COLUMNS]
    if len(fleet) != 1 or len(nodes) < 2:
        report(path, "is no Solomon instance; expected the number and capacity of vehicles, then 7 numbers a customer")
    num_vehicles, capacity_units = fleet[0].values
    depot = nodes[0].values
    return StaticInstance(
        origin=f"Vehicle routing with time windows: instance {path.stem} in the format of Solomon (1987).",
        points=[(_name(node), node.values[1], node.values[2]) for node in nodes],
        num_vehicles=int(num_vehicles),
        capacity_units=capacity_units,
        closes_s=depot[5],
        transports=[_transport(_name(nodes[0]), node) for node in nodes[1:]],
        truncate_decimals=1,
    )


def _name(node: NumberedLine) -> str:
    return str(int(node.values[0]))


def _transport(depot: str, node: NumberedLine) -> StaticTransport:
    _, _, _, load_units, from_s, until_s, service_s = node.values
    return StaticTransport(_name(node), Visit(depot), Visit(_name(node), from_s, until_s, service_s), load_units)
