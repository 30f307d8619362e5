"""Authentication & Secrets: the key is kept well, works, and is this environment's own."""

from datetime import date

from clari_readiness.environments import Environment, Environments
from clari_readiness.errors import NotVerified, Refused
from clari_readiness.gate import item
from clari_readiness.gate.answers import Clari
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.leaks import search
from clari_readiness.gate.rotation import A_QUARTER, due_on, runbook_of, warning, wrong_with
from clari_readiness.gate.runbook import Runbook
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.findings import Concession
from clari_readiness.redact import variants
from clari_readiness.secrets import fingerprint, is_secrets_manager
from clari_readiness.shipped import shipped


@item("AUTH-01", "CLARI_API_KEY stored in secrets manager (not config files)", priority="P1", source="settings")
def test_the_key_is_in_a_secrets_manager_and_in_no_file(environment: Environment, evidence: EvidenceLog) -> None:
    """A key in a file is in every clone and every backup, sees all that its user sees, and outlives who left."""
    custody = is_secrets_manager(environment.api.key, environment.kind)
    evidence.saw("kept by", custody.keeper)
    assert custody, evidence.fails(
        f"the key comes from {custody.keeper}",
        expected="a reference to a secrets manager, or env://NAME?injected_by=MANAGER",
        fix="put the key into your secrets manager, and name who injects the variable",
    )
    cassettes = (shipped("cassettes"), environment.recordings_directory)
    needles = variants(environment.secret().reveal())
    searched = search(needles, environment.base, cassettes=cassettes, directory=environment.directory)
    found, numbers = searched.found, {"commits": searched.commits, "versions of files": searched.versions}
    evidence.saw(
        "looked into", {"files": searched.files, "which": searched.origin, **numbers, "holding the key": found}
    )
    assert not found, evidence.fails(
        f"the key lies in {'; '.join(found[:5])}" + (f"; and {len(found) - 5} more" if len(found) > 5 else ""),
        expected="no file and no commit that holds it, plain, base64 or URL-encoded",
        fix="rotate it: make a new key in Clari and revoke this one, then clean files and history (git filter-repo)",
    )
    if searched.gap and environment.kind == "team":
        raise searched.gap
    if searched.gap:
        evidence.warns(f"{searched.gap.message}; this environment's key is no secret")
    elif environment.kind == "team" and not searched.repository:
        evidence.warns("the settings file is in no git repository, so no history was searched for the key")
    evidence.declared = custody.declared
    evidence.concludes(f"kept by {custody.keeper}; in none of {searched}")


@item("AUTH-02", "Token tested against production endpoint before go-live", priority="P1", source="clari")
def test_the_token_works_where_it_will_be_used(
    clari: Clari, environment: Environment, quarters: tuple[Quarter, ...], evidence: EvidenceLog
) -> None:
    """A token that works elsewhere proves nothing, and one whose user may not see the forecast exports nothing."""
    for forecast in environment.forecasts:
        failure = clari.failure(clari.forecast, forecast, quarters[0])
        if failure is not None and not (isinstance(failure, Refused) and failure.status < 500):
            raise failure
        assert failure is None, evidence.fails(
            failure.message,
            expected=f"the token's user may see forecast {forecast}",
            fix=failure.way_out or "opt the token's user in to the forecast, or correct `forecasts`",
        )
    seen = "recorded answers" if environment.kind == "recorded" else "answers of this run"
    evidence.concludes(f"the token sees {', '.join(environment.forecasts)} at {environment.endpoint} ({seen})")


@item("AUTH-03", "Key rotation procedure documented (quarterly cycle)", priority="P1", source="settings")
def test_the_key_is_rotated_each_quarter_as_it_is_written(
    environment: Environment, today: date, evidence: EvidenceLog
) -> None:
    """Who has to find out how to change a key while it is leaking leaves it valid for a week."""
    rotation = environment.key_rotation
    assert rotation is not None, evidence.fails(
        "no procedure is named",
        expected="a runbook, and the day of the last rotation",
        fix=f"copy docs/runbooks/key-rotation.md, make it yours, and set env.{environment.name}.key_rotation",
    )
    runbook = runbook_of(environment, rotation)
    evidence.saw(
        "rotation", {"runbook": rotation.runbook, "rotated on": str(rotation.rotated_on), "days": rotation.every}
    )
    wrong = list(wrong_with(runbook, rotation, today, own=environment.kind == "team"))
    assert not wrong, evidence.fails(
        "; ".join(wrong),
        expected=f"a runbook with steps, owner and date, and a key that is at most {A_QUARTER} days old",
        fix="rotate the key as the runbook says, write rotated_on anew, and into the runbook what is missing",
    )
    evidence.warns(warning(rotation, today))
    written = Runbook.read(runbook.read_text(encoding="utf-8"))
    evidence.saw("what the runbook has", {"steps": written.steps, "owner": written.owner})
    evidence.concludes(
        f"{rotation.runbook}: {written.steps} steps, owned by {written.owner}; the key was changed on "
        f"{rotation.rotated_on}, and is due by {due_on(rotation)}"
    )


@item("AUTH-05", "Service account with least-privilege scopes (read-only for exports)", priority="P2", source="clari")
def test_the_token_is_the_service_accounts(
    environment: Environment, clari: Clari, declarations: tuple[Concession, ...], evidence: EvidenceLog
) -> None:
    """A person's token sees what the person sees, and dies on the day on which they leave (F3)."""
    account, setting = environment.service_account, f"env.{environment.name}.service_account"
    if account is None:
        raise NotVerified("no service account is named", way_out=f'set {setting} = {{ user_id = ..., email = "..." }}')
    users = sorted({job.user_id for job in clari.jobs() if job.user_id is not None})
    evidence.saw("users of this token's jobs", users)
    if not users:
        raise NotVerified(
            "this token has started no job, and only a job says whose it is (F3)", way_out="export once with this token"
        )
    assert users == [account.user_id], evidence.fails(
        f"the jobs of this token are those of user {', '.join(map(str, users))}",
        expected=f"user {account.user_id}, the service account",
        fix=f"make the token as the service account, or correct {setting}",
    )
    emails = clari.account_emails(account.user_id)
    if not emails:
        raise NotVerified(
            f"no audit event of the last 30 days says who user {account.user_id} is",
            way_out="sign in to Clari as the service account once, or let its user read audit events",
        )
    hosts = ", ".join(sorted({email.partition("@")[2] for email in emails}))
    assert emails == {account.email.lower()}, evidence.fails(
        f"user {account.user_id} has another e-mail, at {hosts}",
        expected=account.email,
        fix=f"make the token as the service account, or correct {setting}",
    )
    declared = [one for one in declarations if one.item == "AUTH-05"]
    if not declared:
        raise NotVerified(
            "nobody can observe what the account may do (F3, F4), and nobody has declared it",
            way_out="look at its role in Clari, and write a [[declarations]] entry for AUTH-05",
        )
    evidence.rests_on(declared[0])
    evidence.concludes(
        f"user {account.user_id}, {account.email}; least privilege declared by {declared[0].by} until "
        f"{declared[0].expires}"
    )


@item("AUTH-04", "Separate tokens for dev/staging/prod environments", priority="P2", source="settings")
def test_each_environment_has_its_own_token(
    environment: Environment, environments: Environments, evidence: EvidenceLog
) -> None:
    """A token leaked or rotated in one environment must not reach another."""
    if environment.fingerprint_salt is None or environment.key_fingerprint is None:
        raise NotVerified(
            f"no fingerprint of {environment.name}'s token is stored",
            way_out=f"store what `clari-readiness fingerprint --env={environment.name}` prints as key_fingerprint",
        )
    own = fingerprint(environment.secret(), environment.fingerprint_salt)
    evidence.saw("fingerprint of this token", own)
    assert own == environment.key_fingerprint, evidence.fails(
        "this token is not the one whose fingerprint is stored",
        expected=f"fingerprint {environment.key_fingerprint[:12]}..., and not {own[:12]}...",
        fix=f"after a rotation, run `clari-readiness fingerprint --env={environment.name}` and store what it prints",
    )
    others = _comparable(environment, environments)
    stored = {other.name: other.key_fingerprint for other in others}
    evidence.saw("stored fingerprints of the others", stored)
    unknown = [name for name, other in stored.items() if other is None]
    if unknown or not others:
        raise NotVerified(
            f"no fingerprint is stored for {', '.join(unknown)}" if unknown else "no other environment is filled in",
            way_out="fill in the other environments, and store the fingerprint of each",
        )
    shared = [name for name, other in stored.items() if other == own]
    assert not shared, evidence.fails(
        f"{environment.name} and {', '.join(shared)} use one token",
        expected="a token of its own for each environment",
        fix="make another token in Clari, as another user, and store its fingerprint",
    )
    evidence.concludes(f"differs from {', '.join(stored)}")


def _comparable(environment: Environment, environments: Environments) -> list[Environment]:
    """Return the environments whose tokens must differ: a team's own among themselves, the rehearsals likewise."""
    others = environments.others(environment.name)
    team = environment.kind == "team"
    return [other for other in others if other.filled_in and (other.kind == "team") == team]
