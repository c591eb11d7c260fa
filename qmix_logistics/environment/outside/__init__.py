"""Teams in environments that are not ours: games, PettingZoo, Gymnasium, the SMAC interface, SMAX."""
