"""A run in programs of others, while it goes on."""
