"""What a run leaves to read: CSV tables, and a report in one HTML file."""
