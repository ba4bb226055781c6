"""Runs generated projects, each in a child of one process that has imported their packages once.

Reads commands from standard input and answers each with one line:
`start FOLDER KEY=VALUE...` (a JSON list) gives the id of a process that serves the project in
FOLDER on the unix socket FOLDER/api.sock, where requests may be sent at once; `stop ID` ends it.
With a number behind, so many processes serve it together, and the answer is the list of their ids.
SWITCH_SECONDS among the settings is how long a thread may go on while others wait.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys

USED = (
    *("alembic.command", "argon2", "email_validator", "fastapi", "jwt", "multipart", "pydantic"),
    *("pydantic_settings", "sqlalchemy.orm", "sqlalchemy.dialects.sqlite", "uvicorn"),
)


def main() -> None:
    for name in USED:
        # What one version of the packages lacks, no project of it imports.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    # What is imported stays; looking for rubbish takes a third of the time in which a child starts.
    gc.disable()
    gc.freeze()
    for line in sys.stdin:
        verb, *rest = json.loads(line)
        if verb == "start":
            workers = start(rest[0], rest[1], *rest[2:])
            print(json.dumps(workers) if rest[2:] else workers[0], flush=True)
        else:
            os.kill(rest[0], signal.SIGKILL)
            os.waitpid(rest[0], 0)
            print("stopped", flush=True)


def start(folder: str, environment: dict[str, str], workers: int = 1) -> list[int]:
    listening = socket.socket(socket.AF_UNIX)
    os.chdir(folder)
    # A relative name, since a socket's path must be short.
    listening.bind("api.sock")
    listening.listen(128)
    children: list[int] = []
    for _ in range(workers):
        child = os.fork()
        if not child:
            serve(folder, environment, listening)
        children.append(child)
    listening.close()
    return children


def serve(folder: str, environment: dict[str, str], listening: socket.socket) -> None:
    try:
        said = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.environ.clear()
        os.environ.update(environment)
        sys.setswitchinterval(float(os.environ.get("SWITCH_SECONDS", "0.005")))
        sys.path.insert(0, folder)
        uvicorn = importlib.import_module("uvicorn")
        uvicorn.run("app.main:app", fd=listening.fileno(), log_config=None, access_log=False)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
