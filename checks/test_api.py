"""API Integration: the right address, the right types, the right quarters."""

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import SplitResult, urlsplit

from clari_readiness.environments import Environment, Environments
from clari_readiness.errors import NotVerified, SecretError
from clari_readiness.gate import item
from clari_readiness.gate.answers import Clari
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.grain import FULL_GRAIN, lacks
from clari_readiness.gate.waiting import BY_DEFAULT, SHORTEST, timeout_of, wrong_with
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.exports import AMOUNTS
from clari_readiness.plugin.trial import AskedTrial

REQUIRED_TYPES = ("forecast", "quota", "crm_closed")
A_FORTNIGHT = timedelta(days=14)
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@item("API-01", "Production base URL configured", priority="P1", source="settings")
def test_the_address_is_the_production_one(
    environment: Environment, environments: Environments, evidence: EvidenceLog
) -> None:
    """A sandbox's numbers in the production warehouse look like numbers; a key sent over http belongs to everybody."""
    endpoint = environment.endpoint
    evidence.saw("address", endpoint)
    wrong = list(_wrong_with(urlsplit(endpoint), environment))
    assert not wrong, evidence.fails(
        "; ".join(wrong),
        expected=f"{environment.documented_url}, or a gateway of your own in api.gateway",
        fix=f"set env.{environment.name}.api.base_url, and api.gateway where requests pass through a proxy",
    )
    others = [other for other in environments.others(environment.name) if other.filled_in]
    shared = [other.name for other in others if _warehouse_of(other) == _warehouse_of(environment)]
    evidence.saw("environments with the same warehouse", shared)
    assert not shared, evidence.fails(
        f"{environment.name} and {', '.join(shared)} write to one warehouse",
        expected="a warehouse of its own for each environment",
        fix=f"set env.{environment.name}.warehouse.url",
    )
    evidence.concludes(endpoint)


def _warehouse_of(environment: Environment) -> str:
    """Return where the warehouse is, or the reference that says so where it does not resolve here."""
    try:
        return environment.warehouse_url
    except SecretError:
        return environment.warehouse.url


def _wrong_with(address: SplitResult, environment: Environment) -> Iterator[str]:
    if address.username is not None or address.password is not None:
        yield "the address holds a user name or password"
    if environment.kind == "simulated":
        if address.hostname not in LOOPBACK:
            yield f"the simulator is at {address.hostname}, which is not this machine"
        return
    if address.scheme != "https":
        yield f"the address is {address.scheme}, not https"
    if address.query or address.fragment:
        yield "the address goes on after its path"
    if environment.api.gateway is None or environment.kind == "recorded":
        if address.geturl() != environment.documented_url:
            yield f"the address is {address._replace(netloc=address.hostname or '').geturl()}"
    elif environment.api.profile in address.path.split("/")[:-1]:
        yield f"the gateway's path goes on after its version: {address.path}"


@item(
    "API-03",
    "All required typesToExport configured (forecast, quota, crm_closed)",
    priority="P2",
    source="settings",
)
def test_the_required_types_are_configured(environment: Environment, evidence: EvidenceLog) -> None:
    """Without quota there is no attainment, and without what closed nobody sees how good the forecast was."""
    evidence.saw("types_to_export", list(environment.types_to_export))
    missing = [kind for kind in REQUIRED_TYPES if kind not in environment.types_to_export]
    assert not missing, evidence.fails(
        f"{', '.join(missing)} not configured",
        expected=", ".join(REQUIRED_TYPES),
        fix=f"add {', '.join(missing)} to types_to_export",
    )
    evidence.concludes(", ".join(environment.types_to_export))


@item(
    "API-03",
    "All required typesToExport configured (forecast, quota, crm_closed)",
    priority="P2",
    source="warehouse",
)
def test_the_required_types_are_in_the_warehouse(
    environment: Environment, warehouse: AskedWarehouse, evidence: EvidenceLog
) -> None:
    """What is configured and does not arrive is a column of NULLs, which sums to zero without a word."""
    counts = {row["forecast_name"]: row for row in warehouse.amounts(environment.forecasts)}
    columns = [AMOUNTS[kind][1] for kind in REQUIRED_TYPES]
    missing = [
        f"{column} of {forecast}"
        for forecast in environment.forecasts
        for column in columns
        if not counts.get(forecast, {}).get(column)
    ]
    assert not missing, evidence.fails(
        f"not one amount in {', '.join(missing)}",
        expected="amounts of every required type for every forecast",
        fix="ask for the type in the export, and load its values; or map the column in `warehouse.columns`",
    )
    evidence.concludes(", ".join(f"{row['rows']} rows of {name}" for name, row in counts.items()))


@item("API-04", "Time period coverage verified (current quarter + 4 historical)", priority="P2", source="warehouse")
def test_every_quarter_is_there_and_none_is_a_copy(
    environment: Environment, warehouse: AskedWarehouse, quarters_due: tuple[Quarter, ...], evidence: EvidenceLog
) -> None:
    """A missing quarter breaks every comparison; a copied one (F18) makes two different quarters equal."""
    periods = warehouse.periods(environment.forecasts)
    there = {(row["forecast_name"], row["time_period"]) for row in periods if row["amounts"]}
    wanted = [(forecast, str(quarter)) for forecast in environment.forecasts for quarter in quarters_due]
    missing = [f"{quarter} of {forecast}" for forecast, quarter in wanted if (forecast, quarter) not in there]
    assert not missing, evidence.fails(
        f"no amounts for {', '.join(missing)}",
        expected=f"amounts for {', '.join(map(str, quarters_due))}",
        fix="export these quarters, each by its name; an unknown or empty timePeriod gives the current quarter (F18)",
    )
    copies = [
        f"{row['time_period']} of {row['forecast_name']} holds what {row['same_as']} holds"
        for row in warehouse.identical_periods(environment.forecasts)
    ] + [
        f"{row['time_period']} of {row['forecast_name']} holds {row['weeks']} weeks of {row['same_as']}"
        for row in warehouse.shared_weeks(environment.forecasts)
    ]
    assert not copies, evidence.fails(
        "; ".join(copies),
        expected="each quarter with amounts of its own",
        fix="compare timePeriods of the answer with what was asked before loading it, and export again (F18)",
    )
    evidence.concludes(f"{len(wanted)} of {len(wanted)} forecasts and quarters, no two alike")


@item("API-04", "Time period coverage verified (current quarter + 4 historical)", priority="P2", source="clari")
def test_clari_answers_the_quarter_that_was_asked(
    environment: Environment, clari: Clari, quarters: tuple[Quarter, ...], evidence: EvidenceLog
) -> None:
    """An unknown period is not refused: the answer silently holds the current quarter (F18).

    Nor does a quarter's name say when it is: a fiscal year that starts in another month has quarters of the same names.
    """
    wrong = []
    for forecast in environment.forecasts:
        for quarter in quarters:
            answered = _periods(clari, forecast, quarter)
            evidence.saw(f"periods answered for {quarter} of {forecast}", answered)
            if list(answered) != [str(quarter)]:
                wrong.append(f"asked for {quarter} of {forecast}, answered {', '.join(answered)}")
            elif begins := _begins_elsewhere(answered[str(quarter)], environment.fiscal_year.first_day(quarter)):
                wrong.append(f"{quarter} of {forecast} begins {begins}")
    assert not wrong, evidence.fails(
        "; ".join(wrong),
        expected="each answer holds exactly the quarter that was asked for, which begins when the settings say",
        fix="check `fiscal_year` in the settings against the organisation's calendar in Clari",
    )
    evidence.concludes(f"{len(quarters)} quarters of {', '.join(environment.forecasts)} answered as asked")


@item("API-05", "Deduplication logic handles re-exports and overlapping periods", priority="P2", source="warehouse")
def test_the_newest_exports_hold_no_key_twice(
    environment: Environment, warehouse: AskedWarehouse, evidence: EvidenceLog
) -> None:
    """A re-export that is added to what was there doubles the number that the board reads tonight."""
    grain = environment.warehouse.grain
    assert not lacks(grain), evidence.fails(
        f"the grain {', '.join(grain)} lacks {lacks(grain)}",
        expected=FULL_GRAIN,
        fix=f"correct env.{environment.name}.warehouse.grain",
    )
    periods = warehouse.kept_periods()
    if not periods:
        raise NotVerified("the table of forecasts holds no rows", way_out="export first, then look for duplicates")
    duplicates = warehouse.duplicate_keys(newest_only=True)
    assert not duplicates, evidence.fails(
        f"{duplicates[0]['offenders']} keys are more than once in the newest export of their period",
        expected="each key of the grain once in the newest export of each forecast and period",
        fix="merge what is loaded on the whole key (user, field, period, time frame, currency): a week may be in two "
        "quarters (F14), and a person in two roles (F13)",
    )
    evidence.concludes(f"the newest export of {len(periods)} forecasts and periods, no key twice")


def _periods(clari: Clari, forecast: str, quarter: Quarter) -> dict[str, str]:
    """Return the periods of an answer, and the day on which each begins ("" where the answer does not say)."""
    document = clari.forecast(forecast, quarter)
    listed = {period["timePeriodId"]: str(period.get("startDate", "")) for period in document.get("timePeriods", [])}
    used = [entry["timePeriodId"] for entry in document["entries"]]
    if not used:
        raise NotVerified(
            f"Clari has no entry for {quarter} of {forecast} (F20)",
            way_out="look at the forecast in Clari; a quarter before Clari was introduced lowers history_quarters",
        )
    return {period: listed.get(period, "") for period in sorted({*listed, *used})}


def _begins_elsewhere(at_clari: str, by_settings: date) -> str:
    """Say how far the beginnings of a quarter are apart; "" when a calendar of whole weeks could explain it (F14)."""
    try:
        apart = date.fromisoformat(at_clari) - by_settings
    except ValueError:
        return ""
    return f"on {at_clari} at Clari, and by the settings on {by_settings}" if abs(apart) > A_FORTNIGHT else ""


@item("API-01", "Production base URL configured", priority="P1", source="trial")
def test_the_exporter_asks_the_configured_address_and_nobody_else(trial: AskedTrial) -> None:
    """An exporter with an address in its code runs against production from every laptop."""
    broken = trial.broken("API-01")
    assert not broken, trial.fails(broken, fix="take the base URL from the settings, and let nothing else be asked")
    trial.concludes("API-01")


@item("API-02", "Rate limit handling with exponential backoff", priority="P1", source="trial")
def test_too_many_requests_are_answered_with_patience(trial: AskedTrial) -> None:
    """Who hammers on after a 429 is locked out when the quarter closes."""
    broken = trial.broken("API-02")
    assert not broken, trial.fails(
        broken, fix="wait as long as Retry-After says, otherwise twice as long from attempt to attempt, with jitter"
    )
    trial.concludes("API-02")


@item("API-03", "All required typesToExport configured (forecast, quota, crm_closed)", priority="P2", source="trial")
def test_the_exporter_asks_for_every_type(trial: AskedTrial) -> None:
    """What was not asked for is not missing in Clari's answer: it is simply not there."""
    broken = trial.broken("API-03")
    assert not broken, trial.fails(broken, fix="send typesToExport with all the types that the settings name")
    trial.concludes("API-03")


@item("API-05", "Deduplication logic handles re-exports and overlapping periods", priority="P2", source="trial")
def test_what_comes_again_is_there_once(trial: AskedTrial) -> None:
    """Overlaps and repeats are the normal case: a key without week, quarter or role doubles money, or loses it."""
    broken = trial.broken("API-05")
    assert not broken, trial.fails(
        broken, fix="load with MERGE on forecast, period, time frame, user, field and currency"
    )
    trial.concludes("API-05")


@item("API-06", "Pagination implemented for large pipeline result sets", priority="P2", source="trial")
def test_every_page_is_read_and_no_page_twice(trial: AskedTrial) -> None:
    """The first page looks like all of them, until somebody audits an account."""
    broken = trial.broken("API-06")
    assert not broken, trial.fails(
        broken,
        fix="follow nextLink until there is none, at the configured origin only; ask for opportunities by the hundred",
    )
    trial.concludes("API-06")


@item("API-07", "Export job polling with configurable timeout (default: 10 min)", priority="P2", source="settings")
def test_the_time_out_is_ten_minutes_unless_it_is_set(environment: Environment, evidence: EvidenceLog) -> None:
    """A time-out that is longer than the night hides a job that never ends; one of seconds pays for each job twice."""
    timeout, is_set = timeout_of(environment)
    evidence.saw(
        "job_timeout", {"is": str(timeout), "set": is_set, "poll_interval": f"{environment.poll_interval:g} s"}
    )
    wrong = list(wrong_with(environment))
    assert not wrong, evidence.fails(
        "; ".join(wrong),
        expected=f"{BY_DEFAULT} unless set; at least {SHORTEST}, and less than the time until the next run",
        fix=f"correct job_timeout or poll_interval in [default] or [env.{environment.name}]",
    )
    evidence.concludes(f"job_timeout {timeout}" + ("" if is_set else ", the default, since none is set"))


@item("API-07", "Export job polling with configurable timeout (default: 10 min)", priority="P2", source="trial")
def test_a_job_is_waited_for_with_a_time_out(trial: AskedTrial) -> None:
    """A job that never ends must not become an exporter that never ends."""
    broken = trial.broken("API-07")
    assert not broken, trial.fails(
        broken,
        fix="know all six states, bare and wrapped; poll at the interval that is set, and give up after job_timeout",
    )
    trial.concludes("API-07")
