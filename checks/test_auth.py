"""Authentication & Secrets: the key is kept well, works, and is this environment's own."""

from clari_readiness.environments import Environment, Environments
from clari_readiness.errors import NotVerified, Refused
from clari_readiness.gate import item
from clari_readiness.gate.answers import Clari
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.leaks import candidates, files_holding
from clari_readiness.model.calendar import Quarter
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
    files, origin = candidates(environment.base, cassettes=shipped("cassettes"), directory=environment.directory)
    found = [str(path) for path in files_holding(variants(environment.secret().reveal()), files)]
    evidence.saw("files looked into", {"count": len(files), "which": origin, "holding the key": found})
    assert not found, evidence.fails(
        f"the key lies in {', '.join(found[:5])}" + (f" and {len(found) - 5} more" if len(found) > 5 else ""),
        expected="no file that holds it, plain, base64 or URL-encoded",
        fix="revoke the key in Clari, make a new one, and take it out of these files and their history",
    )
    evidence.declared = custody.declared
    evidence.concludes(f"kept by {custody.keeper}; in none of {len(files)} files")


@item("AUTH-02", "Token tested against production endpoint before go-live", priority="P1", source="clari")
def test_the_token_works_where_it_will_be_used(
    clari: Clari, environment: Environment, quarters: tuple[Quarter, ...], evidence: EvidenceLog
) -> None:
    """A token that works elsewhere proves nothing, and one whose user may not see the forecast exports nothing."""
    for forecast in environment.forecasts:
        failure = clari.failure(clari.forecast, forecast, quarters[0])
        if isinstance(failure, Refused) and failure.status == 404:
            raise NotVerified(
                f"this Clari has no synchronous forecast (F21), so nobody knows whether the token may see {forecast}",
                way_out="an export would show it; that is not built yet",
            )
        if failure is not None and not (isinstance(failure, Refused) and failure.status < 500):
            raise failure
        assert failure is None, evidence.fails(
            failure.message,
            expected=f"the token's user may see forecast {forecast}",
            fix=failure.way_out or "opt the token's user in to the forecast, or correct `forecasts`",
        )
    seen = "recorded answers" if environment.kind == "recorded" else "answers of this run"
    evidence.concludes(f"the token sees {', '.join(environment.forecasts)} at {environment.endpoint} ({seen})")


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
