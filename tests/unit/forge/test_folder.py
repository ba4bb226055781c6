"""Paths from plans never leave their folder."""

import pytest

from smartforge.errors import SmartForgeError
from smartforge.forge.folder import laid_out, safe_path


@pytest.mark.parametrize("path", ["app/main.py", "Makefile", ".gitignore", "a/b/c.txt", "a b.md"])
def test_ordinary_paths_pass(path: str) -> None:
    assert str(safe_path(path)) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../../up",
        "a//b",
        "./a",
        "a/.",
        "a\\b",
        "a\0b",
        "a\nb",
        "x" * 256,
    ],
)
def test_paths_that_leave_or_confuse_are_refused(path: str) -> None:
    with pytest.raises(SmartForgeError):
        safe_path(path)


async def test_the_folder_is_gone_afterwards() -> None:
    async with laid_out({"app/main.py": b"x = 1\n", "empty": b""}) as folder:
        assert (folder / "app" / "main.py").read_bytes() == b"x = 1\n"
        assert (folder / "empty").read_bytes() == b""
    assert not folder.exists()
