"""What a policy sees: estimates, candidates, observations."""
