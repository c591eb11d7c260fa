"""Learning in environments that are not ours: teams of fixed size, steps of fixed length, whole episodes."""
