"""What agents and teams compute, whatever they see: utilities, who decides together, heads of mixers."""
