"""Every goal, and what it takes to measure it: each function returns the rows of its part."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from math import log

from benchmarks.bench import Bench
from benchmarks.children import Measured, Task, middle, most_memory
from benchmarks.rows import Explained, Row, at_least, at_most, judged

_MB = 1_000_000
_MEMORY = 512.0
_OPENED = 2.0
_ASKED = 30.0
_BOUND = 1_200.0


def load_million(bench: Bench) -> list[Row]:
    """The first goal: the export against a typed parse."""
    return [_against_parse(bench, bench.sizes.million, "export of a million")]


def load_large(bench: Bench) -> list[Row]:
    """The same five times larger, and how the time grows."""
    small, large = bench.sizes.million, bench.sizes.large
    seconds = {size: middle(bench.exports(size)["export"]) for size in (small, large)}
    exponent = log(seconds[large] / seconds[small]) / log(large / small)
    return [
        _against_parse(bench, large, "export of five million"),
        at_most("growth, one to five million", "exponent at most 1.15", exponent, 1.15, "", seconds=seconds),
    ]


def memory_million(bench: Bench) -> list[Row]:
    """Anonymous memory of the exporting process."""
    return [_memory(bench, bench.sizes.million, "a million")]


def memory_large(bench: Bench) -> list[Row]:
    """The same for five million."""
    return [_memory(bench, bench.sizes.large, "five million")]


def peers(bench: Bench) -> list[Row]:
    """The same document with dlt, in its fastest way and in its usual one."""
    document = bench.document(bench.sizes.small)
    ways = {"ours": "exporting:export", "dlt arrow": "peers:dlt_arrow", "dlt rows": "peers:dlt_rows"}
    runs = bench.alternating({name: bench.export(document, task) for name, task in ways.items()})
    seconds = _seconds(runs)
    cpu = _processor(runs)
    version = runs["dlt arrow"][0]["version"]
    arrow, rows = seconds["dlt arrow"] / seconds["ours"], seconds["dlt rows"] / seconds["ours"]
    return [
        at_least(
            "against dlt, Arrow and merge",
            "at least 5 x faster",
            arrow,
            5,
            "x",
            seconds=seconds,
            cpu_seconds=cpu,
            dlt=version,
        ),
        at_least(
            "against dlt, rows", "at least 20 x faster", rows, 20, "x", seconds=seconds, cpu_seconds=cpu, dlt=version
        ),
    ]


def again(bench: Bench) -> list[Row]:
    """The same job once more, in a warehouse that has ten times as many rows."""
    name, goal = "the same job again, ten million rows", "nothing changes; file at most 1 % larger"
    entries, document = bench.sizes.million, bench.document(bench.sizes.million)
    with bench.place() as place:
        warehouse = str(place / "warehouse.duckdb")
        own = {"warehouse": warehouse, "job": document.stem}
        Task(
            "keeping:fill", {**_at(warehouse), "entries": entries, "snapshots": bench.sizes.history, "before": True}
        ).run()
        first = Task("exporting:export", {**own, "url": bench.url}).run()
        repeated = [Task("exporting:again", {**own, "document": str(document)}).run() for _ in range(bench.repeats)]
    growth = max(run["bytes_after"] / run["bytes_before"] - 1 for run in repeated) * 100
    same = all(run["same"] and run["inserted"] == 0 for run in repeated)
    figure = f"{'nothing changed' if same else 'CHANGED'}; {growth:+.2f} %"
    seen = {"rows": repeated[0]["rows"], "seconds": middle(repeated), "first_seconds": first["seconds"]}
    memory = {"growth_percent": growth, "bytes": repeated[0]["bytes_before"], "rss_anon_mb": most_memory(repeated)}
    return [judged(name, goal, figure, reached=same and growth <= 1, **seen, **memory)]


def changes(bench: Bench) -> list[Row]:
    """What changed from one day to the next."""
    names = ("changes, against a FULL JOIN", "changes, against pandas")
    goals = ("at most 2 x, written", "at least 8 x faster")
    days = {name: str(bench.document(bench.sizes.million, day=day)) for day, name in enumerate(("older", "newer"))}
    with bench.place() as place:
        at = _at(str(place / "warehouse.duckdb"))
        Task("comparing:prepare", {**at, **days}).run()
        runs = bench.alternating(
            {name: Task(f"comparing:{name}", at) for name in ("changes", "full_join", "pandas", "polars")}
        )
    seconds, found = _seconds(runs), {name: each[0]["found"] for name, each in runs.items()}
    cpu = _processor(runs)
    join, pandas = seconds["changes"] / seconds["full_join"], seconds["pandas"] / seconds["changes"]
    return [
        at_most(names[0], goals[0], join, 2, "x", seconds=seconds, found=found, cpu_seconds=cpu),
        at_least(names[1], goals[1], pandas, 8, "x", seconds=seconds, found=found, cpu_seconds=cpu),
    ]


def reconciliation(bench: Bench) -> list[Row]:
    """Clari against the warehouse, once what Clari gave lies staged; staging is the export's, and told beside."""
    name, goal = "reconciliation, against a FULL JOIN", "at most 2 x, staged"
    document = {"document": str(bench.document(bench.sizes.million))}
    with bench.place() as place:
        at = {**document, **_at(str(place / "warehouse.duckdb"))}
        Task("reconciling:prepare", at).run()
        runs = bench.alternating({way: Task(f"reconciling:{way}", at) for way in ("reconciliation", "full_join")})
    seconds, stage = _seconds(runs), middle(runs["reconciliation"], "stage")
    ratio = seconds["reconciliation"] / seconds["full_join"]
    whole = (seconds["reconciliation"] + stage) / seconds["full_join"]
    same = all(run["found"] == 0 for each in runs.values() for run in each)
    rows = runs["reconciliation"][0]["rows"]
    figure = f"{ratio:.2f} x, {whole:.1f} x with staging{'' if same else '; DIFFERENCES FOUND'}"
    seen = {"seconds": {**seconds, "stage": stage}, "cpu_seconds": _processor(runs), "rows": rows, "same": same}
    return [judged(name, goal, figure, reached=ratio <= 2 and same, value=ratio, limit=2, **seen)]


def current(bench: Bench) -> list[Row]:
    """The view that everybody reads, when thirty days are kept."""
    with bench.place() as place:
        at = _at(str(place / "warehouse.duckdb"))
        size = Task("keeping:fill", {**at, "entries": bench.sizes.million, "snapshots": bench.sizes.kept}).run()[
            "bytes"
        ]
        runs = bench.alternating({name: Task(f"keeping:{name}", at) for name in ("current", "scan")})
    seconds = _seconds(runs)
    ratio = seconds["current"] / seconds["scan"]
    same = runs["current"][0]["told"] == runs["scan"][0]["told"]
    seen = {
        "seconds": seconds,
        "cpu_seconds": _processor(runs),
        "rows": runs["current"][0]["rows"],
        "same_content": same,
        "bytes": size,
    }
    name, goal = "current_entries of thirty million rows", "at most 10 x a scan of the snapshot"
    figure = f"{ratio:.2f} x{'' if same else ', OTHER CONTENT'}"
    return [judged(name, goal, figure, reached=ratio <= 10 and same, value=ratio, limit=10, **seen)]


def validation(bench: Bench) -> list[Row]:
    """Whether it is really every entry that is judged, and what share of the first goal that takes."""
    entries = bench.sizes.million
    broken, whole = (bench.document(entries, broken=wrong) for wrong in (True, False))
    with bench.place() as place:
        refused = Task("exporting:refuse", {**_at(str(place / "warehouse.duckdb")), "document": str(broken)}).run()
    runs = bench.alternating({"judging": Task("exporting:judging", {"document": str(whole)})})
    exported = bench.exports(entries)
    judging = middle(runs["judging"], "cpu_seconds")
    share = judging / middle(exported["export"], "cpu_seconds") * 100
    wanted = f"$.entries[{entries - 1}].forecastValue"
    found = [text.partition(": ")[0] for text in refused["violations"]] == [wanted]
    figure = f"{'the last one refused' if found else 'NOT FOUND'}; {share:.0f} % of the export"
    seen = {"violations": refused["violations"], "cpu_seconds": judging, "share_percent": share}
    return [judged("contract of every entry", "every entry, in the first goal", figure, reached=found, **seen)]


def gate(bench: Bench) -> list[Row]:
    """The recorded gate in a fresh copy of the project, with the quick trial and without it."""
    ways = {"no trial": ["-m", "not trial"], "whole": [], "collected": ["--collect-only", "-q"]}
    runs = bench.alternating(
        {name: Task("gate:checks", {"directory": "{scratch}", "options": each}) for name, each in ways.items()}
    )
    seen = {"seconds": _seconds(runs), "cpu_seconds": _processor(runs)}
    return [
        _gate("pytest checks, recorded, no trial", "at most 10 s", "no trial", 10, seen),
        _gate("pytest checks, recorded, whole", "at most 30 s", "whole", 30, seen),
        _gate("pytest checks, imports and collection", "at most 1 s", "collected", 1, seen),
    ]


def _gate(name: str, goal: str, way: str, limit: float, seen: Mapping[str, Mapping[str, float]]) -> Row:
    wall, processor = seen["seconds"][way], seen["cpu_seconds"][way]
    figure = f"{wall:.1f} s, {processor:.1f} s of the processor"
    return judged(name, goal, figure, reached=wall <= limit, value=wall, limit=limit, **seen)


def gate_memory(bench: Bench) -> list[Row]:
    """All that the gate asks of a warehouse, at three hundred exports of 100 thousand rows, and at a tenth of them."""
    kept = {"tenth": bench.sizes.kept, "whole": 10 * bench.sizes.kept}
    return [_asked_of_duckdb(bench, kept), _asked_of_postgres(bench, kept)]


def _asked_of_duckdb(bench: Bench, kept: Mapping[str, int]) -> Row:
    runs = {}
    for name, snapshots in kept.items():
        with bench.place() as place:
            warehouse = str(place / "warehouse.duckdb")
            Task("keeping:fill", {**_at(warehouse), "entries": bench.sizes.small, "snapshots": snapshots}).run()
            runs[name] = [Task("asking:asked", {"url": f"duckdb:///{warehouse}"}).run() for _ in range(bench.repeats)]
    return _asked("the gate and thirty million rows, DuckDB", runs)


def _asked_of_postgres(bench: Bench, kept: Mapping[str, int]) -> Row:
    runs = {}
    for name, snapshots in kept.items():
        at = {"directory": f"clari-readiness-bench-{os.getpid()}-{name}"}
        filled = Task("asking:fill_postgres", {**at, "entries": bench.sizes.small, "snapshots": snapshots})
        try:
            url = filled.run()["url"]
            runs[name] = [Task("asking:asked", {"url": url}).run() for _ in range(bench.repeats)]
        finally:
            Task("asking:stop_postgres", at).run()
    return _asked("the gate and thirty million rows, PostgreSQL", runs)


def _asked(name: str, runs: Mapping[str, list[Measured]]) -> Row:
    seconds, memory = _seconds(runs), {size: most_memory(each) for size, each in runs.items()}
    size = max(run["bytes"] for each in runs.values() for run in each)
    figure = f"{seconds['whole']:.1f} s, {size / 1000:.0f} kB, {memory['whole']:.0f} MB"
    reached = seconds["whole"] <= _ASKED and size <= _MB and memory["whole"] <= _BOUND
    each = dict(runs["whole"][0]["each"])
    told = {"seconds": seconds, "cpu_seconds": _processor(runs), "rss_anon_mb": memory, "each": each}
    goal = f"at most {_ASKED:g} s, 1 MB out of the engine, {_BOUND:.0f} MB of memory"
    return judged(name, goal, figure, reached=reached, value=seconds["whole"], limit=_ASKED, bytes=size, **told)


def page(bench: Bench) -> list[Row]:
    """The page of a whole run, and one with two thousand results of a trial, in Chromium."""
    with bench.place() as place:
        pages = {"directory": str(place / "pages")}
        sizes = Task("page:drawn", pages).run()["bytes"]
        runs = [Task("page:opened", pages).run() for _ in range(bench.repeats)]
    goals = {"whole": ("the page of a whole run", 2), "trial": ("the page with two thousand results", 5)}
    return [_page(name, megabytes, sizes[which], runs, which) for which, (name, megabytes) in goals.items()]


def _page(name: str, megabytes: int, size: int, runs: list[Measured], which: str) -> Row:
    seconds = middle(runs, which)
    figure = f"{seconds:.2f} s, {size / 2**20:.2f} MB"
    reached = seconds < _OPENED and size <= megabytes * 2**20
    told = {"value": seconds, "limit": _OPENED, "bytes": size, "seconds": [run[which] for run in runs]}
    return judged(name, f"opened in under {_OPENED:g} s, at most {megabytes} MB", figure, reached=reached, **told)


MEASUREMENTS: Mapping[str, Callable[[Bench], list[Row]]] = {
    "load": load_million,
    "load-large": load_large,
    "memory": memory_million,
    "memory-large": memory_large,
    "peers": peers,
    "again": again,
    "changes": changes,
    "reconciliation": reconciliation,
    "current": current,
    "validation": validation,
    "gate": gate,
    "gate-memory": gate_memory,
    "page": page,
}
"""Part -> what measures it, in the order of the table."""


EXPLAINED: Mapping[str, Explained] = {
    "export of a million": Explained("The export.", 3.2),
    "export of five million": Explained("The export.", 3.2),
    "against dlt, Arrow and merge": Explained("dlt.", 3.5),
    "changes, against pandas": Explained("pandas.", 3.0),
    "pytest checks, recorded, no trial": Explained("The gate.", 15),
    "pytest checks, recorded, whole": Explained("The gate.", 50),
    "pytest checks, imports and collection": Explained("The gate.", 5),
    "the gate and thirty million rows, PostgreSQL": Explained("PostgreSQL.", 300),
}
"""Name of a row -> why its goal is out of reach."""


def _against_parse(bench: Bench, entries: int, name: str) -> Row:
    runs = bench.exports(entries)
    seconds = _seconds(runs)
    steps = {step: middle(runs["export"], step) for step in ("download", "stage", "load", "close")}
    ratios = {gc: seconds["export"] / seconds[f"parse, gc {gc}"] for gc in ("off", "on")}
    goal = "at most 2.5 x a typed parse"
    figure = f"{ratios['off']:.2f} x with its gc off, {ratios['on']:.2f} x on"
    seen = {"entries": entries, "seconds": seconds, "cpu_seconds": _processor(runs), "steps": steps}
    seen |= {"value": ratios["off"], "gc_on": ratios["on"]}
    return judged(name, goal, figure, reached=ratios["off"] <= 2.5, limit=2.5, **seen)


def _memory(bench: Bench, entries: int, size: str) -> Row:
    runs = bench.exports(entries)
    most = {name: most_memory(each) for name, each in runs.items()}
    goal = f"RssAnon at most {_MEMORY:.0f} MB"
    return at_most(f"memory at {size}", goal, most["export"], _MEMORY, "MB", entries=entries, rss_anon_mb=most)


def _seconds(runs: Mapping[str, list[Measured]]) -> dict[str, float]:
    return {name: middle(each) for name, each in runs.items()}


def _processor(runs: Mapping[str, list[Measured]]) -> dict[str, float]:
    return {name: middle(each, "cpu_seconds") for name, each in runs.items()}


def _at(warehouse: str) -> dict[str, str]:
    return {"warehouse": warehouse}
