"""Loads the gate. A team overrides a fixture here, and every check judges theirs: `exporter`, `warehouse`, `clari`."""

pytest_plugins = ["clari_readiness.plugin"]
