"""A trained policy outside the simulator: exported, and run by one process for each vehicle."""
