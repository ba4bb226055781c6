"""What a model is shown of the compiled files around those that it writes: their outlines."""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from smartforge.llm.tokens import estimated
from smartforge.parsing import parse

MOST_SHOWN = 12_000
"""Tokens, as `llm.tokens` estimates them, of all outlines together; what is left out is named."""

MOST_VALUE = 200


class Outlines(msgspec.Struct, frozen=True, dict=True):
    """Outlines by path, what matters most first. `near` of them are of files that are imported by
    those that a model writes, or import them."""

    texts: Mapping[str, str]
    near: int

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """Their tokens, by path, as they stand in JSON."""
        return {
            path: estimated(json.dumps({path: text}, ensure_ascii=False))
            for path, text in self.texts.items()
        }

    @property
    def near_size(self) -> int:
        return sum([*self.sizes.values()][: self.near])

    def within(self, most: int) -> tuple[dict[str, str], tuple[str, ...]]:
        """Those that together take so many tokens at the most, and the paths that did not fit."""
        shown: dict[str, str] = {}
        left: list[str] = []
        size = 0
        for path, text in self.texts.items():
            if size + self.sizes[path] > most:
                left.append(path)
                continue
            size += self.sizes[path]
            shown[path] = text
        return shown, tuple(left)


def outlines(paths: Sequence[str], texts: Mapping[str, str]) -> Outlines:
    """The outlines of all but these paths, which a model writes.

    First what their own texts import, and what imports them; then all else, the shorter first.
    """
    imported = {path: _imported(text) for path, text in texts.items() if path.endswith(".py")}
    near = set[str]().union(*(imported.get(path, set()) for path in paths))
    own = {_module(path) for path in paths}
    found = {path: outline(texts[path]) for path in imported if path not in paths}
    found = {path: said for path, said in found.items() if said}
    close = {path for path in found if _module(path) in near or own & imported[path]}
    ranked = sorted(found, key=lambda path: (path not in close, len(found[path]), path))
    return Outlines({path: found[path] for path in ranked}, len(close))


def outline(text: str) -> str:
    """Classes with their fields, functions without their bodies; empty for what is no Python."""
    try:
        tree = parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ""
    return "\n".join(_lines(tree, ""))


def _lines(node: ast.Module | ast.ClassDef, indent: str) -> Iterator[str]:
    for one in node.body:
        match one:
            case ast.ClassDef():
                bases = ", ".join(ast.unparse(base) for base in one.bases)
                yield f"{indent}class {one.name}({bases}):" if bases else f"class {one.name}:"
                yield from list(_lines(one, indent + "    ")) or [f"{indent}    ..."]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                word = "async def" if isinstance(one, ast.AsyncFunctionDef) else "def"
                returns = f" -> {ast.unparse(one.returns)}" if one.returns else ""
                yield f"{indent}{word} {one.name}({ast.unparse(one.args)}){returns}: ..."
            case ast.Assign() | ast.AnnAssign():
                line = ast.unparse(one)
                yield indent + (line if len(line) <= MOST_VALUE else line[:MOST_VALUE] + " ...")
            case _:
                pass


def _imported(text: str) -> set[str]:
    """The modules that a text imports, and the names from them, which may be modules too."""
    try:
        tree = parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
