"""The examples of docs/extending.md, as they stand there, in a run of the installed wheel."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from tests.installed.conftest import REPOSITORY, Installed


def test_the_check_and_the_fixture_of_the_documentation_join_a_run(installed: Installed, tmp_path: Path) -> None:
    text = (REPOSITORY / "docs" / "extending.md").read_text()
    check, fixture = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    shutil.copy(REPOSITORY / "clari-readiness.toml", tmp_path)
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "test_own.py").write_text(check)
    (tmp_path / "conftest.py").write_text(fixture)
    ran = installed.run(tmp_path, "check", "-k", "OWN-01")
    assert ran.returncode == 10, ran
    report = json.loads((tmp_path / ".readiness" / "recorded" / "report.json").read_text())
    (own,) = [item for item in report["items"] if item["id"] == "OWN-01"]
    assert own["result"] == "PASS", own
    assert own["findings"][0]["observed"] == "no export on a Sunday"
