"""The replay: vehicles on the map, a few policies side by side on one clock."""
