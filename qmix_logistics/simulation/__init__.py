"""The simulated world: site, days, vehicles, facilities, costs and records."""

from qmix_logistics.simulation.day import Day
from qmix_logistics.simulation.demand import DemandModel, OrdersDemandModel, RandomDemandModel, TraceDemandModel
from qmix_logistics.simulation.epoch import DecisionEpoch, Dispatch, End, Interval, grant_claims
from qmix_logistics.simulation.known_tasks import KNOWN_TASK, KnownTasks
from qmix_logistics.simulation.randomness import DayKey, Purpose, Split, day_stream
from qmix_logistics.simulation.records import (
    DayRecords,
    OrderRecord,
    SegmentRecord,
    StopRecord,
    TaskRecord,
    VisitRecord,
)
from qmix_logistics.simulation.simulator import Simulator
from qmix_logistics.simulation.site import ANY_NUMBER, Site, compile_site
from qmix_logistics.simulation.snapshot import Snapshot
from qmix_logistics.simulation.state import (
    CHARGE,
    DROP_OFF,
    NO_TASK,
    PARK,
    PICK_UP,
    WAIT,
    OrderStatus,
    StopKind,
    VehicleState,
    battery_wh,
    expected_wait_s,
)

__all__ = [
    "ANY_NUMBER",
    "CHARGE",
    "DROP_OFF",
    "KNOWN_TASK",
    "NO_TASK",
    "PARK",
    "PICK_UP",
    "WAIT",
    "Day",
    "DayKey",
    "DayRecords",
    "DecisionEpoch",
    "DemandModel",
    "Dispatch",
    "End",
    "Interval",
    "KnownTasks",
    "OrderRecord",
    "OrderStatus",
    "OrdersDemandModel",
    "Purpose",
    "RandomDemandModel",
    "SegmentRecord",
    "Simulator",
    "Site",
    "Snapshot",
    "Split",
    "StopKind",
    "StopRecord",
    "TaskRecord",
    "TraceDemandModel",
    "VehicleState",
    "VisitRecord",
    "battery_wh",
    "compile_site",
    "day_stream",
    "expected_wait_s",
    "grant_claims",
]
