"""Whether the text of an answer is the whole file: it parses, and leaves no work to somebody else.

Precise on purpose: words such as "TODO" or "unchanged" say nothing by themselves. What counts is
a comment that stands where code was left out, and a function whose body was.
"""

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import PurePosixPath

_LEFT_OUT = re.compile(
    r"""(?ix) ^[\s\#/*;<!\-]* (?:
        (?:\.\.\.|…) \s* (?:\(|\[)? \s*
            (?:the\s+)?
            (?:rest|remain\w*|existing|other|previous|same|unchanged|more|omitted|code)\b
      | (?:the\s+)? (?:rest|remainder) \s+ of \s+ (?:the\s+|this\s+|your\s+)?
            (?:code|file|module|function|class|implementation|methods?|functions?|routes?)\b
            (?: .{0,40} \b(?:unchanged|as\s+before|as\s+is|the\s+same|omitted|here|goes)\b
              | \s* (?:\.\.\.|…)? \W* $ )
      | (?:existing|remaining|other|previous) \s+ (?:code|methods?|functions?|imports?|routes?)\b
            \s* (?:\.\.\.|…|(?:(?:remains?|stays?|is|are)\s+)?(?:unchanged|the\s+same)|omitted|here)
            \W* $
      | (?:code|implementation|content|logic) \s+ (?:is\s+)? (?:omitted|unchanged|goes\s+here)\b
      | (?:todo|fixme) \s* [:\-]? \s* (?:implement|write|add|fill)\b
      | (?:implement|write|add|put|insert) \s+ (?:this|me|it|your\s+\w+|code|logic)\b
            .{0,40} \b(?:here|later)\b
      | your \s+ (?:code|implementation|logic) \s+ (?:goes\s+)? here\b
    )"""
)
_FENCED = re.compile(r"(?ms)^(`{3,}|~{3,})[^`\n]*\n(.*?)^\1[ \t]*$")
_ABSTRACT = frozenset({"abstractmethod", "overload", "abstractproperty"})
_OPEN_CLASSES = frozenset({"Protocol", "ABC", "ABCMeta"})


def lacking(path: str, text: str) -> str:
    """What is missing or wrong, in a clause for whoever writes it again; empty for a whole file."""
    suffix = PurePosixPath(path).suffix.lower()
    if not text.strip():
        return "" if PurePosixPath(path).name == "__init__.py" else "the file is empty"
    if suffix in {".py", ".pyi"}:
        return _of_python(text, stub=suffix == ".pyi")
    if suffix == ".json":
        try:
            json.loads(text)
        except ValueError as error:
            return f"it is not JSON: {error}"
    return next((_said(at, line) for at, line in _lines(text) if _LEFT_OUT.match(line)), "")


def unwrapped(path: str, text: str) -> str | None:
    """The file within an answer that says more than the file, where there is no doubt.

    That is: Python that does not parse as it is, with exactly one fenced block, which is whole.
    """
    if PurePosixPath(path).suffix.lower() != ".py" or not lacking(path, text):
        return None
    blocks = [found[2] for found in _FENCED.finditer(text)]
    rest = _FENCED.sub("", text)
    if len(blocks) != 1 or "```" in rest or "~~~" in rest or lacking(path, blocks[0]):
        return None
    return blocks[0] if blocks[0].strip() else None


def _of_python(text: str, *, stub: bool) -> str:
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return f"it does not parse: {error.msg} (line {error.lineno})"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"it does not parse: {error}"
    for at, comment in _comments(text):
        if _LEFT_OUT.match(comment):
            return _said(at, comment)
    if stub:
        return ""
    return next((_undone(one) for one in _functions(tree) if _is_undone(one)), "")


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are nothing but a comment or three dots: in prose such words may well stand."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(("#  ...", "# ...", "// ...", "<!-- ...", "...", "…")):
            yield number, line


def _said(at: int, line: str) -> str:
    return f"line {at} leaves something out: {line.strip()[:80]!r}"


_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.AST, abstract: bool = False, inside: bool = False) -> Iterator[_Function]:
    """Every function that has to do something: none of a protocol, none that is overloaded."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            bases = {_name(base) for base in (*node.bases, *(one.value for one in node.keywords))}
            yield from _functions(node, bool(bases & _OPEN_CLASSES), inside=True)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            marks = {_name(one) for one in node.decorator_list}
            # A method may well do nothing; a function of a module is there to do something.
            idle = inside and _only(node) == "pass"
            if not abstract and not idle and not marks & _ABSTRACT:
                yield node
            yield from _functions(node, abstract, inside=True)
        else:
            yield from _functions(node, abstract, inside)


def _name(node: ast.expr) -> str:
    """The last word of `abc.abstractmethod`, `Protocol[T]`, `overload`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value) | ast.Call(func=value):
            return _name(value)
        case _:
            return ""


def _only(function: _Function) -> str:
    """The one thing that a body does, where that is nothing: `...`, `pass` or a refusal."""
    body = function.body
    if len(body) > 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:] if isinstance(body[0].value.value, str) else body
    match body:
        case [ast.Expr(value=ast.Constant(value=value))] if value is ...:
            return "..."
        case [ast.Pass()]:
            return "pass"
        case [ast.Raise(exc=ast.expr() as raised)] if _name(raised) == "NotImplementedError":
            return "raise NotImplementedError"
        case _:
            return ""


def _is_undone(function: _Function) -> bool:
    return bool(_only(function))


def _undone(function: _Function) -> str:
    only = _only(function)
    return f"the function {function.name} (line {function.lineno}) does nothing but {only!r}"
