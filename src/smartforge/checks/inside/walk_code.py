"""Looks in the syntax trees of a project for what a generated API has no business with.

    python -I -S -c THIS FOLDER ORIGINS...

Nothing of the project is run; this runs inside the sandbox because even parsing hostile code is
work for a hostile place. Prints one JSON object: how many files, and each finding with path, line
and the call. It finds honest mistakes and plain attacks; what hides better is held by the sandbox.
Pages of the ORIGINS are promised to be let in.
"""

import ast
import json
import os
import re
import sys
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path

LEFT_OUT = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache"})
TESTS = ("tests", "test")
MOST_FILES = 5000
MOST_BYTES = 1024 * 1024
MOST_FINDINGS = 50

MODULES = frozenset(
    {
        *("subprocess", "socket", "ctypes", "_ctypes", "multiprocessing", "pty", "cffi"),
        *("_posixsubprocess", "_socket", "posix", "telnetlib", "ftplib", "smtplib", "socketserver"),
        *("marshal", "code", "codeop", "imp", "runpy", "mmap", "resource", "ptrace"),
    }
)
CALLS = frozenset(
    {
        *("builtins.eval", "builtins.exec", "builtins.compile", "builtins.__import__"),
        *("os.system", "os.popen", "os.fork", "os.forkpty", "os.kill", "os.killpg"),
        *("os.posix_spawn", "os.posix_spawnp", "os.setuid", "os.setgid", "os.chroot"),
        *("os._exit", "os.abort", "os.ptrace"),
        *("pickle.load", "pickle.loads", "pickle.Unpickler", "dill.loads", "shelve.open"),
        *("yaml.unsafe_load", "yaml.full_load", "jsonpickle.decode"),
        *("asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"),
        *("asyncio.open_connection", "asyncio.start_server", "asyncio.open_unix_connection"),
        *("sys.settrace", "sys.setprofile", "sys._getframe"),
    }
)
PREFIXES = ("os.exec", "os.spawn")
BUILTINS = frozenset({"eval", "exec", "compile", "__import__", "open", "getattr"})
OPENING = frozenset(
    {
        *("builtins.open", "io.open", "os.open", "os.listdir", "os.scandir", "os.walk"),
        *("os.readlink", "codecs.open", "shutil.copy", "shutil.copyfile", "shutil.copytree"),
        *("shutil.move", "shutil.rmtree", "os.remove", "os.unlink", "os.symlink", "os.link"),
        *("linecache.getline", "linecache.getlines", "fileinput.input"),
    }
)
PATHS = frozenset({"pathlib.Path", "pathlib.PosixPath"})
ON_PATHS = frozenset(
    {
        *("read_text", "read_bytes", "open", "write_text", "write_bytes", "iterdir", "glob"),
        *("rglob", "walk", "unlink", "rmdir", "symlink_to", "hardlink_to", "readlink"),
    }
)
# A page that nobody promised to let in.
STRANGER = "https://stranger.invalid"
LETS_IN = "access-control-allow-origin"
ROUTES = frozenset({"get", "post", "put", "patch", "delete", "websocket", "api_route", "route"})
# Where a program may keep what it needs for a while.
OWN = ("/tmp/", "/app/", "/data/")


class Walker(ast.NodeVisitor):
    """Collects findings of one file as (line, what)."""

    def __init__(self, tree: ast.Module) -> None:
        self.findings: list[tuple[int, str]] = []
        self._names: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        # Imports and plain assignments may stand behind their use, inside functions.
        for node in ast.walk(tree):
            self._learn(node)

    def _learn(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                self._names[name] = alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                self._names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            self._learn_assignment(node.targets[0], node.value)

    def _learn_assignment(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                self._texts[target.id] = value.value
            elif isinstance(value, ast.Name | ast.Attribute):
                dotted = self._dotted(value)
                if dotted in CALLS or dotted.startswith(PREFIXES) or dotted in MODULES:
                    self._names[target.id] = dotted

    def _dotted(self, node: ast.expr) -> str:
        """`o.system` as `os.system` where `o` is os; empty for what has no name."""
        if isinstance(node, ast.Name):
            if node.id in BUILTINS and node.id not in self._names:
                return f"builtins.{node.id}"
            return self._names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self._dotted(node.value)
            return f"{base}.{node.attr}" if base else ""
        return self._dotted_call(node) if isinstance(node, ast.Call) else ""

    def _dotted_call(self, node: ast.Call) -> str:
        """`getattr(os, "system")` and `importlib.import_module("os")` are names, too."""
        called = self._dotted(node.func)
        if called == "builtins.getattr" and len(node.args) > 1:
            name = self._text(node.args[1])
            return f"{self._dotted(node.args[0])}.{name}" if name else ""
        if called in {"importlib.import_module", "builtins.__import__"} and node.args:
            return self._text(node.args[0]) or ""
        return ""

    def _text(self, node: ast.expr) -> str | None:
        """The beginning of a text that is known without running anything."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Name):
            return self._texts.get(node.id)
        if isinstance(node, ast.JoinedStr) and node.values:
            return self._text(node.values[0])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Div):
            left = self._path(node.left) or self._text(node.left)
            right = self._text(node.right) or ""
            slash = "/" if isinstance(node.op, ast.Div) else ""
            return None if left is None else left + slash + right
        return self._path(node)

    def _path(self, node: ast.expr) -> str | None:
        """The text inside `Path(...)`."""
        if isinstance(node, ast.Call) and self._dotted(node.func) in PATHS and node.args:
            return self._text(node.args[0])
        return None

    def _found(self, node: ast.AST, what: str) -> None:
        self.findings.append((getattr(node, "lineno", 0), what))

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name.partition(".")[0] in MODULES:
                self._found(node, f"import {alias.name}")

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if not node.level and module.partition(".")[0] in MODULES:
            self._found(node, f"from {module} import ...")
        for alias in node.names:
            dotted = f"{module}.{alias.name}"
            if not node.level and (dotted in CALLS or dotted.startswith(PREFIXES)):
                self._found(node, f"from {module} import {alias.name}")

    def visit_Call(self, node: ast.Call) -> None:
        called = self._dotted(node.func)
        loaded = self._dotted_call(node)
        if called in CALLS or called.startswith(PREFIXES):
            self._found(node, f"{called.removeprefix('builtins.')}()")
        elif loaded and (loaded.partition(".")[0] in MODULES or loaded in CALLS):
            self._found(node, f"{called.removeprefix('builtins.')}(): {loaded}")
        elif called in OPENING:
            for argument in node.args[:2]:
                self._look_at_path(node, called.removeprefix("builtins."), self._text(argument))
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ON_PATHS:
            text = self._text(node.func.value)
            if isinstance(node.func.value, ast.Name):
                text = self._assigned_path(node.func.value.id)
            self._look_at_path(node, f"Path.{node.func.attr}", text)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            path = self._path(node.value)
            if path is not None:
                self._texts[f"Path {node.targets[0].id}"] = path
        self.generic_visit(node)

    def _assigned_path(self, name: str) -> str | None:
        return self._texts.get(f"Path {name}")

    def _look_at_path(self, node: ast.AST, call: str, path: str | None) -> None:
        if path is None:
            return
        outside = path.startswith("/") and not (path + "/").startswith(OWN)
        if outside or ".." in path.split("/"):
            self._found(node, f"{call}({path!r})")


class Telling(ast.NodeVisitor):
    """Who is told too much, and who is let wait; collects findings as `Walker` does."""

    def __init__(self, origins: Collection[str]) -> None:
        self.findings: list[tuple[int, str]] = []
        self._origins = origins
        self._route = False

    def _found(self, node: ast.AST, what: str) -> None:
        self.findings.append((getattr(node, "lineno", 0), what))

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        before = self._route
        made = [one for one in node.decorator_list if isinstance(one, ast.Call)]
        self._route = before or any(_last(one.func) in ROUTES for one in made)
        for one in made:
            if _last(one.func) == "exception_handler" and one.args and _broad(one.args[0]):
                named = node.args.args[-1].arg if node.args.args else ""
                answers = [each for each in ast.walk(node) if isinstance(each, ast.Return)]
                self._told(answers, named)
        self.generic_visit(node)
        self._route = before

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name and node.type is not None and _broad(node.type):
            raised = (one.exc for one in ast.walk(node) if isinstance(one, ast.Raise))
            answers = [one for one in raised if isinstance(one, ast.Call)]
            self._told([one for one in answers if _last(one.func) == "HTTPException"], node.name)
        self.generic_visit(node)

    def _told(self, answers: Collection[ast.AST], error: str) -> None:
        for answer in answers:
            for one in ast.walk(answer):
                if isinstance(one, ast.Name) and one.id == error:
                    self._found(one, "whoever asks is told of any error's inside")
                    return

    def visit_Call(self, node: ast.Call) -> None:
        if ast.unparse(node.func) == "asyncio.sleep" and node.args and _more(node.args[0], 0):
            self._found(node, "asyncio.sleep(): whoever asks waits for nothing")
        for one in node.keywords:
            if one.arg == "allow_origins" and "*" not in self._origins:
                if any(_text(each) == "*" for each in ast.walk(one.value)):
                    self._found(one.value, "pages of every origin may call, which is not promised")
            elif one.arg == "allow_origin_regex" and not self._origins and _lets_in(one.value):
                self._found(one.value, "pages of any origin may call, which is not promised")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        named = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        if isinstance(named, str) and named.lower() == LETS_IN and not self._origins:
            self._found(node, f"{named}: pages elsewhere may call, which is not promised")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if self._route and ast.unparse(node) == "os.environ":
            self._found(node, "os.environ, where requests are answered")
        self.generic_visit(node)


def _last(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _broad(node: ast.expr) -> bool:
    return ast.unparse(node) in {"Exception", "BaseException", "500"}


def _more(node: ast.expr, least: float) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and (node.value > least)
    )


def _lets_in(node: ast.expr) -> bool:
    try:
        return bool(_text(node) and re.fullmatch(_text(node), STRANGER))
    except re.error:
        return False


def files(folder: str) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        for name in (*folders, *sorted(names)):
            path = Path(where, name)
            if name.endswith(".py") or path.is_symlink():
                yield path


def findings(path: Path, origins: Collection[str], *, tests: bool) -> list[tuple[int, str]]:
    if path.is_symlink():
        return [(0, "is a symbolic link")]
    if not path.is_file():
        return []
    try:
        if path.stat().st_size > MOST_BYTES:
            return [(0, f"is larger than {MOST_BYTES} bytes")]
        tree = ast.parse(path.read_bytes(), path)
        walker = Walker(tree)
        walker.visit(tree)
        telling = Telling(origins)
        if not tests:
            telling.visit(tree)
    except SyntaxError as error:
        return [(error.lineno or 0, f"cannot be read: {error.msg}")]
    except (ValueError, RecursionError, MemoryError, OSError) as error:
        return [(0, f"cannot be read: {type(error).__name__}: {error}")]
    return walker.findings + telling.findings


def main(folder: str, origins: Collection[str] = ()) -> None:
    warnings.simplefilter("ignore")
    count = 0
    found: list[dict[str, object]] = []
    for path in files(folder):
        name = os.path.relpath(path, folder)
        print(ascii(name)[1:-1], file=sys.stderr, flush=True)
        count += 1
        if count > MOST_FILES:
            found.append({"path": name, "line": 0, "what": "is one file too many"})
            break
        tests = name.partition(os.sep)[0] in TESTS
        for line, what in findings(path, origins, tests=tests):
            found.append({"path": name, "line": line, "what": what[:200]})
    print(json.dumps({"files": count, "total": len(found), "findings": found[:MOST_FINDINGS]}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
