"""How the terminal ends: exit statuses, and errors in words."""

import sys

from rich.console import Console

from smartforge.cli.streams import plain
from smartforge.errors import (
    ClientUnmade,
    DatabaseUnusable,
    PreviewFailed,
    PromptUnclear,
    SandboxUnavailable,
    ServerRefused,
    ServerUnreachable,
    SettingsInvalid,
    SmartForgeError,
    TargetUnprepared,
)

COMPLETE, FAILED, USAGE = 0, 1, 2

STATUS: dict[type[SmartForgeError], int] = {
    SettingsInvalid: USAGE,
    PromptUnclear: USAGE,
    DatabaseUnusable: FAILED,
    ServerUnreachable: FAILED,
    ServerRefused: FAILED,
    TargetUnprepared: FAILED,
    ClientUnmade: FAILED,
    SandboxUnavailable: FAILED,
    PreviewFailed: FAILED,
}


def status_of(error: SmartForgeError) -> int:
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), FAILED)


def tell(error: SmartForgeError) -> None:
    """Say on stderr what happened and what to do, without markup from untrusted words."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(plain(error.what), style="bold red", markup=False)
    if error.hint:
        console.print(plain(error.hint), markup=False)
    sys.stderr.flush()
