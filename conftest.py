"""Loads the gate. A team overrides a fixture here, and every check judges theirs: `exporter`, `warehouse`, `client`."""

pytest_plugins = ["clari_readiness.plugin"]
