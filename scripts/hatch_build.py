"""Puts the built page into wheel and sdist.

The page is built only where it is stale, so that an sdist, which carries it, installs without
Node. An editable install never builds: `scripts/page.py` does that. SMARTFORGE_WEB=skip makes a
package without a page on purpose; the server then says so.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from types import ModuleType


class PageHook(BuildHookInterface[BuilderConfig]):
    """The hook that hatchling asks before it packs."""

    PLUGIN_NAME = "page"

    def dependencies(self) -> list[str]:
        """The wheel of Node, where the page is stale and this machine has no Node."""
        page = _page()
        root = Path(self.root)
        if _skipped() or _asked_for_editable() or page.is_fresh(root) or page.has_node():
            return []
        return [page.NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page; a failure fails the build. Raises PageError."""
        if version == "editable" or _skipped():
            return
        _page().build(Path(self.root))


def _skipped() -> bool:
    return os.environ.get("SMARTFORGE_WEB") == "skip"


def _asked_for_editable() -> bool:
    # Hatchling does not tell this hook what is being built when it asks for dependencies; the
    # front end's own process does, in its first argument. Elsewhere Node is asked for in vain.
    return sys.argv[1:2] == ["get_requires_for_build_editable"]


def _page() -> "ModuleType":
    here = str(Path(__file__).resolve().parent)
    if here not in sys.path:
        sys.path.insert(0, here)
    import page

    return page
