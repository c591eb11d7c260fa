"""A run in formats of others, a file for each."""
