"""Where days come from: random processes and recorded traces."""

from qmix_logistics.simulation.demand.demand_model import DemandModel
from qmix_logistics.simulation.demand.orders_demand import OrdersDemandModel
from qmix_logistics.simulation.demand.random_demand import RandomDemandModel
from qmix_logistics.simulation.demand.trace_demand import TraceDemandModel

__all__ = ["DemandModel", "OrdersDemandModel", "RandomDemandModel", "TraceDemandModel"]
