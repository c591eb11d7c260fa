"""What happened, measured and compared: KPIs, statistics, experiments, run folders."""
