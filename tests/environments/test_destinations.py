"""Where alerts go: what may be shown of an address, and what never is."""

from __future__ import annotations

from pathlib import Path

import pytest

from clari_readiness.environments import Destination, secrets_of
from tests.environments.conftest import Loaded

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#clari"


def of(loaded: Loaded, *to: str, environ: dict[str, str] | None = None) -> tuple[Destination, ...]:
    written = ", ".join(f'"{each}"' for each in to)
    return loaded(f"[env.prod]\nlive = true\nalerts.to = [{written}]\n", environ).get("prod").destinations()


def test_addresses_and_references_to_them_are_named_by_place_and_scheme(loaded: Loaded, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("mailtos://user:pass@example.com\n")
    found = of(loaded, SLACK, "env://ALERTS", "file://mail", environ={"ALERTS": "json://hook.example.com/a"})
    assert [each.name for each in found] == ["alerts.to[0] (slack)", "alerts.to[1] (json)", "alerts.to[2] (mailtos)"]
    assert [each.url.reveal() for each in found if each.url] == [
        SLACK,
        "json://hook.example.com/a",
        "mailtos://user:pass@example.com",
    ]


def test_nothing_of_an_address_is_shown(loaded: Loaded) -> None:
    (slack,) = of(loaded, SLACK)
    shown = f"{slack} {slack!r} {slack.url} {slack.key} {slack.mark}"
    assert not [part for part in SLACK.removeprefix("slack://").split("/") if part in shown]


def test_a_reference_that_does_not_resolve_is_still_a_destination_and_says_why(loaded: Loaded) -> None:
    (unset,) = of(loaded, "env://ALERTS")
    assert (unset.name, unset.url, unset.mark) == ("alerts.to[0] (env)", None, "")
    assert unset.problem.startswith("environment variable ALERTS is not set")


def test_a_value_that_is_no_address_is_a_problem_that_does_not_repeat_it(loaded: Loaded) -> None:
    (wrong,) = of(loaded, "env://ALERTS", environ={"ALERTS": "xoxb-a-bare-token"})
    assert "is no address" in wrong.problem
    assert "xoxb" not in repr(wrong)


def test_the_mark_follows_the_address_and_the_key_follows_the_settings(loaded: Loaded) -> None:
    (one,) = of(loaded, "env://ALERTS", environ={"ALERTS": "json://a.example.com/x"})
    (same,) = of(loaded, "env://ALERTS", environ={"ALERTS": "json://a.example.com/x"})
    (moved,) = of(loaded, "env://ALERTS", environ={"ALERTS": "json://b.example.com/x"})
    assert (one.key, one.mark) == (same.key, same.mark)
    assert one.key == moved.key
    assert one.mark != moved.mark


@pytest.mark.parametrize(
    ("url", "secret", "public"),
    [
        (SLACK, {"T1JJ3T3L2", "A1BRTD4JD", "TIiajkdnlazkcOXrIdevi7FQ"}, {"clari"}),
        (
            "mailtos://alerts:hunter2-%40-pw@mail.example.com:587/ops@example.com?smtp=mail.example.com",
            {"hunter2-%40-pw", "hunter2-@-pw"},
            {"mail.example.com", "ops@example.com"},
        ),
        ("json://localhost:8080/hook/T0KEN-1?token=S3CRET-2", {"T0KEN-1", "S3CRET-2"}, {"localhost", "localhost:8080"}),
    ],
)
def test_every_part_that_could_be_a_token_is_known(
    loaded: Loaded, url: str, secret: set[str], public: set[str]
) -> None:
    (found,) = of(loaded, url)
    secrets = set(secrets_of(found))
    assert secret <= secrets
    assert url in secrets
    assert not public & secrets
