"""The key, whose it is, and where it lies."""

from __future__ import annotations

import subprocess
from dataclasses import replace

from clari_readiness.model.findings import Result
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import Match, Status
from tests.sabotage.cases.enlisting import sabotage
from tests.sabotage.integration import Integration, fingerprint_of

COMMITTER = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")


@sabotage("AUTH-01", "settings")
def the_key_is_in_a_file(integration: Integration) -> None:
    (integration.directory / "clari.key").write_text(fixture_key("simulated"))
    integration.reword('"fixture://simulated"', '"file://clari.key"')


@sabotage("AUTH-01", "settings")
def git_tracks_the_key(integration: Integration) -> None:
    (integration.directory / "pipeline.yaml").write_text(f"apikey: {fixture_key('simulated')}\n")
    subprocess.run(["git", "init", "-q", "."], cwd=integration.directory, check=True)
    subprocess.run(["git", "add", "pipeline.yaml"], cwd=integration.directory, check=True)


@sabotage("AUTH-01", "settings")
def the_key_was_committed_and_taken_out_again(integration: Integration) -> None:
    leak = integration.directory / "pipeline.yaml"
    leak.write_text(f"apikey: {fixture_key('simulated')}\n")
    for words in (("init", "-q"), ("add", "pipeline.yaml"), ("commit", "-q", "-m", "leak"), ("rm", "-q", leak.name)):
        subprocess.run(["git", *COMMITTER, *words], cwd=integration.directory, check=True)
    subprocess.run(["git", *COMMITTER, "commit", "-q", "-m", "clean"], cwd=integration.directory, check=True)


@sabotage("AUTH-01", "settings")
def the_key_is_in_a_dotenv_file(integration: Integration) -> None:
    (integration.directory / ".env.local").write_text(f"CLARI_API_KEY={fixture_key('simulated')}\n")


@sabotage("AUTH-01", "settings")
def nothing_says_what_injects_the_variable(integration: Integration) -> None:
    integration.reword('"fixture://simulated"', '"env://CLARI_API_KEY_SIMULATED"')
    integration.variables["CLARI_API_KEY_SIMULATED"] = fixture_key("simulated")


@sabotage(
    "AUTH-02",
    "clari",
    also={
        ("MON-05", "clari"),
        ("CONN-03", "clari"),
        ("API-04", "clari"),
        ("CLA-01", "clari"),
        ("AUTH-05", "clari"),
    },
)
def the_tokens_user_may_not_see_the_forecast(integration: Integration) -> None:
    integration.keys = {fixture_key("simulated"): 4713, "the-exporters-own-key": 4711}


@sabotage("AUTH-04", "settings")
def two_environments_share_a_token(integration: Integration) -> None:
    shared = fingerprint_of(fixture_key("simulated"))
    integration.reword(fingerprint_of(fixture_key("recorded")), shared)


@sabotage("AUTH-04", "settings")
def the_token_is_not_the_one_whose_fingerprint_is_stored(integration: Integration) -> None:
    integration.reword(fingerprint_of(fixture_key("simulated")), "0" * 64)


@sabotage("AUTH-04", "settings", result=Result.NOT_VERIFIED)
def no_fingerprint_is_stored(integration: Integration) -> None:
    integration.reword(f'key_fingerprint = "{fingerprint_of(fixture_key("simulated"))}"', "")


@sabotage("AUTH-04", "settings", result=Result.NOT_VERIFIED)
def another_environment_has_no_fingerprint(integration: Integration) -> None:
    integration.reword(f'key_fingerprint = "{fingerprint_of(fixture_key("recorded"))}"', "")


@sabotage("AUTH-04", "settings", result=Result.NOT_VERIFIED)
def no_other_environment_is_filled_in(integration: Integration) -> None:
    integration.reword("[env.recorded]", "[env.recorded]\nfilled_in = false")


@sabotage("AUTH-01", "settings")
def git_tracks_the_key_beside_the_directory_of_the_settings(integration: Integration) -> None:
    (integration.directory.parent / "pipeline.py").write_text(f"KEY = '{fixture_key('simulated')}'\n")
    subprocess.run(["git", "init", "-q", "."], cwd=integration.directory.parent, check=True)
    subprocess.run(["git", "add", "pipeline.py"], cwd=integration.directory.parent, check=True)


ROTATED = 'runbook = "runbook.md", rotated_on = 2026-11-02, every = "90d"'


@sabotage("AUTH-03", "settings")
def nobody_wrote_down_how_the_key_is_changed(integration: Integration) -> None:
    integration.reword(f"key_rotation = {{ {ROTATED} }}", "")


@sabotage("AUTH-03", "settings")
def the_runbook_is_a_directory(integration: Integration) -> None:
    (integration.directory / "runbooks").mkdir()
    integration.reword(ROTATED, ROTATED.replace("runbook.md", "runbooks"))


@sabotage("AUTH-03", "settings")
def the_runbook_is_a_stub(integration: Integration) -> None:
    (integration.directory / "runbook.md").write_text("# Key rotation\n\nOwner: TBD\n\n1. TODO\n2. TODO\n3. TODO\n")


@sabotage("AUTH-03", "settings")
def the_key_is_older_than_a_quarter(integration: Integration) -> None:
    integration.reword(ROTATED, ROTATED.replace("2026-11-02", "2026-08-22"))


@sabotage("AUTH-03", "settings")
def the_key_is_changed_twice_a_year(integration: Integration) -> None:
    integration.reword(ROTATED, ROTATED.replace("90d", "180d"))


@sabotage("AUTH-03", "settings")
def the_key_was_changed_tomorrow_a_week(integration: Integration) -> None:
    integration.reword(ROTATED, ROTATED.replace("2026-11-02", "2026-11-29"))


ACCOUNT = 'user_id = 4711, email = "Clari-Export@example.com"'


@sabotage("AUTH-05", "clari")
def the_token_is_somebody_elses_than_the_service_accounts(integration: Integration) -> None:
    integration.reword(ACCOUNT, ACCOUNT.replace("4711", "4712"))


@sabotage("AUTH-05", "clari")
def the_user_of_the_token_is_a_person(integration: Integration) -> None:
    exporter, *others = integration.organisation.users
    integration.organise(users=(replace(exporter, email="ada.analyst@example.com"), *others))


@sabotage("AUTH-05", "clari", result=Result.NOT_VERIFIED)
def no_service_account_is_named(integration: Integration) -> None:
    integration.reword(f"service_account = {{ {ACCOUNT} }}", "")


@sabotage("AUTH-05", "clari", result=Result.NOT_VERIFIED)
def nobody_declared_what_the_account_may_do(integration: Integration) -> None:
    integration.reword('env = "simulated"', 'env = "staging"')


@sabotage("AUTH-05", "clari", result=Result.NOT_VERIFIED)
def the_account_may_not_read_audit_events(integration: Integration) -> None:
    integration.faults = (Status(Match("GET", "/v4/audit/events"), 403),)
