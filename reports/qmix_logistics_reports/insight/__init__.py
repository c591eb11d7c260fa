"""What the team learned: decisions, weights, features, and where it disagreed with a planner."""
