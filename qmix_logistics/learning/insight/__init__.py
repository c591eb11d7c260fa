"""What a trained policy does on one day, and why: utilities, mixing weights, features, and a planner beside it."""
