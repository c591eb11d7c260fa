"""Learning on a simulated site: vehicles of any number that score stops, days side by side, irregular time."""
