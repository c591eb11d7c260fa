"""Value factorisation: utilities of vehicles, mixed into the value of the team, learned off policy."""
