"""Settings: the file `clari-readiness.toml`, the environments in it, and where their keys come from."""

from clari_readiness.environments.concessions import Declaration, NotApplicable, Waiver
from clari_readiness.environments.destinations import Destination, secrets_of
from clari_readiness.environments.environment import Environment, Kind, Place, made_in
from clari_readiness.environments.loading import FILE_NAME, Environments, load, load_default, nearest_file
from clari_readiness.environments.tables import (
    COLUMNS,
    Alerts,
    Api,
    Dashboard,
    Exporter,
    KeyRotation,
    Report,
    Schedule,
    ServiceAccount,
    Settings,
    Trial,
    Warehouse,
)

__all__ = [
    "COLUMNS",
    "FILE_NAME",
    "Alerts",
    "Api",
    "Dashboard",
    "Declaration",
    "Destination",
    "Environment",
    "Environments",
    "Exporter",
    "KeyRotation",
    "Kind",
    "NotApplicable",
    "Place",
    "Report",
    "Schedule",
    "ServiceAccount",
    "Settings",
    "Trial",
    "Waiver",
    "Warehouse",
    "load",
    "load_default",
    "made_in",
    "nearest_file",
    "secrets_of",
]
