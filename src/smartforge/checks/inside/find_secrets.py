"""Looks through every text of a project for secrets that are written down; inside the sandbox.

    python -I -S -c THIS FOLDER

Tests may hold passwords that open nothing, and examples may say what goes where: known kinds of
keys are looked for everywhere, names with values only where they would be used. Prints one JSON
object as `walk_code.py` does; a finding never repeats the secret.
"""

import ast
import json
import math
import os
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

LEFT_OUT = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache"})
MOST_FILES = 5000
MOST_BYTES = 1024 * 1024
MOST_FINDINGS = 50

# What no placeholder looks like.
KINDS = {
    "a key of AWS": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token of GitHub": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{40,})"),
    "a token of GitLab": re.compile(r"\bglpat-[\w-]{18,}"),
    "a key of an AI provider": re.compile(r"\bsk-(?:[a-z]+-)?[A-Za-z0-9_-]{20,}"),
    "a token of Slack": re.compile(r"\bxox[baprs]-[A-Za-z0-9-]{10,}"),
    "a key of Google": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a key of Stripe": re.compile(r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "a whole token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}"),
}
_NAMED = re.compile(
    r"(?:^|[_.-])(?:password|passwd|pwd|secret|secret_?key|signing_?key|token|api_?key"
    r"|access_?key|private_?key|jwt_?key|credentials?)$",
    re.I,
)
_LINE = re.compile(
    r"""^\s*(?:-\s*|export\s+|ENV\s+)?["']?([A-Za-z_][\w.-]*)["']?\s*[:=]\s*(\S.*)$"""
)
_URL = re.compile(r"\b[a-z][a-z0-9+]*://[^\s:/@\"'{}$<>]+:([^\s@/\"'{}$<>]{3,})@")
_PLACEHOLDER = re.compile(
    r"^$|^[<\[{$%]|\$\{|^(?:change|your|example|placeholder|dummy|xxx|\.\.\.|todo|none|null|true"
    r"|false|bearer|password|secret|postgres|string)",
    re.I,
)
_WORDS = re.compile(r"\s|^/|^[a-z]+://|\.$")
_KEYLIKE = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
SET_IN = (".env", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".json", ".sh")
# Locks hold hashes, and the document its own words.
NOT_SET_IN = ("openapi.yaml", "openapi.json", "proof.json", "package-lock.json")
DATABASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "ci.yml")
LONG_ENOUGH = 6
ENTROPY = 4.2


def entropy(text: str) -> float:
    """Bits for each letter."""
    counts = [text.count(letter) for letter in set(text)]
    return -sum(one / len(text) * math.log2(one / len(text)) for one in counts)


def random_like(text: str) -> bool:
    digits = sum(one.isdigit() for one in text)
    mixed = text.lower() != text and text.upper() != text
    return bool(_KEYLIKE.fullmatch(text)) and digits >= 4 and mixed and entropy(text) > ENTROPY


def secret(value: object) -> bool:
    """Whether a value under such a name is one: not empty, no words, no place in a document."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str) or len(value) < LONG_ENOUGH or _WORDS.search(value):
        return False
    weak = value.lower() in {"secret", "changeme", "change-me", "password", "secretkey"}
    return weak or not _PLACEHOLDER.search(value)


class Looker(ast.NodeVisitor):
    """Names that are given a written secret, in code."""

    def __init__(self) -> None:
        self.findings: list[tuple[int, str]] = []

    def _look(self, name: str, value: ast.expr | None) -> None:
        if not _NAMED.search(name):
            return
        for one in _written(value):
            if secret(one.value):
                self.findings.append((one.lineno, f"{name} is written down"))

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._look(_name(target), node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._look(_name(node.target), node.value)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        called = _name(node.func)
        for one in node.keywords:
            if one.arg:
                self._look(one.arg, one.value)
        # `os.environ.get("SECRET_KEY", "fallback")`, `Tokens("key")`, `hmac.new(b"key", ...)`.
        if called in {"get", "getenv", "setdefault", "pop"} and len(node.args) > 1:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                self._look(first.value, node.args[1])
        elif re.fullmatch(r"Tokens?|SecretStr|JWT\w*|Signer|Fernet|(?:hmac\.)?new", called):
            self._look("secret", node.args[0] if node.args else None)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        own = node.args
        named = [*own.posonlyargs, *own.args][-len(own.defaults) :] if own.defaults else []
        for argument, value in (*zip(named, own.defaults, strict=False), *_keyword_only(own)):
            self._look(argument.arg, value)
        self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                self._look(key.value, value)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and random_like(node.value):
            self.findings.append((node.lineno, "a text that looks like a key"))


def _keyword_only(own: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    for argument, value in zip(own.kwonlyargs, own.kw_defaults, strict=True):
        if value is not None:
            yield argument, value


def _written(value: ast.expr | None) -> Iterator[ast.Constant]:
    """The texts that a value may be: itself, either side of `or`, what a wrapper is given."""
    if isinstance(value, ast.Constant):
        yield value
    elif isinstance(value, ast.BoolOp):
        for one in value.values:
            yield from _written(one)
    elif isinstance(value, ast.IfExp):
        yield from _written(value.body)
        yield from _written(value.orelse)
    elif isinstance(value, ast.Call) and _name(value.func) in {"SecretStr", "Field", "encode"}:
        given = [one.value for one in value.keywords if one.arg == "default"]
        of = value.func.value if isinstance(value.func, ast.Attribute) else None
        for one in (*value.args[:1], *given, of):
            yield from _written(one)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return node.id if isinstance(node, ast.Name) else ""


def in_code(text: str) -> list[tuple[int, str]]:
    looker = Looker()
    looker.visit(ast.parse(text))
    return looker.findings


def in_settings(text: str, name: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.match(line)
        if found and _NAMED.search(found[1]) and name not in DATABASES:
            value = found[2].split(" #")[0].strip().rstrip(",").strip("\"'")
            if secret(value) and "${" not in value:
                yield number, f"{found[1]} is written down"


def everywhere(text: str, *, tests: bool) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in KINDS.items():
            if (not tests or what != "a whole token") and pattern.search(line):
                yield number, what


def findings(path: Path, inside: str) -> list[tuple[int, str]]:
    raw = path.read_bytes()
    if b"\0" in raw[:4096] or len(raw) > MOST_BYTES:
        return []
    text, name = raw.decode("utf-8", "replace"), path.name
    tests = inside.startswith(("tests/", "test/"))
    found = list(everywhere(text, tests=tests))
    example = name.endswith((".example", ".sample", ".template", ".dist"))
    if name.endswith(".py") and not tests:
        found += in_code(text)
        return found
    sets = name.endswith(SET_IN) or name.startswith((".env", "Dockerfile", "Makefile"))
    if sets and not example and not tests and name not in NOT_SET_IN:
        found += in_settings(text, name)
    return found


def files(folder: str) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        for name in sorted(names):
            path = Path(where, name)
            if not path.is_symlink() and path.is_file():
                yield path


def main(folder: str) -> None:
    warnings.simplefilter("ignore")
    count = 0
    found: list[dict[str, str | int]] = []
    for path in files(folder):
        count += 1
        if count > MOST_FILES:
            break
        name = os.path.relpath(path, folder)
        try:
            told = findings(path, name)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
            continue  # Other checks say so.
        found += [{"path": name, "line": line, "what": what[:200]} for line, what in told]
    print(json.dumps({"files": count, "total": len(found), "findings": found[:MOST_FINDINGS]}))


if __name__ == "__main__":
    main(sys.argv[1])
