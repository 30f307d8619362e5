"""A key is found wherever git or a run has left it, in whatever spelling; what could not be searched is not passed."""

from __future__ import annotations

import base64
import os
import re
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest

from checks import test_auth
from clari_readiness.environments import load
from clari_readiness.errors import NotVerified, SecretError
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.leaks import Search, search
from clari_readiness.gate.repository import holds
from clari_readiness.redact import variants
from tests.secrets.servers import Vault, serving

KEY = "cl4ri+live/0123456789abcdef"
PEOPLE = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]

Git = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "pipeline"


@pytest.fixture
def git(root: Path) -> Git:
    """Run git in the repository, which has one commit."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *PEOPLE, *words], cwd=root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    root.mkdir()
    git("init", "-q", "-b", "main")
    (root / "README.md").write_text("nothing here\n")
    git("add", ".")
    git("commit", "-q", "-m", "begin")
    return git


def searched(root: Path) -> Search:
    return search(variants(KEY), root, cassettes=[root / "cassettes"], directory=root / ".readiness" / "prod")


def write(path: Path, text: str = KEY) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"apikey: {text}\n")


def test_nothing_is_found_where_nothing_is_and_the_numbers_say_what_was_looked_into(git: Git, root: Path) -> None:
    write(root / "src" / "export.py", "from the vault")
    git("add", ".")
    git("commit", "-q", "-m", "export")
    looked = searched(root)
    assert (looked.files, looked.commits, looked.versions) == (2, 2, 2 + 3 + 2)  # commits, directories, contents
    assert (looked.found, looked.gap, looked.origin) == ((), None, "tracked by git")
    assert str(looked) == "2 files and 2 commits"


@pytest.mark.parametrize(
    "spelled",
    [
        KEY,
        *(base64.b64encode(before + KEY.encode() + b":").decode() for before in (b"", b"a", b"ab")),
        *(base64.urlsafe_b64encode(before + KEY.encode()).decode() for before in (b"", b"a", b"ab")),
        quote(KEY, safe=""),
        quote(KEY, safe="").lower(),
        KEY.replace("/", "\\/"),
    ],
)
def test_a_tracked_file_is_found_out_in_every_spelling(git: Git, root: Path, spelled: str) -> None:
    write(root / "config.yaml", spelled)
    git("add", ".")
    assert f"{root}/config.yaml" in searched(root).found


def test_what_git_does_not_track_is_the_teams_own_business_but_for_dotenv_files_and_what_runs_leave(
    git: Git, root: Path
) -> None:
    for name in ("notes.txt", ".venv/.env", ".readiness/prod/simulator.json"):
        write(root / name)
    assert searched(root).found == ()
    left = (".env", "a/.env.local", "a/prod.env", ".envrc", ".readiness/prod/report.html", "cassettes/limits.yaml")
    left += (".readiness/prod/landing/net_bookings/1.json", ".readiness/prod/history.jsonl")
    for name in left:
        write(root / name)
    assert set(searched(root).found) == {f"{root}/{name}" for name in left}
    assert git("status", "--porcelain", ".env") == "?? .env"


def test_a_key_that_was_taken_out_is_found_in_the_history_with_its_commit_and_path(git: Git, root: Path) -> None:
    write(root / "old" / "pipeline.yaml")
    git("add", ".")
    git("commit", "-q", "-m", "try it")
    leaked = git("rev-parse", "--short=12", "HEAD")
    git("rm", "-q", "-r", "old")
    git("commit", "-q", "-m", "take the key out")
    assert searched(root).found == (f"old/pipeline.yaml, since commit {leaked}",)


def test_a_key_on_a_branch_that_was_merged_is_found_and_one_that_was_not_is_not(git: Git, root: Path) -> None:
    git("checkout", "-q", "-b", "side")
    write(root / "pipeline.yaml")
    git("add", ".")
    git("commit", "-q", "-m", "side")
    leaked = git("rev-parse", "--short=12", "HEAD")
    git("rm", "-q", "pipeline.yaml")
    git("commit", "-q", "-m", "clean")
    git("checkout", "-q", "main")
    assert searched(root).found == ()
    git("merge", "-q", "--no-ff", "side")
    assert searched(root).found == (f"pipeline.yaml, since commit {leaked}",)


def test_a_key_that_is_staged_only_is_found(git: Git, root: Path) -> None:
    write(root / "pipeline.yaml")
    git("add", ".")
    write(root / "pipeline.yaml", "from the vault")
    [found] = searched(root).found
    assert found.startswith("pipeline.yaml, staged or in the history (object ")


def test_a_key_in_a_message_and_in_the_name_of_a_file_is_found(git: Git, root: Path) -> None:
    git("commit", "-q", "--allow-empty", "-m", f"use {KEY}")
    commit = git("rev-parse", "--short=12", "HEAD")
    assert searched(root).found == (f"the message or the people of commit {commit}",)
    name = quote(KEY, safe="")
    write(root / "keys" / name, "its name is enough")
    git("add", ".")
    git("commit", "-q", "-m", "more")
    assert any(one.startswith("the name of a file in keys, since commit ") for one in searched(root).found)


def test_a_key_at_the_border_of_two_chunks_is_found() -> None:
    needles = {KEY.encode()}
    for before in range(4 * 1024 * 1024 - len(KEY) - 1, 4 * 1024 * 1024 + 2, 7):
        assert holds(BytesIO(b"x" * before + KEY.encode() + b"x"), needles)
    assert not holds(BytesIO(b"x" * (9 * 1024 * 1024)), needles)


def test_a_shallow_clone_is_searched_as_far_as_it_goes_and_is_not_the_whole(git: Git, root: Path) -> None:
    write(root / "pipeline.yaml")
    git("add", ".")
    git("commit", "-q", "-m", "leak")
    git("rm", "-q", "pipeline.yaml")
    git("commit", "-q", "-m", "clean")
    clone = root.parent / "clone"
    git("clone", "-q", "--depth=1", f"file://{root}", str(clone))
    looked = searched(clone)
    assert (looked.found, looked.commits) == ((), 1)
    assert looked.gap is not None
    assert "shallow" in looked.gap.message
    assert "git fetch --unshallow" in looked.gap.way_out


def test_a_partial_clone_is_not_completed_over_the_network_and_is_not_the_whole(git: Git, root: Path) -> None:
    write(root / "pipeline.yaml", "one")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    write(root / "pipeline.yaml", "two")
    git("commit", "-q", "-am", "two")
    git("config", "uploadpack.allowFilter", "true")
    clone = root.parent / "clone"
    git("clone", "-q", "--filter=blob:none", f"file://{root}", str(clone))
    looked = searched(clone)
    assert looked.gap is not None
    assert "this clone is partial: 1 objects" in looked.gap.message
    assert subprocess.run(
        ["git", "-C", clone, "rev-list", "--objects", "--missing=print", "HEAD"], capture_output=True, check=True
    ).stdout.count(b"?") == 1  # fmt: skip


def test_a_repository_that_git_cannot_read_is_not_taken_for_none(root: Path) -> None:
    root.mkdir()
    (root / ".git").write_text("gitdir: /nowhere\n")
    write(root / "pipeline.yaml")
    looked = searched(root)
    assert looked.found == (f"{root}/pipeline.yaml",)
    assert looked.gap is not None
    assert "git cannot read the repository" in looked.gap.message


def test_an_object_that_is_damaged_is_not_passed_over(git: Git, root: Path) -> None:
    blob = git("rev-parse", "HEAD:README.md")
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    looked = searched(root)
    assert looked.gap is not None
    assert "partial" in looked.gap.message or "git has no object" in looked.gap.message


@pytest.mark.usefixtures("git")
def test_without_git_a_repository_is_not_passed(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    looked = searched(root)
    assert looked.gap is not None
    assert looked.gap.message == "git is not installed"


def test_where_there_is_no_repository_every_file_is_looked_into_and_no_history_is_claimed(root: Path) -> None:
    write(root / "pipeline.yaml")
    looked = searched(root)
    assert looked.found == (f"{root}/pipeline.yaml",)
    assert (looked.gap, looked.repository, str(looked)) == (None, False, "1 file")


def test_a_repository_before_its_first_commit_has_its_files_looked_into(root: Path) -> None:
    root.mkdir()
    subprocess.run(["git", "init", "-q", "."], cwd=root, check=True)
    write(root / "pipeline.yaml")
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    looked = searched(root)
    assert f"{root}/pipeline.yaml" in looked.found
    assert (looked.commits, looked.gap) == (0, None)


def test_a_file_that_cannot_be_read_is_named(git: Git, root: Path) -> None:
    write(root / "README.md", "x")
    (root / "pipeline.yaml").symlink_to("/proc/self/mem")  # which nobody can read from its beginning, root included
    git("add", ".")
    looked = searched(root)
    assert looked.gap is not None
    assert "pipeline.yaml cannot be read: Input/output error" in looked.gap.message


def test_a_hooks_variables_do_not_lead_to_another_repository(
    git: Git, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root / "pipeline.yaml")
    git("add", ".")
    git("commit", "-q", "-m", "leak")
    other = root.parent / "other"
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert len(searched(root).found) == 2


def test_a_name_that_is_no_text_is_shown_as_one_line(git: Git, root: Path) -> None:
    name = os.fsdecode(b"a\nb\xff.yaml")
    write(root / name)
    git("add", ".")
    for found in searched(root).found:
        assert "\n" not in found
        found.encode()


def test_no_secret_is_among_the_arguments_of_any_process(git: Git, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root / "pipeline.yaml")
    git("add", ".")
    git("commit", "-q", "-m", "leak")
    log = root.parent / "argv"
    real = subprocess.run(["sh", "-c", "command -v git"], capture_output=True, text=True, check=True).stdout.strip()
    (root.parent / "bin").mkdir()
    told = root.parent / "bin" / "git"
    told.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {log}\nenv >> {log}\nexec {real} "$@"\n')
    told.chmod(0o755)
    monkeypatch.setenv("PATH", f"{told.parent}:{os.environ['PATH']}")
    assert searched(root).found
    said = log.read_bytes()
    assert b"cat-file" in said
    assert not [needle for needle in variants(KEY) if needle in said]


def judged(root: Path, environment: str, key: str = "", **environ: str) -> EvidenceLog:
    """Let AUTH-01's check look at a pipeline, and return what it saw; what it raises is raised."""
    key = key or {"prod": "env://KEY?injected_by=vault", "recorded": "fixture://recorded"}[environment]
    settings = root / "clari-readiness.toml"
    settings.write_text(
        '[default]\nforecasts = ["net_bookings"]\nfiscal_year = { starts = "02", named_after = "end" }\n'
        f'[env.{environment}]\napi = {{ key = "{key}", base_url = "https://api.clari.com/v4" }}\n'
    )
    evidence = EvidenceLog()
    found = load(settings, environ={"KEY": KEY, **environ}).get(environment)
    test_auth.test_the_key_is_in_a_secrets_manager_and_in_no_file(found, evidence)
    return evidence


def test_the_check_says_how_much_it_looked_into(git: Git, root: Path) -> None:
    evidence = judged(root, "prod")
    assert re.search(r"in none of \d+ files and 1 commit$", evidence.summary)
    assert (evidence.warning, evidence.declared) == ("", True)
    assert git("status", "--porcelain") == "?? clari-readiness.toml"


@pytest.mark.usefixtures("git")
def test_the_check_has_observed_a_key_that_a_secrets_manager_itself_gave_it(root: Path) -> None:
    vault = Vault(token="hvs.t", mounts={"secret": "2"}, kept={"secret/clari": [{"api_key": KEY}]})
    with serving(vault) as heard:
        evidence = judged(root, "prod", "vault://secret/clari#api_key", VAULT_ADDR=heard.url, VAULT_TOKEN="hvs.t")
    assert re.fullmatch(r"kept by HashiCorp Vault; in none of \d+ files and 1 commit", evidence.summary)
    assert not evidence.declared
    assert len(heard.requests) == 2


@pytest.mark.usefixtures("git")
def test_a_secrets_manager_that_does_not_answer_is_no_pass(root: Path) -> None:
    with pytest.raises(SecretError, match="Vault could not be reached"):
        judged(root, "prod", "vault://secret/clari#api_key", VAULT_ADDR="http://127.0.0.1:1", VAULT_TOKEN="hvs.t")


def test_the_check_fails_for_what_was_taken_out_and_says_to_rotate_it(git: Git, root: Path) -> None:
    write(root / "pipeline.yaml")
    git("add", ".")
    git("commit", "-q", "-m", "leak")
    git("rm", "-q", "pipeline.yaml")
    git("commit", "-q", "-m", "clean")
    with pytest.raises(AssertionError, match=r"pipeline\.yaml, since commit [0-9a-f]{12}; .*rotate it") as failed:
        judged(root, "prod")
    assert KEY not in str(failed.value)


def test_the_check_of_a_shallow_clone_passes_in_a_rehearsal_only_whose_key_is_no_secret(git: Git, root: Path) -> None:
    git("commit", "-q", "--allow-empty", "-m", "more")
    git("clone", "-q", "--depth=1", f"file://{root}", str(root.parent / "clone"))
    with pytest.raises(NotVerified, match="this clone is shallow"):
        judged(root.parent / "clone", "prod")
    assert "this clone is shallow" in judged(root.parent / "clone", "recorded").warning


def test_the_check_warns_where_there_is_no_history_at_all(root: Path) -> None:
    root.mkdir()
    assert "in no git repository" in judged(root, "prod").warning
    assert judged(root, "recorded").warning == ""


def test_a_repository_of_fifty_thousand_files_is_searched_whole(root: Path) -> None:
    """Its time is measured elsewhere; here it is that nothing is left out, and nothing fills up and waits."""
    who = b"A <a@example.com> 1700000000 +0000"
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    stream = [b"commit refs/heads/main\ncommitter " + who + b"\ndata 1\nx\n"]
    stream += [b"M 100644 inline d%d/f%d.py\ndata %d\n%d\n" % (n % 500, n, len(str(n)), n) for n in range(50_000)]
    stream += [b"\ncommit refs/heads/main\ncommitter " + who + b"\ndata 1\ny\n"]
    stream += [b"M 100644 inline d499/f49999.py\ndata %d\n%s\n" % (len(KEY), KEY.encode())]
    stream += [
        b"\ncommit refs/heads/main\ncommitter " + who + b"\ndata 1\nz\nM 100644 inline d499/f49999.py\ndata 1\nz\n"
    ]
    subprocess.run(["git", "-C", str(root), "fast-import", "--quiet"], input=b"".join(stream), check=True)
    subprocess.run(["git", "-C", str(root), "read-tree", "HEAD"], check=True)
    looked = searched(root)
    [found] = looked.found
    assert found.startswith("d499/f49999.py, since commit ")
    assert (looked.files, looked.commits, looked.gap) == (50_000, 3, None)
    assert looked.versions > 50_000
