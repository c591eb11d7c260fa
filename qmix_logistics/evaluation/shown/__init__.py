"""What a report shows of one test day: the map, where the vehicles were, and which day and which policies."""
