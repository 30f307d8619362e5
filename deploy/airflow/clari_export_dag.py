"""The night of a Clari integration, for Airflow 3: export, reconcile, keep the window, and show when something failed.

It runs the installed `clari-readiness` command and imports nothing of it: Airflow's versions and its own never meet.
Three environment variables of the workers say how:

    CLARI_READINESS          the command        /opt/clari-readiness/.venv/bin/clari-readiness
    CLARI_READINESS_CONFIG   the settings file  /opt/clari-readiness/clari-readiness.toml
    CLARI_READINESS_ENV      which environment  prod

Before the first run: `airflow pools import deploy/airflow/pools.json`. Every task may be repeated: what was exported
is not due any more that day, so a second run spends no quota and changes no row.

The commands tell people themselves (`alerts.to` in the settings): once for each cause, and again when it is over. So
hang no mail on failed tasks, or everything is told twice. What a command cannot tell is that it never ran, or that its
settings hold a mistake: that is what ClariExportDidNotRun of deploy/prometheus/alerts.yaml is for.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

POOL = "clari_exports"

FINAL = {1: "something is wrong with the data, or with Clari", 4: "a mistake in the settings"}
"""Exit codes after which Airflow must not try again: what can help was tried, and another export costs quota."""


def clari_readiness(*words: str) -> str:
    """Run a command, show what it says as it says it, and return that. An exit code other than 0 fails the task."""
    command = [*shlex.split(os.environ.get("CLARI_READINESS", "clari-readiness")), *words]
    command += ["--env", os.environ.get("CLARI_READINESS_ENV", "prod")]
    if config := os.environ.get("CLARI_READINESS_CONFIG"):
        command += ["--config", config]
    said = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                said.append(line)
        except BaseException:  # a timeout, or the worker is stopped: leaving the block would wait for the command
            process.terminate()
            raise
    if process.returncode:
        why = FINAL.get(process.returncode, "it could not look, or broke off")
        failed = f"{shlex.join(words)}: exit code {process.returncode}, {why}"
        raise (AirflowFailException if process.returncode in FINAL else AirflowException)(failed)
    return "".join(said)


@dag(
    # After 08:00 UTC: until then an entry of the day before can still change.
    schedule="30 8 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,  # a night that was missed cannot be had again: Clari answers as of now
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args={"retries": 1, "retry_delay": timedelta(minutes=5), "execution_timeout": timedelta(hours=2)},
    tags=["clari"],
    doc_md=__doc__,
)
def clari_export() -> None:
    """Run a night; each step runs whatever became of the one before, and the run fails when one of them did."""

    @task
    def due() -> list[dict[str, str]]:
        """Return the forecasts and quarters that are due, one for each task that follows."""
        pieces = json.loads(clari_readiness("plan", "--json"))
        return [{"forecast": each["forecast_id"], "period": each["time_period"]} for each in pieces if each["due"]]

    @task(pool=POOL, map_index_template="{{ piece }}")
    def export(forecast: str, period: str) -> None:
        """Export one of them. Its changes against the snapshot before are detected in the transaction that loads it."""
        get_current_context()["piece"] = f"{forecast} {period}"
        clari_readiness("export", "--forecast", forecast, "--period", period)

    @task(pool=POOL, trigger_rule="all_done")
    def export_others() -> None:
        """Export opportunities where the settings name some; add "--audit-events" to keep those as well."""
        clari_readiness("export", "--no-forecasts")

    @task(trigger_rule="all_done")
    def reconcile() -> None:
        """Compare Clari with the warehouse, after a failed export most of all."""
        clari_readiness("reconcile")

    @task(pool=POOL, trigger_rule="all_done")
    def retention() -> None:
        """Let go of what lies before the window; after the export, so that the new quarter is there first."""
        clari_readiness("retention")

    @task(trigger_rule="all_done", retries=0)
    def tell() -> None:
        """Fail, and name every task that failed, so that the run is seen to be bad in Airflow. It sends nothing."""
        context = get_current_context()
        run = context["run_id"]
        states = context["ti"].get_task_states(dag_id=context["dag"].dag_id, run_ids=[run])[run]
        failed = sorted(name for name, state in states.items() if state in ("failed", "upstream_failed"))
        if failed:
            raise AirflowFailException(f"the night of {context['dag'].dag_id} is not good: {', '.join(failed)} failed")

    pieces = due()
    exported = export.expand_kwargs(pieces)
    others, compared, kept, told = export_others(), reconcile(), retention(), tell()
    exported >> others >> compared >> kept >> told
    [pieces, exported, others, compared] >> told


night = clari_export()
