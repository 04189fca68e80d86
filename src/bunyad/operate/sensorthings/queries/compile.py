"""A whole condition or order as SQL, with the tables it needs."""

from __future__ import annotations

from dataclasses import dataclass, field

from bunyad.operate.sensorthings.language.tree import (
    Among,
    Binary,
    Call,
    Expression,
    Literal,
    Path,
    Unary,
)
from bunyad.operate.sensorthings.model import (
    CONTROL,
    NOT_DELETED,
    Form,
    Kind,
    Property,
    Relation,
    target_of,
)
from bunyad.operate.sensorthings.queries.compare import SIGNS, calculate, compare
from bunyad.operate.sensorthings.queries.functions import call_function
from bunyad.operate.sensorthings.queries.geometry import check_shape
from bunyad.operate.sensorthings.queries.operands import (
    NOTHING,
    Operand,
    constant,
    number_of,
    sort_keys,
    truth_of,
)
from bunyad.operate.sensorthings.queries.pieces import Piece, all_of, piece, placed, value
from bunyad.operate.sensorthings.refusals import Refusal

MOST_TABLES = 24  # joined in one statement; SQLite ends at 64
OF_FUNCTIONS = "sensorthings_"  # how the names of functions begin that SQLite calls


@dataclass(slots=True)
class Compiler:
    """
    What turns expressions about one kind of entity into SQL.

    Parameters
    ----------
    kind
        The kind.
    alias
        Name of its table in the statement.
    joins
        Tables that paths lead through, by path.
    several
        Whether a path leads to several entities, so that rows may repeat.
    """

    kind: Kind
    alias: str
    joins: dict[tuple[str, ...], tuple[str, str]] = field(default_factory=dict)
    several: bool = False

    def condition(self, tree: Expression) -> Piece:
        """
        Return the condition that an expression says.

        Raises
        ------
        Refusal
            If a name in it is unknown or kinds do not fit.
        """
        return truth_of(self.operand(tree))

    def order(self, tree: Expression) -> list[Piece]:
        """
        Return the expressions that an expression orders by.

        Raises
        ------
        Refusal
            If a name in it is unknown or it leads to several entities.
        """
        before = self.several
        keys = sort_keys(self.operand(tree))
        if self.several and not before:
            raise Refusal(
                "an order by several entities", where="$orderby", mend="go by single relations"
            )
        return keys

    def operand(self, tree: Expression) -> Operand:
        """Return what an expression stands for."""
        match tree:
            case Literal(kind, it):
                found = constant(kind, check_shape(it) if kind == "geometry" else it)
            case Path(steps):
                found = self._path(steps)
            case Unary(sign, inner):
                found = self._unary(sign, inner)
            case Binary(sign, left, right):
                found = self._binary(sign, left, right)
            case Call(name, given):
                found = call_function(name, [self.operand(each) for each in given])
            case Among(left, options):
                found = Operand("boolean", self._among(left, options))
        return found

    def _unary(self, sign: str, inner: Expression) -> Operand:
        operand = self.operand(inner)
        if sign == "not":
            return Operand("boolean", piece("NOT ({})", truth_of(operand)))
        return Operand("number", piece("(-({}))", number_of(operand)))

    def _binary(self, sign: str, left: Expression, right: Expression) -> Operand:
        first, second = self.operand(left), self.operand(right)
        if sign in {"and", "or"}:
            both = piece(f"({{}}) {sign.upper()} ({{}})", truth_of(first), truth_of(second))
            return Operand("boolean", piece("({})", both))
        if sign in SIGNS:
            return Operand("boolean", piece("({})", compare(sign, first, second)))
        return calculate(sign, first, second)

    def _among(self, left: Expression, options: tuple[Expression, ...] | Path) -> Piece:
        operand = self.operand(left)
        if not isinstance(options, Path):
            tests = [compare("eq", operand, self.operand(each)) for each in options]
            return piece("({})", all_of(tests, "OR")) if tests else Piece("0")
        listed = self.operand(options)
        if listed.kind != "json" or operand.kind not in {"number", "text"}:
            raise Refusal(
                f"'{options}' is no list to look into", where="$filter", mend="write (1,2,3)"
            )
        return placed(
            "EXISTS (SELECT 1 FROM json_each({d}, {p}) WHERE value = {x})",
            d=listed.sql,
            p=value(listed.path),
            x=operand.sql,
        )

    def _path(self, steps: tuple[str | int, ...]) -> Operand:
        kind, alias = self.kind, self.alias
        way: tuple[str, ...] = ()
        for at, step in enumerate(steps):
            relation = kind.relations.get(step) if isinstance(step, str) else None
            if relation is None:
                return _member(kind, alias, steps[at:])
            way += (relation.name,)
            alias = self._join(way, kind, alias, relation)
            kind = target_of(relation)
        return _identifier(kind, alias)

    def _join(self, way: tuple[str, ...], kind: Kind, alias: str, relation: Relation) -> str:
        if relation.many:
            self.several = True
        known = self.joins.get(way)
        if known:
            return known[0]
        if len(self.joins) >= MOST_TABLES:
            raise Refusal("too many relations", where="$filter", mend=f"keep to {MOST_TABLES}")
        target = target_of(relation)
        own = f"{self.alias}_{len(self.joins)}"
        text = f"LEFT JOIN {target.table} {own} ON {on(kind, alias, relation, own)}"
        if target.more:
            text += f" {target.more.format(a=own)}"
        self.joins[way] = (own, text)
        return own

    @property
    def tables(self) -> str:
        """Return the joins of the paths met so far."""
        return " ".join(text for _, text in self.joins.values())


def on(kind: Kind, alias: str, relation: Relation, other: str) -> str:
    """Return the condition that joins the table of a relation's target."""
    if relation.one:
        return f"{target_of(relation).key.format(a=other)} = {relation.one.format(a=alias)}"
    condition = relation.many.format(a=other, p=kind.key.format(a=alias))
    if relation.target == "Observation":
        condition += f" AND {NOT_DELETED.format(a=other)}"
    return condition


def _identifier(kind: Kind, alias: str) -> Operand:
    return Operand("id", Piece(kind.key.format(a=alias)), Piece(kind.named.format(a=alias)))


def _member(kind: Kind, alias: str, steps: tuple[str | int, ...]) -> Operand:
    first, inner = steps[0], steps[1:]
    if first in {"id", f"{CONTROL}id"} and not inner:
        return _identifier(kind, alias)
    found = kind.properties.get(first) if isinstance(first, str) else None
    if found is None:
        raise Refusal(
            f"{kind.name} has no '{str(first)[:40]}'",
            where="$filter",
            mend=f"it has {', '.join([*kind.properties, *kind.relations])}",
        )
    parts = [Piece(each.format(a=alias)) for each in found.sql]
    if inner:
        return _within(found, parts, inner)
    timely = found.form in {Form.TIME, Form.INSTANT, Form.INTERVAL}
    how = "time" if timely else str(found.form)
    return Operand(how, parts[0], parts[1] if len(parts) > 1 else NOTHING)


def _within(found: Property, parts: list[Piece], inner: tuple[str | int, ...]) -> Operand:
    if found.form is Form.RESULT:
        return Operand("json", parts[1], path=_json_path(inner, "$.value"))
    if found.form in {Form.JSON, Form.GEOMETRY}:
        return Operand("json", parts[0], path=_json_path(inner, "$"))
    raise Refusal(f"{found.name} has no parts", where="$filter", mend="end the path there")


def _json_path(steps: tuple[str | int, ...], root: str) -> str:
    said = root
    for step in steps:
        said += f"[{step}]" if isinstance(step, int) else f'."{step}"'
    return said
