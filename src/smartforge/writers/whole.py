"""Whether the text of an answer is the whole file: it parses, and leaves no work to somebody else.

Precise on purpose: words such as "TODO" or "unchanged" say nothing by themselves. What counts is
a comment that stands where code was left out, and a function whose body was.
"""

import ast
import codeop
import io
import json
import re
import tokenize
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from smartforge.parsing import parse
from smartforge.writers.named import misplaced, speaks_of_another

_LEFT_OUT = re.compile(
    r"""(?ix) ^[\s\#/*;<!\-(\[{]* (?:
        (?:\.\.\.|…) \s* (?:\(|\[)? \s*
            (?:(?:the|keep|keeping)\s+)?
            (?:rest|remain\w*|existing|other|previous|same|unchanged|more|omitted|code
              |truncated|snip\w*|implement\w*|etc)\b
      | (?:the\s+)? (?:rest|remainder) \s+ of \s+ (?:the\s+|this\s+|your\s+)?
            (?:code|file|module|function|class|implementation|methods?|functions?|routes?)\b
            (?: .{0,40} \b(?:unchanged|as\s+before|as\s+is|the\s+same|omitted|here|goes)\b
              | \s* (?:\.\.\.|…)? \W* $ )
      | (?:keep\s+)? (?:the\s+)? rest \s+ (?:(?:is|stays?|remains?)\s+)?
            (?:unchanged|the\s+same|omitted|as\s+(?:is|before)) \W* $
      | (?:existing|remaining|other|previous) \s+
            (?:code|methods?|functions?|imports?|routes?|endpoints?|operations?|classes)\b
            \s* (?:\.\.\.|…|(?:(?:remains?|stays?|is|are)\s+)?(?:unchanged|the\s+same)|omitted|here)
            \W* $
      | (?:code|implementation|content|logic) \s+ (?:is\s+)? (?:omitted|unchanged|goes\s+here)\b
      | (?:code|implementation|logic) \s+ (?:continues\s+)? here \W* $
      | (?:todo|fixme) \s* [:\-]? \s* (?:implement|write|add|fill|finish|complete)\b
      | (?:implement|write|add|put|insert) \s+ (?:this|me|it|your\s+\w+|code|logic)\b
            .{0,40} \b(?:here|later)\b
      | your \s+ (?:code|implementation|logic) \s+ (?:goes\s+)? here\b
    ) | ^[\s\#/*;]* [(\[]? (?:\.\.\.|…) [)\]]? \s* $"""
)
_TO_DO = re.compile(r"(?i)\W*(?:todo|fixme)\b\W*(?:implement|write|add|fill|finish|complete)\b")
_LOST = "\N{REPLACEMENT CHARACTER}"
_PROSE = frozenset({".md", ".markdown", ".mdx", ".rst", ".txt"})
_FENCE = re.compile(r"(?m)^(?:`{3,}|~{3,})")
_READ: Mapping[str, Callable[[str], object]] = {".json": json.loads, ".toml": tomllib.loads}
_FENCED = re.compile(r"(?ms)^(`{3,}|~{3,})([^`\n]*)\n(.*?)^\1[ \t]*$")
DOCUMENTED = "its docstring"
_ABSTRACT = frozenset({"abstractmethod", "overload", "abstractproperty"})
_OPEN_CLASSES = frozenset({"Protocol", "ABC", "ABCMeta"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def lacking(path: str, text: str) -> str:
    """What is missing or wrong, in a clause for whoever writes it again; empty for a whole file."""
    suffix = PurePosixPath(path).suffix.lower()
    if not text.strip():
        return "" if PurePosixPath(path).name == "__init__.py" else "the file is empty"
    if _LOST in text:
        at = text[: text.index(_LOST)].count("\n") + 1
        return f"line {at} holds a character that was lost (U+FFFD); if it is meant, escape it"
    if suffix in {".py", ".pyi"}:
        return _of_python(text, stub=suffix == ".pyi")
    if suffix in _READ:
        try:
            _READ[suffix](text)
        except ValueError as error:
            return f"it is not {suffix[1:].upper()}: {error}"
    if suffix not in _PROSE and _FENCE.search(text):
        return "more than the file was said: it holds a code fence"
    return next((_said(at, line) for at, line in _lines(text) if _LEFT_OUT.match(line)), "")


def may_go_on(path: str, text: str) -> bool:
    """Whether a text that was cut is the beginning of a whole file, as far as can be seen: its
    whole lines are Python that only lacks its end, and leave nothing out."""
    if not text.strip() or any(_LEFT_OUT.match(line) for line in _comment_lines(text)):
        return False
    if PurePosixPath(path).suffix.lower() not in {".py", ".pyi"}:
        return True
    try:
        codeop.compile_command(text[: text.rfind("\n") + 1], path, "exec")
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return False
    return True


def twice(text: str, seams: Sequence[int]) -> str:
    """What a joined text of Python defines on both sides of a seam, in a clause; empty for none.

    `seams` are offsets of code points. A file whose second part begins anew often parses.
    """
    tree = parse(text)
    for at in seams:
        line = text.count("\n", 0, at) + 1
        defined = (one for one in tree.body if isinstance(one, _Function | ast.ClassDef))
        names = [one for one in defined if "overload" not in map(_name, one.decorator_list)]
        before = {one.name for one in names if one.lineno < line}
        again = next((one for one in names if one.lineno >= line and one.name in before), None)
        if again is not None:
            return f"it defines {again.name} again in line {again.lineno}"
    return ""


def unwrapped(path: str, text: str) -> str | None:
    """The file within an answer that says more than the file, where there is no doubt.

    That is: Python that does not parse as it is, with exactly one fenced block, which is whole,
    and nothing that speaks of another file.
    """
    if PurePosixPath(path).suffix.lower() != ".py" or not lacking(path, text):
        return None
    found = [*_FENCED.finditer(text)]
    rest = _FENCED.sub("", text)
    if len(found) != 1 or "```" in rest or "~~~" in rest:
        return None
    _, beside, inside = found[0].groups()
    if lacking(path, inside) or misplaced(path, inside, beside) or speaks_of_another(path, rest):
        return None
    return inside if inside.strip() else None


def unframed(frame: str, text: str) -> str:
    """What a file leaves of its frame undone, in a clause; empty where it may fill it in.

    Other files call what the frame offers, so all of its functions and classes have to be there;
    the frame itself is no answer, since it refuses every request. Both have to parse.
    """
    given, made = parse(frame), parse(text)
    if ast.dump(given) == ast.dump(made):
        return "it is the frame as it was, which refuses every request"
    missing = [name for name in _offered(given) if name not in _offered(made)]
    if missing:
        return f"it has no {missing[0]!r}, which other files call"
    functions = {one.name: one for one in made.body if isinstance(one, _Function)}
    calls = (one for one in given.body if isinstance(one, _Function) and one.name in functions)
    return next(filter(None, (_miscalled(one, functions[one.name]) for one in calls)), "")


def _miscalled(frame: _Function, function: _Function) -> str:
    """Why a function cannot be called as that of the frame is, in a clause."""
    name = frame.name
    if isinstance(function, ast.AsyncFunctionDef) and not isinstance(frame, ast.AsyncFunctionDef):
        return f"{name!r} is async, and other files call it without await"
    wanted = len(frame.args.args)
    given, needless = function.args, function.args.defaults
    positional = len(given.posonlyargs) + len(given.args)
    least = positional - len(needless)
    keyed = [
        one
        for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
        if default is None
    ]
    if keyed or not (least <= wanted and (wanted <= positional or given.vararg)):
        return f"{name!r} has to be called as ({ast.unparse(frame.args)}), without anything else"
    return ""


def _of_python(text: str, *, stub: bool) -> str:
    try:
        tree = parse(text)
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


def _comment_lines(text: str) -> Iterator[str]:
    """Lines that are nothing but a comment; those of strings are among them."""
    return (line for line in text.splitlines() if line.lstrip().startswith(("#", "//", "<!--")))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are nothing but a comment or three dots: in prose such words may well stand."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(("#  ...", "# ...", "// ...", "<!-- ...", "...", "…")):
            yield number, line


def _said(at: int, line: str) -> str:
    return f"line {at} leaves something out: {line.strip()[:80]!r}"


def _functions(tree: ast.AST, abstract: bool = False, inside: bool = False) -> Iterator[_Function]:
    """Every function that has to do something: none of a protocol, none that is overloaded."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            bases = {_name(base) for base in (*node.bases, *(one.value for one in node.keywords))}
            yield from _functions(node, bool(bases & _OPEN_CLASSES), inside=True)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            marks = {_name(one) for one in node.decorator_list}
            # A method may well do nothing; a function of a module is there to do something.
            idle = inside and _only(node) in {"pass", DOCUMENTED}
            if not abstract and not idle and not marks & _ABSTRACT:
                yield node
            yield from _functions(node, abstract, inside=True)
        else:
            yield from _functions(node, abstract, inside)


def _offered(tree: ast.Module) -> tuple[str, ...]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return tuple(one.name for one in tree.body if isinstance(one, kinds))


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
    """The one thing that a body does, where that is nothing: `...`, `pass`, a refusal, a word of
    what it would do."""
    body = function.body
    said = ast.get_docstring(function)
    if said is not None:
        body = body[1:]
        if _TO_DO.match(said):
            return said
    match body:
        case []:
            return DOCUMENTED
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
    only = _only(function)[:80]
    return f"the function {function.name} (line {function.lineno}) does nothing but {only!r}"
