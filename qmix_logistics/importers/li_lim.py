"""Instances of Li and Lim: pick-up and delivery with time windows."""

from __future__ import annotations

from pathlib import Path

from qmix_logistics.importers.imported import ImportedScenario, ImportOptions
from qmix_logistics.importers.instance import StaticInstance, StaticTransport, Visit
from qmix_logistics.importers.numbers import NumberedLine, numbered_lines, report
from qmix_logistics.importers.static_scenario import static_scenario

COLUMNS = 9


def import_li_lim(path: Path, options: ImportOptions) -> ImportedScenario:
    """
    Import an instance of Li and Lim.

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
    return static_scenario(read_li_lim(path), path, options)


def read_li_lim(path: Path) -> StaticInstance:
    """
    Read an instance of Li and Lim.

    Parameters
    ----------
    path
        The text file: vehicles, capacity and speed, then a line for each node, the depot first: number, coordinates,
        demand, window, service time, and the numbers of its pick-up (0: it is one) and of its delivery.

    Raises
    ------
    ScenarioError
        If the file is none, or a pick-up has no delivery.
    """
    lines = numbered_lines(path)
    nodes = {int(line.values[0]): line for line in lines[1:] if len(line.values) == COLUMNS}
    if not lines or len(lines[0].values) != 3 or 0 not in nodes:
        report(path, "is no Li and Lim instance; expected vehicles, capacity and speed, then 9 numbers a node")
    num_vehicles, capacity_units, _ = lines[0].values
    transports = []
    for number, node in nodes.items():
        delivery = int(node.values[8])
        if number == 0 or delivery == 0:
            continue
        if delivery not in nodes:
            report(path, f"sends node {number} to node {delivery}, which is not there", node.line)
        transports.append(StaticTransport(str(number), _visit(node), _visit(nodes[delivery]), node.values[3]))
    return StaticInstance(
        origin=f"Pick-up and delivery with time windows: instance {path.stem} in the format of Li and Lim (2001).",
        points=[(str(number), node.values[1], node.values[2]) for number, node in nodes.items()],
        num_vehicles=int(num_vehicles),
        capacity_units=capacity_units,
        closes_s=nodes[0].values[5],
        transports=transports,
    )


def _visit(node: NumberedLine) -> Visit:
    return Visit(str(int(node.values[0])), node.values[4], node.values[5], node.values[6])
