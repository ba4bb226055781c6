"""What a model is shown of the compiled files around the one that it writes: their outlines."""

import ast
from collections.abc import Iterator, Mapping

MOST_SHOWN = 40_000
"""Code points of all outlines together; what is left out is named."""

MOST_VALUE = 200


def around(path: str, texts: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The outlines of what matters for the file, by path, and the paths that did not fit.

    First what its own text imports, and what imports it; then all else, the shorter first.
    """
    near = _imported(texts.get(path, ""))
    own = _module(path)
    outlines = {
        one: outline(text) for one, text in texts.items() if one != path and one.endswith(".py")
    }
    ranked = sorted(
        (one for one, said in outlines.items() if said),
        key=lambda one: (
            _module(one) not in near and own not in _imported(texts[one]),
            len(outlines[one]),
            one,
        ),
    )
    shown: dict[str, str] = {}
    left: list[str] = []
    size = 0
    for one in ranked:
        if size + len(outlines[one]) > MOST_SHOWN:
            left.append(one)
            continue
        size += len(outlines[one])
        shown[one] = outlines[one]
    return shown, tuple(left)


def outline(text: str) -> str:
    """Classes with their fields, functions without their bodies; empty for what is no Python."""
    try:
        tree = ast.parse(text)
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
        tree = ast.parse(text)
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
