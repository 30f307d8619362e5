"""Ways to fool the gate, and what it must say all the same."""

from __future__ import annotations

from tests.sabotage.integration import REPOSITORY, Integration, Judgement

CHECKS = str(REPOSITORY / "checks")
OWN = '''
from clari_readiness.gate import item
@item("OWN-{number:02}", "A promise of our own", priority="P2")
def test_own_{number}(evidence):
    """Because."""
    {body}
'''
SEEN = 'evidence.saw("x", 1); evidence.concludes("x is 1")'


def exempt(integration: Integration, item: str, more: str = "") -> None:
    with integration.settings.open("a") as settings:
        settings.write(
            f'[[not_applicable]]\nitem = "{item}"\nenv = "simulated"\nreason = "not ours"\n'
            f'approved_by = "a test"\nexpires = 2027-05-01\n{more}'
        )


def waive(integration: Integration, item: str, expires: str = "2027-01-31") -> None:
    with integration.settings.open("a") as settings:
        settings.write(
            f'[[waivers]]\nitem = "{item}"\nenv = "simulated"\nreason = "late"\napproved_by = "a test"\n'
            f"approved_on = 2026-11-20\nexpires = {expires}\n"
        )


def own(integration: Integration, name: str, text: str) -> str:
    """Write a module of a team's own checks and return its directory."""
    directory = integration.directory / name
    directory.mkdir()
    (directory / f"test_{name}.py").write_text(text)
    return str(directory)


def own_check(number: int, body: str = SEEN) -> str:
    return OWN.format(number=number, body=body)


def assert_not_passed(judged: Judgement, exit_code: int = 10) -> None:
    assert judged.exit_code == exit_code, judged.printed
    assert " PASSED" not in judged.printed
    if judged.report is not None:
        assert judged.report["decision"]["exit_code"] == exit_code
