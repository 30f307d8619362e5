"""Bars as static SVG: it takes its colours from the page, says to a screen reader what it shows, and runs no script."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

from clari_readiness.report.plain import plain

if TYPE_CHECKING:
    from pygal.graph.graph import Graph

MOST = 30
"""Bars in a picture; the table has all of them."""

SERIES = ("series-1", "series-2", "series-3", "series-4")
_FOREIGN = "{http://www.w3.org/2000/svg}"


def drawn(
    name: str,
    title: str,
    names: Sequence[str],
    bars: Mapping[str, Sequence[float | None]],
    *,
    stacked: bool = True,
    colours: Sequence[str] = SERIES,
) -> Markup:
    """Return bars as SVG, with a group of them for each of the names, that says to a screen reader what it shows.

    `bars` are the values of each series; `colours` are variables of the page's style, one for each.
    """
    pygal = _pygal()
    style = pygal.style.Style(
        **dict.fromkeys(("background", "plot_background"), "transparent"),
        **dict.fromkeys(("foreground", "foreground_strong"), "var(--ink)"),
        foreground_subtle="var(--line)",
        colors=tuple(f"var(--{colour})" for colour in colours),
        font_family="inherit",
        opacity=1,
    )
    kind = pygal.HorizontalStackedBar if stacked else pygal.HorizontalBar
    of_a_group = 34 if stacked else 10 + 14 * len(bars)
    chart: Graph = kind(
        style=style,
        js=[],
        width=800,
        height=110 + of_a_group * len(names[:MOST]),
        margin=8,
        margin_right=32,  # half of the last number of the axis
        legend_at_bottom=True,
        legend_at_bottom_columns=len(bars),
        value_formatter=_short,
    )
    chart.uuid = name
    chart.x_labels = [plain(each) for each in names[:MOST]][::-1]  # it draws from the bottom up, and tables go down
    for series, values in bars.items():
        chart.add(plain(series), values[:MOST][::-1])
    return _static(chart.render_tree(), title)


def _short(value: float) -> str:
    """Return a number of the axis as short as it can be told apart: 1.25M, 300k, 0.4."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def _pygal() -> Any:
    """Import pygal, since most runs draw nothing before their end, and take its hook out of Python's imports.

    The hook is for plugins with maps, and made for an import system that is gone: with it, whoever imports what is not
    there gets a warning, or an error that says nothing of it.
    """
    pygal = import_module("pygal")
    # Only this one: another that comes with pygal is the finder of what is installed.
    sys.meta_path[:] = [hook for hook in sys.meta_path if not isinstance(hook, pygal.PluginImportFixer)]
    return pygal


def _static(root: ET.Element, title: str) -> Markup:
    """Return the tree as markup without what is there for scripts: they are forbidden, and ids would collide."""
    for parent in list(root.iter()):
        for child in list(parent):
            named = str(child.tag).removeprefix(_FOREIGN) if isinstance(child.tag, str) else "comment"
            if named in ("script", "desc", "comment") or "tooltip-overlay" in child.get("class", "").split():
                parent.remove(child)
            child.attrib.pop("id", None)
    root.attrib |= {"role": "img", "aria-label": title}
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - ElementTree has escaped all text in it
