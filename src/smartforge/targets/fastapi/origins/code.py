"""Python, line by line: what a line names, then what it stands in."""

import ast
from collections.abc import Iterator

from smartforge.targets.fastapi.origins.vocabulary import Vocabulary

_SHORT = 8  # lines of a statement that is read as one


def lines(vocabulary: Vocabulary, text: str) -> Iterator[Iterator[str]]:
    """The parts of each line. Raises SyntaxError, ValueError or RecursionError, as `ast` does."""
    around = _around(ast.parse(text), text.count("\n") + 2)
    written = text.splitlines()
    return (_parts(vocabulary, written, number, around[number]) for number in _numbers(written))


def _numbers(written: list[str]) -> range:
    return range(1, len(written) + 1)


def _around(tree: ast.Module, count: int) -> list[tuple[ast.AST, ...]]:
    """For each line, from 1, the definitions, statements and calls that it stands in, outermost
    first."""
    found: list[tuple[ast.AST, ...]] = [()] * count

    def visit(node: ast.AST, outer: tuple[ast.AST, ...]) -> None:
        if isinstance(node, ast.stmt | ast.Call):
            outer = (*outer, node)
            first = min([node.lineno, *(one.lineno for one in _decorators(node))])
            for number in range(first, (node.end_lineno or first) + 1):
                found[number] = outer
        for child in ast.iter_child_nodes(node):
            visit(child, outer)

    visit(tree, ())
    return found


def _decorators(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.decorator_list
    return []


def _parts(
    vocabulary: Vocabulary, written: list[str], number: int, around: tuple[ast.AST, ...]
) -> Iterator[str]:
    line = written[number - 1]
    functions = [one.name for one in around if isinstance(one, ast.FunctionDef)]
    resource = _resource(vocabulary, around) or vocabulary.about
    if not resource:
        yield from vocabulary.said(line)
        return
    if not isinstance(around[-1] if around else None, ast.Import | ast.ImportFrom):
        listing = _is_about_lists(around)
        inside = " ".join(functions[-1:])
        for text in (line, _statement(written, around)):
            yield from vocabulary.named(resource, f"{text}\n{inside}", listing=listing)
    for name in reversed(functions):
        yield from vocabulary.operation(name)
    yield from vocabulary.whole(resource)


def _is_about_lists(around: tuple[ast.AST, ...]) -> bool:
    names = [one.name for one in around if isinstance(one, ast.FunctionDef | ast.ClassDef)]
    return any(name.startswith(("list_", "matching")) or name.endswith("Filters") for name in names)


def _resource(vocabulary: Vocabulary, around: tuple[ast.AST, ...]) -> str:
    """The resource that the closest definition or call around a line is about."""
    for node in reversed(around):
        match node:
            case ast.FunctionDef(name=name):
                found = vocabulary.resource_of_operation(name)
            case ast.ClassDef(name=name):
                found = vocabulary.resource_of(name)
            case ast.Call(args=[ast.Constant(value=str(name)), *_]):  # create_table("books", ...)
                found = vocabulary.resource_of(name)
            case _:
                found = ""
        if found:
            return found
    return ""


def _statement(written: list[str], around: tuple[ast.AST, ...]) -> str:
    """The text of the innermost simple statement, where it is short enough to be about one."""
    simple = [one for one in around if isinstance(one, ast.stmt) and not hasattr(one, "body")]
    if not simple:
        return ""
    node = simple[-1]
    last = node.end_lineno or node.lineno
    return "\n".join(written[node.lineno - 1 : last]) if last - node.lineno < _SHORT else ""
