"""The scenario: the only configuration of everything."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from qmix_logistics.scenario.demand import Demand, OrderClass
from qmix_logistics.scenario.disruptions import Disruptions
from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.experiment import Experiment, Report
from qmix_logistics.scenario.fleet import VehicleClass
from qmix_logistics.scenario.network import Network
from qmix_logistics.scenario.operations import Candidates, DecisionTime, Horizon, Information, Objective
from qmix_logistics.scenario.policies import DEFAULT_POLICIES, Policy
from qmix_logistics.scenario.training import Training

ScenarioName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]


class ScenarioSpec(Document):
    """
    A site, its demand, its rules, the policies to compare and how to compare them.

    Physical fields end in their unit and are in SI units; a string such as ``"2 min"`` or ``"6 km/h"`` may name
    another.
    """

    version: Literal[1]
    """Version of this format."""
    name: ScenarioName
    """Name in the results."""
    description: str = ""
    """The question that the scenario asks, and where its numbers come from."""
    network: Network
    """The site."""
    fleet: Annotated[tuple[VehicleClass, ...], Field(min_length=1)]
    """The vehicles."""
    order_classes: Annotated[tuple[OrderClass, ...], Field(min_length=1)]
    """Kinds of orders."""
    demand: Demand
    """The orders."""
    horizon: Horizon
    """The day."""
    objective: Objective = Objective()
    """What things cost."""
    disruptions: Disruptions = Disruptions()
    """What goes wrong."""
    decision_time: DecisionTime = DecisionTime()
    """How long deciding takes."""
    information: Information = Information()
    """What local policies may know."""
    candidates: Candidates = Candidates()
    """What learned policies score."""
    policies: Annotated[tuple[Policy, ...], Field(min_length=1)] = DEFAULT_POLICIES
    """What is compared."""
    training: Training = Training()
    """How policies are learned."""
    experiment: Experiment = Experiment()
    """How policies are compared."""
    report: Report = Report()
    """What is written."""
