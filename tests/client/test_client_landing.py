"""A body on its way to the disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from clari_readiness.client import landing
from clari_readiness.errors import ReadinessError

BODY = [b'{"entries":', b"[]", b"}"]


@pytest.fixture(autouse=True)
def every_chunk_is_written_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "_WRITTEN_BACK", 1)


def _land(chunks: Iterator[bytes], to: Path) -> None:
    landing.land(chunks, to, judge=lambda _part, _size: None)


def test_the_disk_begins_before_the_last_chunk_has_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, fsync = Event(), os.fsync

    def noted(descriptor: int) -> None:
        begun.set()
        fsync(descriptor)

    def chunks() -> Iterator[bytes]:
        yield BODY[0]
        assert begun.wait(10)
        yield from BODY[1:]

    monkeypatch.setattr(os, "fsync", noted)
    _land(chunks(), tmp_path / "job.json")
    assert (tmp_path / "job.json").read_bytes() == b"".join(BODY)


@pytest.mark.parametrize("failing", range(4))
def test_a_disk_that_refused_once_on_the_way_lands_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    calls: list[int] = []

    def told_once(descriptor: int) -> None:  # as Linux does: who asks again hears of no error
        calls.append(descriptor)
        if len(calls) == failing + 1:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", told_once)
    with pytest.raises(ReadinessError, match="cannot be written: Input/output error"):
        _land(iter(BODY), tmp_path / "job.json")
    assert list(tmp_path.iterdir()) == []
    assert len(calls) == 4
