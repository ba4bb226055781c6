"""The three standard streams as a command may find them: closed, narrow, or gone in the middle."""

import io
import os
import sys

KEPT = "\n\u200c\u200d"
"""Not printable by themselves; Persian and many emoji need the joiners."""


def make_sound() -> None:
    """Replace closed streams by empty ones, and let no character be one too many for a terminal."""
    # The lowest free descriptors are taken, so that no file of ours can be written to as stdout.
    for name, flags in (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            empty = os.open(os.devnull, flags)
            setattr(sys, name, os.fdopen(empty, "r" if name == "stdin" else "w", encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def write_line(line: bytes) -> None:
    """One line of JSON on stdout, at once."""
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()


def give_up_stdout() -> None:
    """Nothing more can be written there; without this, the last flush would complain once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def plain(words: str) -> str:
    """Words of others without what a terminal would obey, such as escape sequences; lines stay."""
    return "".join(
        character if character.isprintable() or character in KEPT else "\ufffd"
        for character in words
    )
