"""The tables of an environment as the settings file writes them. Frozen; unknown keys and wrong types are refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from clari_readiness.environments.values import (
    Days,
    Destination,
    ExportType,
    ExportTypes,
    KeyReference,
    Line,
    Month,
    Names,
    Seconds,
    SecondsOrNone,
    WarehouseUrl,
    WebAddress,
    each_once,
    one_of,
)
from clari_readiness.model.calendar import FiscalYear

COLUMNS = (
    "forecast_name",
    "time_period",
    "time_frame_id",
    "user_id",
    "owner_name",
    "owner_email",
    "field_id",
    "currency",
    "forecast_amount",
    "quota_amount",
    "adjustment_amount",
    "crm_total",
    "crm_closed",
    "job_id",
    "exported_at",
)
"""Our names of the columns of `clari_forecasts`, which `warehouse.columns` maps to the team's."""

Column = Annotated[str, AfterValidator(lambda word: one_of(word, COLUMNS))]
Cadence = Literal["hourly", "daily", "weekly", "monthly", "never"]

_EVERY: Mapping[Cadence, timedelta | None] = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),  # quotas roll over 30 days (F22)
    "never": None,
}


class Table(BaseModel):
    """What all tables have in common."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True, populate_by_name=False
    )


class Api(Table):
    """Where Clari is, how it is spoken to, and where the key is. `gateway` is a proxy of the team's own."""

    profile: Literal["v4", "v1"] = "v4"
    base_url: WebAddress | None = Field(default=None, repr=False)
    gateway: WebAddress | None = Field(default=None, repr=False)
    key: KeyReference = Field(repr=False)
    ca_file: Line | None = None


class ServiceAccount(Table):
    """The user that the key belongs to (F3)."""

    user_id: Annotated[int, Field(gt=0, lt=2**63)]
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]


class Warehouse(Table):
    """The team's warehouse: the table that holds forecasts, and its columns where they are named differently.

    `columns` maps our names to theirs. `grain` is what makes a row unique in an export, in our names or, where we have
    none, in theirs; empty when it is as ours. `url` may be a reference to the URL. `timeout` is how many seconds one of
    the checks' statements may take.
    """

    url: WarehouseUrl = Field(repr=False)
    forecasts: Line = "clari_forecasts"
    columns: Mapping[Column, Line] = Field(default_factory=dict)
    grain: Annotated[tuple[Line, ...], AfterValidator(each_once)] = ()
    timeout: Seconds = 300.0


class Exporter(Table):
    """What fills the warehouse: the reference exporter, or one of a command, a callable and a managed connector."""

    command: Annotated[tuple[Line, ...], Field(min_length=1)] | None = None
    callable: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*$")] | None = None
    managed: Line | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_of_four(cls, written: object) -> object:
        if written == "reference":
            return {}
        if not isinstance(written, Mapping) or len(written) != 1:
            raise ValueError(
                'expected "reference", or one of { command = [...] }, { callable = ... }, { managed = ... }'
            )
        return written

    @property
    def kind(self) -> Literal["reference", "command", "callable", "managed"]:
        """Which of the four it is."""
        if self.command is not None:
            return "command"
        if self.callable is not None:
            return "callable"
        return "reference" if self.managed is None else "managed"

    def __str__(self) -> str:
        """Say which of the four it is, and the name of a connector."""
        return self.kind if self.managed is None else f"{self.kind}: {self.managed}"


class TrialTable(Table):
    """What an exporter on trial calls one of the tables, and those of its columns that it calls other than we do."""

    name: Line | None = None
    columns: Mapping[Line, Line] = Field(default_factory=dict)


class Trial(Table):
    """What an exporter on trial writes into, and the command that prints which version of it that was.

    `time_scale` is how many times faster than real time the simulator's clock runs, where the exporter can be told to
    wait less. `at_once` is how many scenarios are tried side by side, where it writes nothing that two would share:
    warehouse, `HOME` and `TMPDIR` are each scenario's own. `env` is what the exporter wants besides, `variables` what
    it calls the variables of ours, `tables` the same of its tables.
    """

    warehouse: WarehouseUrl = Field(repr=False)
    version_command: Annotated[tuple[Line, ...], Field(min_length=1)] | None = None
    time_scale: Annotated[float, Field(ge=0.1, le=100)] = 1.0
    at_once: Annotated[int, Field(ge=1, le=4)] = 1
    env: Mapping[Line, str] = Field(default_factory=dict, repr=False)
    variables: Mapping[Line, Line] = Field(default_factory=dict)
    tables: Mapping[Literal["clari_forecasts", "audit_events", "opportunities"], TrialTable] = Field(
        default_factory=dict
    )


class Schedule(Table):
    """How often exports run."""

    current_quarter: Literal["hourly", "daily", "weekly"] = "daily"
    past_quarters: Cadence = "weekly"

    @property
    def current_quarter_every(self) -> timedelta:
        """The time between two exports of the current quarter."""
        return _EVERY[self.current_quarter] or timedelta.max

    @property
    def past_quarters_every(self) -> timedelta | None:
        """The time between two exports of a past quarter; None when they are not exported again."""
        return _EVERY[self.past_quarters]


class KeyRotation(Table):
    """When the key was last changed, how often it must be (days), and where it says how."""

    runbook: Line
    rotated_on: date
    every: Days = 90


class Alerts(Table):
    """Files with alert rules, and destinations as Apprise URLs or references to them."""

    rules: tuple[Line, ...] = ()
    to: tuple[Destination, ...] = Field(default=(), repr=False)


class Dashboard(Table):
    """Where the pipeline's health is shown: an address, or a file of the dashboard's definition.

    `completion_metric` is the metric that holds the completion rate, where it is none of ours.
    """

    url: WebAddress | None = Field(default=None, repr=False)
    file: Line | None = None
    completion_metric: Line | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.url is None and self.file is None:
            raise ValueError("needs url or file")
        return self


class OpportunitiesFrom(Table):
    """Where else the ids of opportunities are: a file with one a line, or a query on the warehouse."""

    file: Line | None = None
    query: Line | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.file is None) == (self.query is None):
            raise ValueError("needs one of file and query")
        return self


class Report(Table):
    """What the report may hold of people: names and addresses, their initials, or neither.

    `seal_key` is where the key is with which reports are sealed, so that tampering can be found.
    """

    personal_data: Literal["full", "initials", "none"] = "initials"
    seal_key: KeyReference | None = Field(default=None, repr=False)


class FiscalYearTable(Table):
    """The fiscal year as it is written: the month in which it starts, and the calendar year it is named after."""

    starts: Month
    named_after: Literal["start", "end"]


class Settings(Table):
    """All that an environment can set, once `[default]` is merged in. Durations are in seconds unless they say days.

    `anomaly_types` can swing; crm_closed is not among them unless asked for, since it grows from nothing each quarter.
    `max_recording_age` is in days. Snapshots younger than `exact_within` must agree with Clari to the cent. The current
    quarter may be the same for `unchanged_for`: a weekend with a holiday on either side is no reason to wake anybody.
    """

    live: bool = False
    filled_in: bool = True
    forecasts: Names
    types_to_export: ExportTypes = ("forecast", "quota", "crm_closed")
    value_names: Mapping[ExportType, Line] = Field(default_factory=dict)
    fiscal_year_table: FiscalYearTable = Field(alias="fiscal_year")
    history_quarters: Annotated[int, Field(ge=0, le=40)] = 4
    retention_quarters: Annotated[int, Field(ge=1, le=80)] = 8
    schedule: Schedule = Schedule()
    anomaly_threshold: Annotated[float, Field(gt=0, le=1)] = 0.20
    anomaly_types: ExportTypes = ("forecast", "quota", "adjustment", "crm_total")
    unchanged_for: Seconds = 345_600.0
    job_timeout: Seconds = 600.0
    poll_interval: Seconds = 2.0
    api: Api
    service_account: ServiceAccount | None = None
    warehouse: Warehouse
    exporter: Exporter | None = None
    trial: Trial | None = None
    key_rotation: KeyRotation | None = None
    key_fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    fingerprint_salt: Annotated[str, Field(min_length=16)] | None = None
    alerts: Alerts = Alerts()
    dashboard: Dashboard | None = None
    export_budget: Annotated[int, Field(ge=0, le=1_000)] = 1
    quota_reserve: Annotated[float, Field(ge=0, lt=1)] = 0.10
    max_recording_age: Days = 90
    exact_within: SecondsOrNone = 300.0
    state: Line | None = None
    metrics: Line | None = None
    report: Report = Report()
    opportunities: tuple[Line, ...] = ()
    opportunities_from: OpportunitiesFrom | None = None

    @property
    def uses_reference_exporter(self) -> bool:
        """Whether the reference exporter fills the warehouse, or nobody has said who does."""
        return self.exporter is None or self.exporter.kind == "reference"

    @property
    def fiscal_year(self) -> FiscalYear:
        """The organisation's fiscal calendar."""
        return FiscalYear(starts=int(self.fiscal_year_table.starts), named_after=self.fiscal_year_table.named_after)
