"""Validation script: when CONN-01 or CONN-02 fails, nothing of Clari can be verified."""

from clari_readiness.environments import Environment
from clari_readiness.errors import Refused, SecretError
from clari_readiness.gate import item
from clari_readiness.gate.answers import Clari, require_key
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.model.calendar import Quarter


@item("CONN-01", "Clari API reachable", priority="P1", source="clari")
def test_clari_answers(connection: Clari, environment: Environment, evidence: EvidenceLog) -> None:
    """Without an answer from Clari there is no export, and every number in the warehouse grows old in silence."""
    require_key(environment)
    failure = connection.failure(connection.connection)
    assert failure is None, evidence.fails(
        failure.message,
        expected="an answer of 2xx that can be read",
        fix=failure.way_out or "look at https://status.clari.com, then show the errorId to Clari's support",
    )
    evidence.concludes(f"Clari answers at {environment.endpoint}")


@item("CONN-02", "API key set", priority="P1", source="settings")
def test_the_key_reference_resolves(environment: Environment, evidence: EvidenceLog) -> None:
    """An export without a key fails on its first night; an empty variable looks like a key until then."""
    try:
        secret = environment.secret()
    except SecretError as error:
        explained = evidence.fails(error.message, expected="a non-empty value behind api.key", fix=error.way_out)
        raise AssertionError(explained) from error
    evidence.saw("key", {"from": secret.where, "length": len(secret)})
    evidence.concludes(f"{len(secret)} characters from {secret.where}")


@item("CONN-03", "Export types available", priority="P1", source="clari")
def test_every_configured_type_is_available(
    clari: Clari, environment: Environment, quarters: tuple[Quarter, ...], evidence: EvidenceLog
) -> None:
    """A type that Clari does not give is a column that stays empty, and a forecast without quotas reads as progress."""
    if environment.api.profile == "v1":
        types = clari.forecast_types()
        evidence.saw("types that Clari lists", types)
        assert types, evidence.fails("an empty list", expected="a non-empty array (F2)", fix="ask Clari's support")
        evidence.concludes(f"{len(types)} types listed")
        return
    for forecast in environment.forecasts:
        missing = _missing_types(clari, environment, forecast, quarters[0], evidence)
        assert not missing, evidence.fails(
            f"forecast {forecast} has no {', '.join(missing)} in {quarters[0]}",
            expected=f"at least one entry with each of {', '.join(environment.types_to_export)}",
            fix="enable the type in the forecast's tab, or map its key in `value_names`",
        )
    evidence.concludes(f"{', '.join(environment.types_to_export)} in {', '.join(environment.forecasts)}")


def _missing_types(
    clari: Clari, environment: Environment, forecast: str, quarter: Quarter, evidence: EvidenceLog
) -> list[str]:
    failure = clari.failure(clari.forecast, forecast, quarter)
    if failure is not None and not (isinstance(failure, Refused) and failure.status < 500):
        raise failure
    assert failure is None, evidence.fails(
        failure.message,
        expected=f"forecast {forecast} with {', '.join(environment.types_to_export)}",
        fix="correct `forecasts` or `types_to_export` in the settings, or opt the service account in",
    )
    entries = clari.forecast(forecast, quarter)["entries"]
    counts = {
        kind: sum(entry.get(environment.value_keys[kind]) is not None for entry in entries)
        for kind in environment.types_to_export
    }
    evidence.saw(f"entries of {forecast} in {quarter} with each type", counts)
    return [kind for kind, count in counts.items() if count == 0]
