"""Drawings of the report, each with its numbers as a table."""
