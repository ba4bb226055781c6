"""The tables that rendered models describe, read off their source.

Models are the one place where tables are decided; the first migration follows from them.
"""

import ast
from collections.abc import Iterator

import msgspec

_BY_ANNOTATION = {
    "int": "Integer",
    "str": "String",
    "bool": "Boolean",
    "float": "Float",
    "bytes": "LargeBinary",
    "datetime.date": "Date",
    "datetime.time": "Time",
}
# Arguments of columns that say something about the table, and what new rows hold.
_KEPT = frozenset({"primary_key", "unique", "index", "server_default", "default"})


class Column(msgspec.Struct, frozen=True):
    """One column; `type` is an expression in which SQLAlchemy's own names are free.

    Models call it by its `attribute`, their constraints by its `key`.
    """

    name: str
    attribute: str
    key: str
    type: str
    nullable: bool
    options: dict[str, str]
    order: int = 0
    refers: str = ""
    on_delete: str = ""

    def has(self, option: str) -> bool:
        return self.options.get(option) == "True"


class Table(msgspec.Struct, frozen=True):
    """`constraints` are calls as they stand in the models, `options` those of the table."""

    name: str
    columns: tuple[Column, ...]
    constraints: tuple[ast.Call, ...]
    options: dict[str, str]

    def column(self, key: str) -> str:
        """The name of the column that constraints know by this key."""
        return next(one.name for one in self.columns if key == one.key)

    @property
    def refers(self) -> set[str]:
        """The other tables to which it refers."""
        return {one.refers.partition(".")[0] for one in self.columns if one.refers} - {self.name}


def modelled(*sources: str) -> tuple[Table, ...]:
    """All tables of the mapped classes and `Table(...)`s in these modules, in their order.

    Raises ValueError where something about them cannot be told.
    """
    classes: dict[str, ast.ClassDef] = {}
    found: list[Table] = []
    for node in (node for source in sources for node in ast.parse(source).body):
        match node:
            case ast.ClassDef():
                classes[node.name] = node
                if any(_assigned(one, "__tablename__") for one in node.body):
                    found.append(_of_class(node, classes))
            case ast.Assign(value=ast.Call(func=ast.Name("Table")) as call):
                found.append(_plain(call))
            case _:
                pass
    return tuple(found)


# ---- mapped classes ---------------------------------------------------------------------------


def _of_class(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> Table:
    bodies = [one.body for one in dict.fromkeys(_ancestry(node, classes))]
    columns = [column for body in bodies for one in body for column in _mapped(one)]
    name = next(filter(None, (_assigned(one, "__tablename__") for one in node.body)))
    constraints, options = _arguments(bodies)
    return Table(
        name=str(ast.literal_eval(name)),
        columns=tuple(sorted(columns, key=lambda one: one.order)),
        constraints=tuple(constraints),
        options=options,
    )


def _ancestry(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> Iterator[ast.ClassDef]:
    """The class and what it inherits from in these modules, the farthest first."""
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in classes:
            yield from _ancestry(classes[base.id], classes)
    yield node


def _assigned(node: ast.stmt, name: str) -> ast.expr | None:
    match node:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            return value
        case ast.AnnAssign(target=ast.Name(id=target), value=value) if target == name:
            return value
        case _:
            return None


def _arguments(bodies: list[list[ast.stmt]]) -> tuple[list[ast.Call], dict[str, str]]:
    """What the nearest `__table_args__` says."""
    values = [_assigned(one, "__table_args__") for body in bodies for one in body]
    calls: list[ast.Call] = []
    options: dict[str, str] = {}
    for value in [value for value in values if value][-1:]:
        for one in value.elts if isinstance(value, ast.Tuple) else [value]:
            match one:
                case ast.Call():
                    calls.append(one)
                case ast.Dict():
                    options |= {name: repr(given) for name, given in ast.literal_eval(one).items()}
                case _:
                    raise ValueError(f"not understood in __table_args__: {ast.unparse(one)}")
    return calls, options


def _mapped(node: ast.stmt) -> Iterator[Column]:
    """The column of one line of a class; none where it is a relationship or a computed value."""
    match node:
        case ast.AnnAssign(
            target=ast.Name(id=attribute),
            annotation=ast.Subscript(value=ast.Name("Mapped"), slice=shown),
            value=value,
        ):
            match value:
                case None:
                    yield _column(attribute, [], {}, shown)
                case ast.Call(func=ast.Name("mapped_column")):
                    yield _column(attribute, value.args, _keywords(value), shown)
                case _:
                    pass
        case _:
            pass


# ---- tables without a class -------------------------------------------------------------------


def _plain(call: ast.Call) -> Table:
    name, _, *rest = call.args
    calls = [one for one in rest if isinstance(one, ast.Call)]
    return Table(
        name=str(ast.literal_eval(name)),
        columns=tuple(
            # Outside of classes a column may be null unless it says otherwise.
            _column("", one.args, {"nullable": ast.Constant(True)} | _keywords(one), None)
            for one in calls
            if _is_call(one, "Column")
        ),
        constraints=tuple(one for one in calls if not _is_call(one, "Column")),
        options={name: ast.unparse(value) for name, value in _keywords(call).items()},
    )


# ---- columns ----------------------------------------------------------------------------------


def _column(
    attribute: str, given: list[ast.expr], keywords: dict[str, ast.expr], shown: ast.expr | None
) -> Column:
    positional = list(given)
    name = attribute
    if positional and isinstance(positional[0], ast.Constant):
        name = str(ast.literal_eval(positional.pop(0)))
    refers, on_delete = _reference([one for one in positional if _is_call(one, "ForeignKey")])
    types = [one for one in positional if not _is_call(one, "ForeignKey")]
    plain, optional = _unwrapped(shown)
    nullable = ast.literal_eval(keywords["nullable"]) if "nullable" in keywords else optional
    return Column(
        name=name,
        attribute=attribute or name,
        key=str(ast.literal_eval(keywords["key"])) if "key" in keywords else name,
        type=_type(types, plain, refers),
        nullable=bool(nullable) and "primary_key" not in keywords,
        options={one: ast.unparse(keywords[one]) for one in keywords if one in _KEPT},
        order=int(ast.literal_eval(keywords["sort_order"])) if "sort_order" in keywords else 0,
        refers=refers,
        on_delete=on_delete,
    )


def _keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {one.arg: one.value for one in call.keywords if one.arg}


def _reference(foreign: list[ast.expr]) -> tuple[str, str]:
    for one in foreign:
        if isinstance(one, ast.Call):
            on_delete = _keywords(one).get("ondelete")
            said = str(ast.literal_eval(on_delete)) if on_delete else ""
            return str(ast.literal_eval(one.args[0])), said
    return "", ""


def _is_call(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _unwrapped(shown: ast.expr | None) -> tuple[str, bool]:
    """The annotation without its `None`, and whether it had one."""
    match shown:
        case None:
            return "", False
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return ast.unparse(left), True
        case _:
            return ast.unparse(shown), False


def _type(types: list[ast.expr], annotation: str, refers: str) -> str:
    if types:
        return ast.unparse(types[0])
    if refers:
        return "Integer"
    if annotation in _BY_ANNOTATION:
        return _BY_ANNOTATION[annotation]
    raise ValueError(f"the type of a column cannot be told from {annotation!r}")
