"""A statement in DuckDB's dialect, said in another engine's: parameters stay bound, and none is ever written into it.

sqlglot knows most of it. What it does not are lists as parameters, which other engines have in another way each or not
at all: here each of their values becomes a parameter of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

Rewrite = Callable[[exp.Expr], exp.Expr]

Shape = int | None
"""What a statement depends on of a parameter: that it is NULL, how many values a list has, or that it is one value."""

_ONE = -1

_MARK = "\x02"
_MARKED = re.compile(f"{_MARK}(\\w+){_MARK}")


@dataclass(frozen=True)
class Rendered:
    """A statement for an engine, and the parameters that it names; `order` names them as they stand in it."""

    sql: str
    params: Mapping[str, Any]
    order: tuple[str, ...]

    @property
    def values(self) -> tuple[Any, ...]:
        """The parameters for an engine in which they have a place and no name."""
        return tuple(self.params[name] for name in self.order)


@dataclass(frozen=True)
class Dialect:
    """How an engine wants statements. `name` is sqlglot's; `rewrite` mends a node that sqlglot would leave wrong.

    `placeholder` is how a parameter is written; `percent` what a percent sign that is none must be. An engine that
    `inlines` takes [NOT] MATERIALIZED, and is told so of plain selections: it would work out a join anew for each use.
    """

    name: str
    placeholder: str
    rewrite: Rewrite
    percent: str = "%"
    inlines: bool = False

    def render(self, sql: str, params: Mapping[str, Any]) -> Rendered:
        """Return a statement of DuckDB's as this engine takes it. Every name in it is quoted."""
        text, order = _rendered(self, sql, tuple((name, _shape(value)) for name, value in params.items()))
        values = dict(params)
        for name, value in params.items():
            if _is_list(value):
                values.update({_nth(name, at): each for at, each in enumerate(value)})
        return Rendered(text, {name: values[name] for name in order}, order)

    def unrolled(self, sql: str, shapes: Mapping[str, Shape]) -> tuple[str, tuple[str, ...]]:
        """Return a statement for parameters of these shapes, and the names of its parameters as they stand in it."""
        unrolled = _Unrolled(shapes, inlines=self.inlines)
        tree = _rewritten(_rewritten(sqlglot.parse_one(sql, read="duckdb"), unrolled.rewrite), self.rewrite)
        return self._placed(self._text(tree))

    def said(self, tree: exp.Expr) -> str:
        """Return a parsed statement of DuckDB's as this engine takes it: a list stays one parameter."""
        return self.ordered(tree)[0]

    def ordered(self, tree: exp.Expr) -> tuple[str, tuple[str, ...]]:
        """Return the same, and the names of its parameters as they stand in it."""
        return self._placed(self._text(_rewritten(tree, self.rewrite)))

    def _text(self, tree: exp.Expr) -> str:
        return _rewritten(tree, _marked).sql(dialect=self.name, identify=True, comments=False, pretty=True)

    def _placed(self, text: str) -> tuple[str, tuple[str, ...]]:
        said = _MARKED.sub(lambda name: self.placeholder.format(name[1]), text.replace("%", self.percent))
        return said, tuple(_MARKED.findall(text))


@lru_cache(maxsize=500)
def _rendered(dialect: Dialect, sql: str, shapes: tuple[tuple[str, Shape], ...]) -> tuple[str, tuple[str, ...]]:
    """Render once: a run asks the same statements again and again, and a large one takes a tenth of a second."""
    return dialect.unrolled(sql, dict(shapes))


def _shape(value: Any) -> Shape:
    if value is None:
        return None
    return len(value) if _is_list(value) else _ONE


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _nth(name: str, at: int) -> str:
    return f"{name}_{at}"


def _rewritten(tree: exp.Expr, rewrite: Rewrite) -> exp.Expr:
    """Rewrite every node, the innermost first: what a node is replaced by holds what became of those within."""
    for node in reversed(list(tree.bfs())):
        new = rewrite(node)
        if new is not node:
            if node is tree:
                tree = new
            else:
                node.replace(new)
    return tree


def _marked(node: exp.Expr) -> exp.Expr:
    """Write parameters so that nothing else can look like one: a percent sign may stand in a table's name."""
    return exp.Var(this=f"{_MARK}{node.name}{_MARK}") if isinstance(node, exp.Placeholder) else node


@dataclass
class _Unrolled:
    """Takes lists out of a statement; each of their values becomes a parameter."""

    shapes: Mapping[str, Shape]
    inlines: bool

    def rewrite(self, node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.ArrayContains) and isinstance(_uncast(node.this), exp.Placeholder):
            return self._is_one_of(node)
        if (
            isinstance(node, exp.Is)
            and isinstance(node.this, exp.Placeholder)
            and isinstance(node.expression, exp.Null)
        ):
            return exp.true() if self.shapes[node.this.name] is None else exp.false()
        if isinstance(node, exp.Length) and isinstance(node.this, exp.Placeholder):
            return exp.Literal.number(self.shapes[node.this.name] or 0)
        if isinstance(node, exp.CTE) and not (self.inlines and _is_selection(node.this)):
            node.set("materialized", None)
        if isinstance(node, exp.Select) and any(node.find_all(exp.Explode)):
            return self._without_lists(node)
        return node

    def _is_one_of(self, node: exp.ArrayContains) -> exp.Expr:
        listed = _uncast(node.this).name
        if self.shapes[listed] is None:
            return exp.null()
        values = self._each(listed)
        return exp.In(this=node.expression, expressions=values) if values else exp.false()

    def _each(self, name: str) -> list[exp.Expr]:
        return [exp.Placeholder(this=_nth(name, at)) for at in range(self.shapes[name] or 0)]

    def _without_lists(self, select: exp.Select) -> exp.Expr:
        own = [each.alias_or_name for each in select.expressions]
        lists = [each.unalias() for each in select.expressions]
        if all(isinstance(each, exp.Explode) for each in lists):
            return self._rows(own, [each.this for each in lists])
        at = next((at for at, each in enumerate(lists) if isinstance(each, exp.Explode)), None)
        return select if at is None else _for_each_struct(select, at)

    def _rows(self, names: Sequence[str], lists: Sequence[exp.Expr]) -> exp.Expr:
        """Turn lists side by side, one of them perhaps a range, into as many rows as each of them has values."""
        columns = [self._values(each) for each in lists]
        length = max(map(len, columns))
        rows = [
            exp.select(*(exp.alias_(column[row], name) for name, column in zip(names, columns, strict=True)))
            for row in range(length)
        ]
        return _together(rows)

    def _values(self, listed: exp.Expr) -> list[exp.Expr]:
        if isinstance(listed, exp.GenerateSeries):
            return [exp.Literal.number(at) for at in range(int(listed.args["end"].name))]
        kind = listed.args["to"].expressions[0]
        return [exp.Cast(this=each, to=kind.copy()) for each in self._each(listed.this.name)]


def _is_selection(query: exp.Expr) -> bool:
    return isinstance(query, exp.Select) and not query.args.get("joins")


def _uncast(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Cast) else node


def _for_each_struct(select: exp.Select, at: int) -> exp.Expr:
    """Turn a list of structs among a SELECT's columns into one SELECT for each of them."""
    branches = []
    for struct in select.expressions[at].unalias().this.expressions:
        branch = select.copy()
        columns = [exp.alias_(each.expression.copy(), each.this.name) for each in struct.expressions]
        branch.set("expressions", [*branch.expressions[:at], *columns, *branch.expressions[at + 1 :]])
        branches.append(branch)
    return _together(branches)


def _together(selects: Sequence[exp.Select]) -> exp.Expr:
    return exp.union(*selects, distinct=False) if len(selects) > 1 else selects[0]
