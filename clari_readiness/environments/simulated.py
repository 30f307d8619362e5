"""What the simulator says about itself, in `.readiness/simulated/simulator.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from clari_readiness.errors import NotVerified

_WAY_OUT = "start it with `clari-readiness simulate`"


@dataclass(frozen=True)
class ShownTime:
    """The simulator's clock: it showed `then` at the machine's `since`, at `speed` times its pace (0: it stands)."""

    then: datetime
    since: datetime
    speed: float


@dataclass(frozen=True)
class SimulatorState:
    """The file that the simulator writes. It is read anew for each question: the simulator comes and goes."""

    path: Path

    def endpoint(self, profile: str) -> str:
        """Return its address for an API profile, no slash at its end. Raises NotVerified when it is not running."""
        state = self._read()
        address = state.get("base_url")
        if not isinstance(address, str) or not address or state.get("running") is False:
            raise NotVerified("the simulator is not running", way_out=_WAY_OUT)
        root, _, version = address.rstrip("/").rpartition("/")
        return f"{root}/{profile}" if version in ("v1", "v4") else address.rstrip("/")

    def clock(self) -> ShownTime:
        """Return its clock, also while it is stopped. Raises NotVerified when it was never started."""
        clock: Any = self._read().get("clock")
        try:
            shown = ShownTime(
                datetime.fromisoformat(clock["shown"]), datetime.fromisoformat(clock["since"]), float(clock["speed"])
            )
            good = shown.speed >= 0 and None not in (shown.then.tzinfo, shown.since.tzinfo)
        except (TypeError, KeyError, ValueError):
            good = False
        if not good:
            raise NotVerified(f"{self.path} does not tell the simulator's time", way_out=_WAY_OUT)
        return shown

    def _read(self) -> dict[str, Any]:
        try:
            state = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            raise NotVerified("the simulator is not running", way_out=_WAY_OUT) from None
        except (OSError, ValueError):
            state = None
        if not isinstance(state, dict):
            raise NotVerified(f"{self.path} cannot be read", way_out=_WAY_OUT)
        return state
