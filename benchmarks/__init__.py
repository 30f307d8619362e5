"""How fast and how small the exporter is, as ratios between things measured in one run: `python -m benchmarks`."""
