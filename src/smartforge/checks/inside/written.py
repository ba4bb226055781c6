"""Where a running project writes what it takes and answers: its routes, fields, tables, types.

Part of `ask_again.py`, which runs in the sandbox; `witness` sends both.
"""

import ast
import contextlib
import inspect
import os
import re
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

MOST_DEPTH = 4
_KIND = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_ALIAS = re.compile(r"[A-Za-z_][\w.]*")

Place = tuple[str, int]


class Sources:
    """The project's text: where classes, their fields and shared types are written."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._trees: dict[str, ast.Module] = {}

    def inside(self, path: str) -> str | None:
        """Relative to the project, None for what is not of it."""
        return os.path.relpath(path, self._folder) if path.startswith(self._folder + "/") else None

    def tree(self, path: str) -> ast.Module:
        if path not in self._trees:
            self._trees[path] = ast.parse(Path(path).read_bytes())
        return self._trees[path]

    def fields(self, kind: type) -> dict[str, Place]:
        """The lines of a class's fields, those that it inherits included, under any alias.

        Those of types that fields share are there, where they have any: `.name` is the field's own,
        and `name()` that of the function which looks at its values.
        """
        found: dict[str, Place] = {}
        for one in reversed(kind.__mro__):
            module = sys.modules.get(one.__module__)
            file = getattr(module, "__file__", None) or ""
            name = self.inside(file)
            if name is None:
                continue
            for node in ast.walk(self.tree(file)):
                if isinstance(node, ast.ClassDef) and node.name == one.__name__:
                    found["*"] = (name, node.lineno)
                    for inner in node.body:
                        if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                            place = self.shared(module, inner.annotation) or (name, inner.lineno)
                            found[inner.target.id] = place
                            found[f".{inner.target.id}"] = (name, inner.lineno)
                            looking = self.looking(module, inner.annotation)
                            if looking is not None:
                                found[f"{inner.target.id}()"] = looking
                        elif isinstance(inner, ast.Assign) and isinstance(
                            inner.targets[0], ast.Name
                        ):
                            found[inner.targets[0].id] = (name, inner.lineno)
        for name, info in getattr(kind, "model_fields", {}).items():
            if getattr(info, "alias", None) and name in found:
                found[info.alias] = found[name]
        return found

    def looking(self, module: Any, annotation: ast.expr) -> Place | None:
        """The function that a shared type gives values to, the last of them where it has some."""
        place = self.shared(module, annotation)
        found: Place | None = None
        for node in self.tree(f"{self._folder}/{place[0]}").body if place else ():
            if isinstance(node, ast.Assign) and place and node.lineno == place[1]:
                called = (one for one in ast.walk(node.value) if isinstance(one, ast.Call))
                given = [
                    one.args[0].id
                    for one in called
                    if ast.unparse(one.func).endswith("Validator")
                    and one.args
                    and isinstance(one.args[0], ast.Name)
                ]
                for one in self.tree(f"{self._folder}/{place[0]}").body:
                    if isinstance(one, ast.FunctionDef) and one.name in given:
                        found = (place[0], one.lineno)
        return found

    def shared(self, module: Any, annotation: ast.expr) -> Place | None:
        """Where the type is written that a bare name, or `name | None`, stands for."""
        if isinstance(annotation, ast.BinOp):
            annotation = annotation.left
        words = ast.unparse(annotation)
        if not _ALIAS.fullmatch(words):
            return None
        *owners, last = words.split(".")
        for owner in owners:
            module = getattr(module, owner, None)
        return self._defined(module, last)

    def _defined(self, module: Any, name: str) -> Place | None:
        """The assignment of a name in a module, or in the module that it was imported from."""
        for _ in range(MOST_DEPTH):
            file = getattr(module, "__file__", None) or ""
            inside = self.inside(file)
            if inside is None:
                return None
            come_from = None
            for node in self.tree(file).body:
                if isinstance(node, ast.Assign) and any(
                    isinstance(one, ast.Name) and one.id == name for one in node.targets
                ):
                    return inside, node.lineno
                if isinstance(node, ast.ImportFrom) and node.module:
                    for alias in node.names:
                        if (alias.asname or alias.name) == name:
                            come_from, name = sys.modules.get(node.module), alias.name
            if come_from is None:
                return None
            module = come_from
        return None

    def tables(self) -> dict[str, Place]:
        """Where migrations write of `table` and `table.column`; the last that does counts."""
        found: dict[str, Place] = {}
        for path in sorted(Path(self._folder, "migrations").rglob("*.py")):
            with contextlib.suppress(SyntaxError, ValueError, OSError):
                found |= self._of_migration(str(path))
        return found

    def kinds(self) -> dict[str, list[Place]]:
        """Where the application writes of types of content."""
        found: dict[str, list[Place]] = {}
        for path in sorted(Path(self._folder, "app").rglob("*.py")):
            with contextlib.suppress(SyntaxError, ValueError, OSError):
                for node in ast.walk(self.tree(str(path))):
                    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                        continue
                    if text := _KIND.fullmatch(node.value):
                        name = os.path.relpath(path, self._folder)
                        found.setdefault(text.group(), []).append((name, node.lineno))
        return found

    def looked_after(self) -> Place | None:
        """Where the application tells a database what to do, near to where it opens it.

        What it tells about foreign keys counts most; where it tells nothing, it is the opening.
        """
        best: tuple[int, Place] | None = None
        for path in sorted(Path(self._folder, "app").rglob("*.py")):
            name = os.path.relpath(path, self._folder)
            with contextlib.suppress(SyntaxError, ValueError, OSError):
                nodes = list(ast.walk(self.tree(str(path))))
                opened = [one for one in nodes if _opens(one)]
                for node in (*opened, *(one for one in nodes if opened and _says(one))):
                    rank = 0 if _opens(node) else 2 if _says(node, "foreign_keys") else 1
                    if best is None or rank > best[0]:
                        best = (rank, (name, node.lineno))
        return best[1] if best else None

    def _of_migration(self, path: str) -> dict[str, Place]:
        found: dict[str, Place] = {}
        name = os.path.relpath(path, self._folder)
        for node in ast.walk(self.tree(path)):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                table, called = str(node.args[0].value), ast.unparse(node.func)
                if called.endswith((".create_table", ".batch_alter_table", ".add_column")):
                    found.setdefault(table, (name, node.lineno))
                    for inner in ast.walk(node):
                        if isinstance(inner, ast.Call) and inner.args:
                            first = inner.args[0]
                            if ast.unparse(inner.func).endswith("Column") and isinstance(
                                first, ast.Constant
                            ):
                                found[f"{table}.{first.value}"] = (name, inner.lineno)
        for table, column, line in _references(self.tree(path)):
            found[f"{table}.{column}>"] = (name, line)
        return found


def _opens(node: ast.AST) -> TypeGuard[ast.Call]:
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    return called.endswith(("create_engine", "create_async_engine"))


def _says(node: ast.AST, what: str = "PRAGMA") -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and what in str(node.value)


def _references(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Table, column and line of each foreign key that a migration makes."""
    for node in ast.walk(tree):
        openers = [one.context_expr for one in node.items] if isinstance(node, ast.With) else [node]
        for opener in openers:
            table = _table(opener)
            for one in ast.walk(node) if table else ():
                if isinstance(one, ast.Call) and (column := _referring(one)):
                    yield table, column, one.lineno


def _table(node: ast.AST) -> str:
    """The table that a call is about, empty where it is about none."""
    if not isinstance(node, ast.Call) or not node.args:
        return ""
    known = (".create_table", ".batch_alter_table", ".add_column")
    called, first = ast.unparse(node.func), node.args[0]
    if called == "op.create_foreign_key" and len(node.args) > 1:
        called, first = ".create_table", node.args[1]
    if not called.endswith(known) or not isinstance(first, ast.Constant):
        return ""
    return str(first.value)


def _referring(node: ast.Call) -> str:
    """The first column that refers to something by this; empty where none does."""
    called = ast.unparse(node.func)
    if called.endswith("Column") and node.args and isinstance(node.args[0], ast.Constant):
        keys = (one for one in node.args if isinstance(one, ast.Call))
        foreign = any(ast.unparse(one.func).endswith("ForeignKey") for one in keys)
        return str(node.args[0].value) if foreign else ""
    if not called.endswith(("ForeignKeyConstraint", ".create_foreign_key")):
        return ""
    # Names and tables come first, then the columns: a list.
    lists = (one.elts for one in node.args if isinstance(one, ast.List) and one.elts)
    first = next(lists, [None])[0]
    return str(first.value) if isinstance(first, ast.Constant) else ""


def routes(application: Any, sources: Sources, prefix: str = "") -> Iterator[dict[str, Any]]:
    """Every operation that the application has, with where it is written."""
    for route in getattr(application, "routes", []):
        path = prefix + getattr(route, "path", "")
        function = getattr(route, "endpoint", None)
        included = getattr(route, "original_router", None)
        if included is not None:
            within = getattr(getattr(route, "include_context", None), "prefix", "")
            yield from routes(included, sources, prefix + within)
            continue
        if function is None and getattr(route, "routes", None):
            yield from routes(route, sources, path)
            continue
        if function is None or not getattr(route, "methods", None):
            continue
        code = getattr(inspect.unwrap(function), "__code__", None)
        inside = sources.inside(code.co_filename) if code else None
        if code is None or inside is None:
            continue
        taken, answered = _taken(route, function, sources), dict[str, Place]()
        for kind in _classes(getattr(route, "response_model", None)):
            answered = sources.fields(kind) | answered
        for method in sorted(route.methods):
            yield {
                "operation": f"{method} {path}",
                "path": inside,
                "line": code.co_firstlineno,
                "taken": taken,
                "answered": answered,
                "keywords": _keywords(sources, code),
            }


def _taken(route: Any, function: Any, sources: Sources) -> dict[str, Place]:
    """The places of parameters, of the fields of bodies, and of those of its dependencies."""
    found: dict[str, Place] = {}
    callables: list[Any] = [function]
    waiting: list[Any] = list(getattr(getattr(route, "dependant", None), "dependencies", []))
    while waiting:
        one = waiting.pop()
        callables.insert(0, one.call)
        waiting += one.dependencies
    for one in callables:
        code = getattr(inspect.unwrap(one) if callable(one) else one, "__code__", None)
        inside = sources.inside(code.co_filename) if code else None
        if code is None or inside is None:
            continue
        module = sys.modules.get(one.__module__)
        for node in ast.walk(sources.tree(code.co_filename)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _starts(node, code):
                for argument in (*node.args.args, *node.args.kwonlyargs):
                    place = (inside, argument.lineno)
                    if argument.annotation is not None:
                        place = sources.shared(module, argument.annotation) or place
                    found[argument.arg] = place
                found["*"] = (inside, node.lineno)
        with contextlib.suppress(Exception):
            for hint in typing.get_type_hints(one).values():
                for kind in _classes(hint):
                    found |= sources.fields(kind)
    return found


def _starts(node: ast.FunctionDef | ast.AsyncFunctionDef, code: types.CodeType) -> bool:
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    return first == code.co_firstlineno and node.name == code.co_name


def _keywords(sources: Sources, code: types.CodeType) -> dict[str, int]:
    """The lines of what the decorators say, and that of the `def` itself."""
    found: dict[str, int] = {}
    for node in ast.walk(sources.tree(code.co_filename)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _starts(node, code):
            found["def"] = node.lineno
            for one in node.decorator_list:
                for keyword in one.keywords if isinstance(one, ast.Call) else []:
                    found[str(keyword.arg)] = keyword.lineno
    return found


def _classes(hint: Any, depth: int = 0) -> Iterator[type]:
    """The classes with fields in a type, the outer ones last."""
    if depth > MOST_DEPTH:
        return
    for inner in typing.get_args(hint):
        yield from _classes(inner, depth + 1)
    fields: Any = getattr(hint, "model_fields", None)
    fields = fields or getattr(hint, "__dataclass_fields__", None)
    if isinstance(hint, type) and fields:
        for one in fields.values():
            yield from _classes(getattr(one, "annotation", None), depth + 1)
        yield hint
