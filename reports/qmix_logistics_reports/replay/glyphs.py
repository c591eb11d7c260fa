"""Shapes of vehicles by what they do, so that nothing is told by colour alone."""

from __future__ import annotations

STATES = (
    "idle",
    "driving empty",
    "driving loaded",
    "handling",
    "waiting",
    "blocked",
    "charging",
    "broken down",
)
"""What a vehicle does, by number of its state."""

GLYPHS = (
    "M-4 0A4 4 0 1 1 4 0A4 4 0 1 1-4 0Z",
    "M5.5 0L-4 4.5L-2 0L-4-4.5Z",
    "M5.5 0L-4 4.5L-2 0L-4-4.5Z",
    "M-4-4H4V4H-4Z",
    "M-4-4.5H4L-4 4.5H4Z",
    "M0-6L6 0L0 6L-6 0ZM-3-1V1H3V-1Z",
    "M1-6L-4 1H0L-1 6L4-1H0Z",
    "M-4.5-4.5L4.5 4.5M4.5-4.5L-4.5 4.5",
)
"""Outlines by number of the state, about 10 across; filled where something is on board."""

WAITING = "M-3 0A3 3 0 1 1 3 0A3 3 0 1 1-3 0Z"
WAITING_LATE = "M-3-3H3V3H-3Z"
AWAITED = "M-2.5 0A2.5 2.5 0 1 1 2.5 0A2.5 2.5 0 1 1-2.5 0Z"
AWAITED_LATE = "M-2.5-2.5H2.5V2.5H-2.5Z"
"""Something that waits to be picked up, and a customer who waits for it; in time, and late."""

FACILITIES = {
    "station": "M-5-5H5V5H-5Z",
    "dock": "M-6-5H6L4 5H-4Z",
    "depot": "M-5 5V-1L0-6L5-1V5Z",
    "charger": "M-5-5H5V5H-5ZM.5-3.5L-2 .5H0L-.5 3.5L2-.5H0Z",
    "parking": "M-5 5V-5H5V5",
}
"""Outlines of facilities by kind."""
SITE = "M-6 6V-2L0-6L6-2V6ZM-3 6V1H3V6"
"""A building that has a view of its own."""
