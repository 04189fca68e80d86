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
    Quantified,
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
from bunyad.operate.sensorthings.refusals import NotDone, Refusal

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
    names
        What `any` and `all` around an expression call one of several.
    quantified
        How many `any` and `all` there were so far.
    shared
        Whether PostgreSQL is asked, and not SQLite.
    """

    kind: Kind
    alias: str
    joins: dict[tuple[str, ...], tuple[str, str]] = field(default_factory=dict)
    several: bool = False
    names: dict[str, Compiler | Operand] = field(default_factory=dict)
    quantified: int = 0
    shared: bool = False

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
        keys = sort_keys(self.operand(tree), shared=self.shared)
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
            case Quantified():
                found = Operand("boolean", self._quantified(tree))
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
        if self.shared and first.kind == second.kind == "id" and sign not in {"eq", "ne"}:
            raise NotDone(
                "@iot.id before @iot.id over PostgreSQL", where="$filter", mend="compare with eq"
            )
        if sign in SIGNS:
            return Operand("boolean", piece("({})", compare(sign, first, second)))
        return calculate(sign, first, second)

    def _among(self, left: Expression, options: tuple[Expression, ...] | Path) -> Piece:
        operand = self.operand(left)
        if not isinstance(options, Path):
            tests = [compare("eq", operand, self.operand(each)) for each in options]
            return piece("({})", all_of(tests, "OR")) if tests else Piece("1 = 0")
        listed = self.operand(options)
        if listed.kind != "json" or operand.kind not in {"number", "text"}:
            raise Refusal(
                f"'{options}' is no list to look into", where="$filter", mend="write (1,2,3)"
            )
        kinds = "type = 'text'" if operand.kind == "text" else "type IN ('integer', 'real')"
        return placed(
            f"EXISTS (SELECT 1 FROM json_each({{d}}, {{p}}) "  # noqa: S608  (own text)
            f"WHERE {kinds} AND value = ({{x}}))",
            d=listed.sql,
            p=listed.path if isinstance(listed.path, Piece) else value(listed.path),
            x=operand.sql,
        )

    def _quantified(self, tree: Quantified) -> Piece:
        """Return the condition that one of several meets another, or that all do."""
        first = tree.steps[0]
        root = self.names.get(first) if isinstance(first, str) else None
        if isinstance(root, Compiler):
            several, source = root.among(tree.steps[1:])
        elif root is None:
            several, source = self.among(tree.steps)
        else:
            several, source = _listed(_deeper(root, tree.steps[1:]), self._alias())
        if tree.condition is None:
            rows = several.rows(source) if isinstance(several, Compiler) else source
            return Piece(f"EXISTS (SELECT 1 {rows.text})", rows.values)
        before = self.names
        self.names = {**before, tree.name: several}
        condition = truth_of(self.operand(tree.condition))
        self.names = before
        if isinstance(several, Compiler):  # what its paths lead through is known only now
            source = several.rows(source)
        sign, test = ("EXISTS", "{}")
        if tree.sign == "all":
            no = "false" if self.shared else "0"
            sign, test = "NOT EXISTS", f"NOT coalesce({{}}, {no})"
        inner = piece(test, condition)
        return Piece(
            f"{sign} (SELECT 1 {source.text} AND {inner.text})", source.values + inner.values
        )

    def among(self, steps: tuple[str | int, ...]) -> tuple[Compiler | Operand, Piece]:
        """
        Return several that a path leads to, and `FROM … WHERE` of their rows.

        Raises
        ------
        Refusal
            If the path does not lead to several.
        """
        kind, alias = self.kind, self.alias
        way: tuple[str, ...] = ()
        for at, step in enumerate(steps):
            relation = kind.relations.get(step) if isinstance(step, str) else None
            if relation is None:
                return _listed(_member(kind, alias, steps[at:]), self._alias())
            if at == len(steps) - 1:
                inner = Compiler(target_of(relation), self._alias(), shared=self.shared)
                return inner, Piece(on(kind, alias, relation, inner.alias))
            way += (relation.name,)
            alias = self._join(way, kind, alias, relation)
            kind = target_of(relation)
        raise Refusal(
            "any and all need several", where="$filter", mend="name a relation to several"
        )

    def rows(self, condition: Piece) -> Piece:
        """Return `FROM … WHERE` of the rows of the kind that meet a condition."""
        conditions = [condition]
        if self.kind.always:
            conditions.append(Piece(self.kind.always.format(a=self.alias)))
        more = self.kind.more.format(a=self.alias)
        start = f"FROM {self.kind.table} {self.alias} {more} {self.tables} WHERE"
        return Piece(f"{start} {all_of(conditions).text}", all_of(conditions).values)

    def _alias(self) -> str:
        self.quantified += 1
        return f"{self.alias}q{self.quantified}"

    def _path(self, steps: tuple[str | int, ...]) -> Operand:
        named = self.names.get(steps[0]) if isinstance(steps[0], str) else None
        if isinstance(named, Compiler):
            return named._path(steps[1:])  # noqa: SLF001  (one of this class)
        if named is not None:
            return _deeper(named, steps[1:])
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
    target = target_of(relation)
    apart = f" AND {target.sort.format(a=other)}" if target.sort else ""
    if relation.one:
        return f"{target.key.format(a=other)} = {relation.one.format(a=alias)}{apart}"
    condition = relation.many.format(a=other, p=kind.key.format(a=alias)) + apart
    if relation.target == "Observation":
        condition += f" AND {NOT_DELETED.format(a=other)}"
    return condition


def _identifier(kind: Kind, alias: str) -> Operand:
    return Operand("id", Piece(kind.key.format(a=alias)), Piece(kind.named.format(a=alias)))


def _member(kind: Kind, alias: str, steps: tuple[str | int, ...]) -> Operand:
    first, inner = steps[0], steps[1:]
    if first in {"id", "ID", f"{CONTROL}id"} and not inner:  # "ID" in the standard's own example
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


def _listed(listed: Operand, alias: str) -> tuple[Operand, Piece]:
    """Return one of a list within a document, and `FROM … WHERE` of all of its rows."""
    if listed.kind == "result":
        listed = Operand("json", listed.other, path="$.value")
    if listed.kind != "json":
        raise Refusal("any and all need a list", where="$filter", mend="name a list, or a relation")
    path = listed.path if isinstance(listed.path, Piece) else value(listed.path)
    rows = piece(
        f"FROM json_each({{}}, {{}}) {alias} WHERE {alias}.key IS NOT NULL", listed.sql, path
    )
    return Operand("json", listed.sql, path=Piece(f"{alias}.fullkey")), rows


def _deeper(named: Operand, steps: tuple[str | int, ...]) -> Operand:
    """Return what stands within one of a list."""
    assert isinstance(named.path, Piece)
    way = value(_json_path(steps, ""))
    return Operand("json", named.sql, path=piece("({} || {})", named.path, way))


def _json_path(steps: tuple[str | int, ...], root: str) -> str:
    said = root
    for step in steps:
        said += f"[{step}]" if isinstance(step, int) else f'."{step}"'
    return said
