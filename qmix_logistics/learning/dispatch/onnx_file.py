"""The agents' network as ONNX: one vehicle, its candidates, the vehicles that it hears."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qmix_logistics.environment.schema import NEIGHBOUR, STOP, VEHICLE
from qmix_logistics.learning.dispatch.entity_network import IS_ADVISED, UtilityNetwork

OPSET = 18
INPUTS, OUTPUT = ("vehicle", "stops", "neighbours"), "advantages"


class OneVehicle(nn.Module):
    """
    Score the candidates of one vehicle: ``UtilityNetwork`` without padding.

    Parameters
    ----------
    network
        The agents' network.
    """

    def __init__(self, network: UtilityNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        vehicle: Float[Tensor, " vehicle_feature"],
        stops: Float[Tensor, "stop stop_feature"],
        neighbours: Float[Tensor, "neighbour neighbour_feature"],
    ) -> Float[Tensor, " stop"]:
        """
        Return the advantage of each candidate.

        Parameters
        ----------
        vehicle
            The vehicle itself.
        stops
            Its candidates; at least one.
        neighbours
            Vehicles that it hears; there may be none.
        """
        network = self.network
        seen = network.stop(stops)
        number = torch.ones_like(neighbours[:, :1]).sum().clamp(min=1.0)
        heard = network.neighbour(neighbours).sum(dim=0) / number
        embedding = network.body(torch.cat([vehicle, seen.mean(dim=0), seen.amax(dim=0), heard]))
        joint = torch.relu(network.advantage_of_stop(seen) + network.advantage_of_body(embedding))
        raw: Tensor = network.advantage(joint).squeeze(-1) + network.advice_trust * stops[:, IS_ADVISED]
        return raw - raw.mean()


def write_onnx(network: UtilityNetwork, path: Path) -> None:
    """
    Write a network as ONNX, with any number of candidates and neighbours.

    Parameters
    ----------
    network
        The agents' network.
    path
        The file.
    """
    examples = (torch.zeros(len(VEHICLE)), torch.zeros(5, len(STOP)), torch.zeros(3, len(NEIGHBOUR)))
    sizes = {"stops": {0: torch.export.Dim("stop")}, "neighbours": {0: torch.export.Dim("neighbour")}}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns of operators that are not used here
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            OneVehicle(network).eval(),
            examples,
            str(path),
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_shapes={"vehicle": None, **sizes},
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
