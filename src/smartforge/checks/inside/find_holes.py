"""Looks in the syntax trees of a project for what lets strangers in; runs inside the sandbox.

    python -I -S -c THIS FOLDER SECURED_AS_JSON PROMISED_AS_JSON

Nothing of the project is run. Looks at everything but its tests: SQL, paths, addresses and
redirects made of what a request says, passwords and tokens handled with too little care, operations
that ask for no account, or that nobody promised. Prints one JSON object as `walk_code.py` does.
"""

import ast
import json
import os
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

LEFT_OUT = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache"})
TESTS = ("tests", "test")
MOST_FILES = 5000
MOST_BYTES = 1024 * 1024
MOST_FINDINGS = 50

METHODS = frozenset({"get", "post", "put", "patch", "delete", "websocket", "api_route", "route"})
ROUTERS = frozenset({"APIRouter", "FastAPI", "Application", "Api"})
SQL = frozenset(
    {
        *("text", "literal_column", "exec_driver_sql", "execute", "executemany", "scalar"),
        *("scalars", "order_by", "where", "having", "filter", "from_statement", "executescript"),
    }
)
# What takes a text as SQL even where it comes from a variable.
ALWAYS_SQL = frozenset({"text", "literal_column", "exec_driver_sql", "executescript"})
CLIENTS = frozenset({"httpx", "requests", "aiohttp", "urllib3", "http.client", "urllib.request"})
LOGS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log", "print"})
SPREAD = frozenset(
    {
        *("threading.Thread", "threading.Timer", "_thread.start_new_thread"),
        *("concurrent.futures.ProcessPoolExecutor", "concurrent.futures.ThreadPoolExecutor"),
    }
)
FILES = frozenset({"open", "Path", "FileResponse", "join", "send_file", "StaticFiles"})
# Nobody stays logged in for longer; in days, as the units of `timedelta` are.
LONGEST_LOGIN = 366
DAYS = {"weeks": 7.0, "days": 1.0, "hours": 1 / 24, "minutes": 1 / 1440, "seconds": 1 / 86400}
_SECRET = re.compile(r"(?:^|_)(?:password|passwd|secret|token|api_?key|credentials?)$", re.I)
_KEPT = re.compile(r"(?:password|passwd)_?hash|hashed_?(?:password|passwd)", re.I)
_PLAIN = re.compile(r"(?:^|_)(?:password|passwd|pwd)$", re.I)
_AUTH = re.compile(r"user|auth|token|login|role|account|caller|current|secur|admin|principal", re.I)
_GUARD = re.compile(
    r"user|auth|token|login|role|account|caller|principal|secur|admin|guard|permission|key|member"
    r"|owner|identity|bearer|actor|session_of|staff",
    re.I,
)
_PLACE = re.compile(r"\{[^}]*\}")


def dotted(node: ast.expr | None) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return dotted(node.func) if isinstance(node, ast.Call) else ""


def last(node: ast.expr | None) -> str:
    return dotted(node).rpartition(".")[2]


def text_of(node: ast.AST | None) -> str | None:
    """A text that is written down."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def is_text(node: ast.AST | None) -> bool:
    return text_of(node) is not None


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def is_true(node: ast.expr | None, value: bool = True) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


class Hole:
    """One function at a time: which names hold what a request said."""

    def __init__(self, function: ast.FunctionDef | ast.AsyncFunctionDef | None) -> None:
        self.name = function.name if function else ""
        self.made: set[str] = set()
        self.said: set[str] = set()
        if function is None:
            return
        if is_route(function):
            own = function.args
            self.said = {one.arg for one in (*own.args, *own.kwonlyargs) if not given(one)}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target = node.targets[0]
                if isinstance(target, ast.Name):
                    if composed(node.value):
                        self.made.add(target.id)
                    if self.from_request(node.value):
                        self.said.add(target.id)

    def from_request(self, node: ast.AST | None) -> bool:
        """Whether a request decides it; what a call makes of it is another matter."""
        if isinstance(node, ast.Name):
            return node.id in self.said
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Await):
            return self.from_request(node.value)
        if isinstance(node, ast.JoinedStr):
            return any(self.from_request(one) for one in node.values)
        if isinstance(node, ast.FormattedValue):
            return self.from_request(node.value)
        if isinstance(node, ast.BinOp):
            return self.from_request(node.left) or self.from_request(node.right)
        if isinstance(node, ast.Call):
            called = last(node.func)
            if called in {"str", "format", "strip", "lower", "join", "unquote", "get", "Path"}:
                of = node.func.value if isinstance(node.func, ast.Attribute) else None
                return any(map(self.from_request, (*node.args, of)))
        return False


def is_route(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and one.func.attr in METHODS
        for one in function.decorator_list
    )


def given(argument: ast.arg) -> bool:
    """Whether the framework gives it, and no client: sessions, accounts, answers."""
    words = ast.unparse(argument.annotation) if argument.annotation else ""
    kind = words.rpartition(".")[2].lower()
    named = {"request", "response", "database", "session", "asyncsession", "backgroundtasks"}
    return kind in named or "Depends" in words or "current" in kind


def composed(node: ast.expr | None) -> bool:
    """A text put together of others that are not all written down."""
    if isinstance(node, ast.JoinedStr):
        return any(
            isinstance(one, ast.FormattedValue) and not isinstance(one.value, ast.Constant)
            for one in node.values
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        if isinstance(node.op, ast.Mod):
            return is_text(node.left)
        sides = (node.left, node.right)
        loose = any(not is_text(one) for one in sides)
        return loose and any(is_text(one) or composed(one) for one in sides)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "format" and is_text(node.func.value)
    return False


class Looker(ast.NodeVisitor):
    """Collects the findings of one file as (line, what)."""

    def __init__(self, tree: ast.Module) -> None:
        self.findings: list[tuple[int, str]] = []
        self._function = Hole(None)
        self._names: dict[str, str] = {}
        # Whether tokens are made here.
        called = (one.func for one in ast.walk(tree) if isinstance(one, ast.Call))
        self._issues = any(dotted(one) == "jwt.encode" for one in called)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self._names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    self._names[alias.asname or alias.name] = alias.name

    def _found(self, node: ast.AST, what: str) -> None:
        self.findings.append((getattr(node, "lineno", 0), what))

    def _whole(self, node: ast.expr) -> str:
        first, dot, rest = dotted(node).partition(".")
        return f"{self._names.get(first, first)}{dot}{rest}"

    # ---- functions ----------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        before, self._function = self._function, Hole(node)
        if re.search(r"secret|signing_?key|api_?key", node.name, re.I):
            for one in ast.walk(node):
                if isinstance(one, ast.Return) and len(text_of(one.value) or "") > 5:
                    self._found(one, "a secret that is written down")
        self._unended(node)
        self.generic_visit(node)
        self._function = before

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def _unended(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A token whose claims name no end."""
        calls = [one for one in ast.walk(function) if isinstance(one, ast.Call)]
        encodes = next((one for one in calls if self._whole(one.func) == "jwt.encode"), None)
        if encodes is None:
            return
        said = {text_of(one) for one in ast.walk(function)}
        if "exp" not in said:
            self._found(encodes, "a token that never ends: its claims have no `exp`")

    # ---- imports ------------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name in CLIENTS or alias.name.partition(".")[0] in CLIENTS:
                self._found(node, f"import {alias.name}: it speaks with other hosts")

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if not node.level and (module in CLIENTS or module.partition(".")[0] in CLIENTS):
            self._found(node, f"from {module} import ...: it speaks with other hosts")

    # ---- calls --------------------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> None:
        called, whole = last(node.func), self._whole(node.func)
        self._sql(node, called)
        self._files(node, called)
        self._tokens(node, called, whole)
        self._settings(node, called)
        if called in LOGS and (isinstance(node.func, ast.Attribute) or called == "print"):
            self._logged(node)
        if self._issues and called == "timedelta" and node.keywords:
            days = lasting(node)
            if days is not None and not 0 < days <= LONGEST_LOGIN:
                self._found(node, f"a token that is good for {days:g} days")
        if called == "int" and _AUTH.search(self._function.name):
            told = ast.unparse(node)
            if re.search(r"\.(?:headers|cookies|query_params)\b", told):
                self._found(node, "an account that a request names without any proof")
        if called == "compare_digest" and any(map(is_written, node.args)):
            self._found(node, "a password that is written down")
        if whole in SPREAD:
            self._found(node, f"{whole}(): threads of its own")
        if whole == "time.sleep":
            self._found(node, "time.sleep(): nobody is answered meanwhile")
        if whole == "importlib.import_module" and not is_text(node.args[0] if node.args else None):
            self._found(node, f"{whole}(): code that is chosen while it runs")
        if called == "RedirectResponse" and any(map(self._function.from_request, _all(node))):
            self._found(node, "a redirect to wherever a request says")
        if whole.partition(".")[0] in {"httpx", "requests", "aiohttp", "urllib"} and any(
            map(self._function.from_request, _all(node))
        ):
            self._found(node, "asks an address that a request names")
        self._mass(node, called)
        self.generic_visit(node)

    def _sql(self, node: ast.Call, called: str) -> None:
        if called not in SQL:
            return
        for one in node.args:
            named = isinstance(one, ast.Name) and one.id in self._function.made
            said = called in ALWAYS_SQL and self._function.from_request(one)
            if composed(one) or (named and called in {*ALWAYS_SQL, "execute"}) or said:
                self._found(node, f"{called}() with SQL that is put together of texts")
                return

    def _files(self, node: ast.Call, called: str) -> None:
        joins = called == "join" and "path" not in dotted(node.func)
        if called in FILES and not joins and any(map(self._function.from_request, node.args)):
            self._found(node, f"{called}() of a path that a request names")

    def _tokens(self, node: ast.Call, called: str, whole: str) -> None:
        if whole in {"jwt.encode", "jwt.decode"}:
            if len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                self._found(node, f"{whole}() with a key that is written down")
            if is_true(keyword(node, "verify"), False):
                self._found(node, "jwt.decode() that verifies nothing")
        if whole == "jwt.decode":
            names = keyword(node, "algorithms")
            told = ast.unparse(names).lower() if names else ""
            if names is None or "none'" in told or "header" in told:
                self._found(node, "jwt.decode() that takes any algorithm")
            options = keyword(node, "options")
            asked = options if isinstance(options, ast.Dict) else ast.Dict([], [])
            for key, value in zip(asked.keys, asked.values, strict=True):
                named = text_of(key) or ""
                if named.startswith("verify_") and is_true(value, False):
                    self._found(value, f"jwt.decode() without {named}")
        if whole == "jwt.get_unverified_header":
            self._found(node, "jwt.get_unverified_header(): what nobody has signed")
        text = " ".join(ast.unparse(one) for one in node.args).lower()
        if whole.startswith("hashlib.") and "password" in f"{text} {self._function.name}".lower():
            self._found(node, f"{whole}() of a password: it is far too quick")
        if whole in {"yaml.load", "yaml.load_all"}:
            loader = ast.unparse(keyword(node, "Loader") or [*node.args, ast.Constant("")][-1])
            if "Safe" not in loader:
                self._found(node, f"{whole}() that makes any object")
        if whole == "tempfile.mktemp":
            self._found(node, "tempfile.mktemp(): somebody else may be quicker")
        escapes = keyword(node, "autoescape")
        bare = escapes is None or is_true(escapes, False)
        if called == "Environment" and "jinja" in whole and bare:
            self._found(node, "templates that escape nothing")

    def _settings(self, node: ast.Call, called: str) -> None:
        for name, value, what in (
            ("debug", True, "debug=True: it shows its inside"),
            ("reload", True, "reload=True: it is for its maker alone"),
            ("verify", False, "verify=False: anybody may stand between"),
        ):
            if is_true(keyword(node, name), value):
                self._found(keyword(node, name) or node, what)
        host = keyword(node, "host")
        if host is not None and text_of(host) in {"0.0.0.0", "::"}:
            self._found(host, "it listens on every address")
        if any(dotted(one).endswith("CORSMiddleware") for one in (*node.args, node.func)):
            origins = keyword(node, "allow_origins")
            everybody = origins and "'*'" in ast.unparse(origins)
            if origins and everybody and is_true(keyword(node, "allow_credentials")):
                self._found(origins, "every origin may call with credentials")

    def _logged(self, node: ast.Call) -> None:
        for value in [*node.args, *(one.value for one in node.keywords)]:
            if isinstance(value, ast.Name) and self._function.from_request(value):
                return self._found(node, f"all of {value.id}, of a request, goes into the log")
            for one in ast.walk(value):
                name = one.id if isinstance(one, ast.Name) else getattr(one, "attr", "")
                if name and (_SECRET.search(name) or name == "authorization"):
                    return self._found(node, f"{name} goes into the log")
        return None

    def _mass(self, node: ast.Call, called: str) -> None:
        for one in node.keywords:
            if one.arg is None and "request.json()" in ast.unparse(one.value):
                self._found(node, f"{called}() takes whatever a request holds")
            if one.arg and _KEPT.search(one.arg) and plain(one.value):
                self._found(one.value, f"{one.arg} is the password itself")
        if called == "setattr" and "request.json()" in ast.unparse(node):
            self._found(node, "setattr() of whatever a request holds")

    # ---- the rest -----------------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            name = last(target)
            if _KEPT.search(name) and plain(node.value):
                self._found(node, f"{name} is the password itself")
            if name == "debug" and is_true(node.value):
                self._found(node, "debug = True: it shows its inside")
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if last(node.target) == "debug" and is_true(node.value):
            self._found(node, "debug = True: it shows its inside")
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """A schema: it has fields with types alone, and no table."""
        bases = " ".join(map(ast.unparse, node.bases))
        if re.search(r"Schema|BaseModel|Patch", bases) and "Settings" not in bases:
            for one in node.body:
                if isinstance(one, ast.AnnAssign) and _KEPT.search(last(one.target)):
                    self._found(one, f"{last(one.target)} goes over the wire")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = (node.left, node.comparators[0])
            columns = any(re.search(r"(?:^|\.)[A-Z]\w*\.", dotted(one)) for one in sides)
            plain = any(isinstance(one, ast.Constant) for one in sides)
            named = any(_SECRET.search(last(one)) or _KEPT.search(last(one)) for one in sides)
            if any(_PLAIN.search(last(one)) for one in sides) and any(map(is_written, sides)):
                self._found(node, "a password that is written down")
            if named and not columns and not plain:
                self._found(node, "secrets compared by ==: its time tells how much is right")
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        broad = node.type is None or last(node.type) in {"Exception", "BaseException"}
        if broad and _AUTH.search(self._function.name):
            raises = any(isinstance(one, ast.Raise) for one in ast.walk(node))
            returns = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
            empty = all(one is None or is_true(one, False) or _none(one) for one in returns)
            if not raises and not (returns and empty):
                self._found(node, "every error is hidden where it is decided who may")
        self.generic_visit(node)


def lasting(call: ast.Call) -> float | None:
    """The days of a `timedelta` that is written down."""
    parts = [(DAYS.get(one.arg or ""), one.value) for one in call.keywords]
    try:
        return sum(of * ast.literal_eval(value) for of, value in parts if of is not None)
    except (ValueError, TypeError):
        return None


def is_written(node: ast.expr) -> bool:
    """A text or bytes of some length; what is empty opens nothing."""
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and bool(node.value)
    )


def plain(value: ast.expr) -> bool:
    """A password as somebody typed it, and nothing made of it."""
    return not isinstance(value, ast.Call) and bool(_PLAIN.search(last(value)))


def _none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _all(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(one.value for one in call.keywords)]


def unguarded(
    tree: ast.Module, secured: set[str], promised: set[str], prefixes: set[str]
) -> Iterator[tuple[int, str]]:
    """Operations that are promised to some, whose code asks for no account; and those that are
    left out of the document, and do something."""
    routers: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        made = node.value
        if last(made.func) in ROUTERS:
            told, guards = text_of(keyword(made, "prefix")) or "", keyword(made, "dependencies")
            routers[last(node.targets[0])] = (told, ast.unparse(guards) if guards else "")
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for one in node.decorator_list:
            if not isinstance(one, ast.Call) or not isinstance(one.func, ast.Attribute):
                continue
            path = text_of(one.args[0] if one.args else keyword(one, "path"))
            prefix, guards = routers.get(dotted(one.func.value), ("", ""))
            if one.func.attr not in METHODS or path is None:
                continue
            ends = _PLACE.sub("{}", prefix + path)
            names = {f"{one.func.attr.upper()} {before}{ends}" for before in ("", *prefixes)}
            hidden = is_true(keyword(one, "include_in_schema"), False)
            known = any(each.endswith(ends) for each in promised)
            if hidden and not known and not isinstance(node.body[-1], ast.Raise):
                yield node.lineno, f"{node.name}() answers {prefix + path}, which nobody promised"
            listed = keyword(one, "dependencies")
            asks = [guards, ast.unparse(listed) if listed else ""]
            arguments = [*node.args.args, *node.args.kwonlyargs]
            asks += [ast.unparse(each.annotation) for each in arguments if each.annotation]
            asks += [ast.unparse(each) for each in (*node.args.defaults, *_set(node))]
            typed = re.sub(r"\w*(?:schemas|models|queries)\.\w+", "", " ".join(asks))
            if names & secured and not _GUARD.search(typed):
                yield node.lineno, f"{node.name}() asks for no account, though it is promised to"


def _set(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    return [one for one in node.args.kw_defaults if one is not None]


def sources(folder: str) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        left_out = {*LEFT_OUT, *(TESTS if where == folder else ())}
        folders[:] = sorted(name for name in folders if name not in left_out)
        for name in sorted(names):
            path = Path(where, name)
            if name.endswith(".py") and not path.is_symlink() and path.stat().st_size < MOST_BYTES:
                yield path


def main(folder: str, secured: list[str], promised: list[str]) -> None:
    warnings.simplefilter("ignore")
    some, every = (
        {_PLACE.sub("{}", one).rstrip("/") for one in told} for told in (secured, promised)
    )
    found: list[dict[str, str | int]] = []
    count = 0
    for path in sources(folder):
        count += 1
        if count > MOST_FILES:
            break
        try:
            tree = ast.parse(path.read_bytes(), path)
            looker = Looker(tree)
            looker.visit(tree)
            told = [*looker.findings, *unguarded(tree, some, every, {"/api", "/v1", "/api/v1"})]
        except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
            continue  # Other checks say so.
        name = os.path.relpath(path, folder)
        found += [{"path": name, "line": line, "what": what[:200]} for line, what in told]
    print(json.dumps({"files": count, "total": len(found), "findings": found[:MOST_FINDINGS]}))


if __name__ == "__main__":
    main(sys.argv[1], *map(json.loads, [*sys.argv[2:4], "[]"][:2]))
