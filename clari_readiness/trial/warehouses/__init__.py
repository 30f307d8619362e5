"""What an exporter on trial writes into: in each scenario a warehouse of its own, whichever engine that takes."""

from clari_readiness.trial.warehouses.files import Files
from clari_readiness.trial.warehouses.named import Resolve, warehouses_at
from clari_readiness.trial.warehouses.seam import BY_NATURE, Breaker, Done, Moment, ScenarioWarehouse, Warehouses

__all__ = [
    "BY_NATURE",
    "Breaker",
    "Done",
    "Files",
    "Moment",
    "Resolve",
    "ScenarioWarehouse",
    "Warehouses",
    "warehouses_at",
]
