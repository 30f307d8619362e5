"""`clari-readiness export` on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

from tests.end_to_end.conftest import Story
from tests.end_to_end.place import BIN, PATIENCE, Place, environment

BAR = "━"
_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def shown(story: Story, tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that an export of one quarter writes to a terminal of 100 columns."""
    place = story.place.copy(tmp_path_factory.mktemp("terminal") / "place")
    place.remember_quarters(0)
    with place.simulator():
        return _on_a_terminal(place)


def test_on_a_terminal_a_bar_shows_how_far_it_is(shown: str) -> None:
    plain = _SEQUENCE.sub("", shown)
    assert re.search(rf"exporting {BAR}+ +0/1 +\d:\d\d:\d\d", plain)
    assert re.search(rf"net_bookings 2027_Q4 \w+ {BAR}+ +[01]/1 ", plain)


def test_on_a_terminal_the_bar_goes_and_the_lines_stay(shown: str) -> None:
    *_, job, summary = _on_the_screen(shown)
    assert re.fullmatch(r"net_bookings 2027_Q4: loaded, \d+ new entries \(job [0-9a-f]{24}\)", job)
    assert summary == "1 of 1 exports loaded"
    assert not [line for line in _on_the_screen(shown) if BAR in line]
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l") >= 0, "the cursor stays hidden"


def _on_a_terminal(place: Place) -> str:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    command = [str(BIN / "clari-readiness"), "export", "--env=simulated", "--anew", f"--config={place.settings}"]
    variables = environment() | {"TERM": "xterm-256color"}
    process = subprocess.Popen(
        command, cwd=place.directory, env=variables, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    written = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    assert process.wait(PATIENCE) == 0, written
    return written.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # what Linux says when the other end is closed
        return b""


def _on_the_screen(written: str) -> list[str]:
    """Return the lines that stay: as little of a terminal as the bar needs."""
    lines, row, column = [""], 0, 0
    for sequence, text in re.findall(r"(\x1b\[[0-9;?]*[A-Za-z]|\r|\n)|([^\x1b\r\n]+)", written):
        if text:
            lines[row] = lines[row][:column].ljust(column) + text + lines[row][column + len(text) :]
            column += len(text)
        elif sequence == "\r":
            column = 0
        elif sequence == "\n":
            row += 1
            lines += [""] * (row - len(lines) + 1)
        elif sequence == "\x1b[2K":
            lines[row] = ""
        elif sequence == "\x1b[1A":
            row -= 1
    return [line.rstrip() for line in lines if line.strip()]
