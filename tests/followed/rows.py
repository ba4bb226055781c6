"""A generated API with a database of its own, and somebody who makes rows there and looks."""

import contextlib
import json
import re
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import httpx

from tests.processes import environment

Json = dict[str, Any]

_END_SECONDS = 20
_ADMIN = {"email": "admin@example.com", "password": "correct horse battery"}
_TEXTS = (
    "text {n}",
    "+4930901820{n}",
    "text-{n}",
    "text_{n}",
    "T{n}X",
    "{n}",
    "{n}.50",
    "10.0.0.{n}",
    "#0000{n}",
)


@contextlib.contextmanager
def serving(folder: Path, database: Path) -> Generator[str]:
    """The URL of the project's API, which has brought the database up to date; it ends with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [str(folder / ".venv" / "bin" / "python"), "-m", "app"],
        cwd=folder,
        env=environment(
            PORT=str(port),
            DATABASE_URL=f"sqlite:///{database}",
            SECRET_KEY="k" * 40,
            PASSWORD_MEMORY="64",
            ADMIN_EMAIL=_ADMIN["email"],
            ADMIN_PASSWORD=_ADMIN["password"],
            PYTHONDONTWRITEBYTECODE="1",
        ),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    reading = threading.Thread(target=process.stderr.read)
    try:
        said = list[str]()
        for line in process.stderr:
            said.append(line)
            if "Uvicorn running" in line:
                break
        else:
            raise AssertionError(f"the API did not start: {''.join(said)[-1500:]}")
        reading.start()  # What nobody reads would stop it when the pipe is full.
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_END_SECONDS)
        if reading.ident:
            reading.join(_END_SECONDS)
        process.stderr.close()


class Visitor:
    """Somebody who uses the API: as the admin where there are roles, as an account of their own
    where there are accounts, as nobody where there are none.
    """

    def __init__(self, url: str, document: Json, database: Path) -> None:
        self._document = document
        self._database = database
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=120)
        self._tokens: list[str] = []
        self.faults: list[str] = []

    def __enter__(self) -> "Visitor":
        if "/auth/login" in self._document["paths"]:
            self._log_in(_ADMIN)
            own = {"email": "own@example.com", "password": "a password of 1"}
            if not self._log_in(own):
                body = self._sample(self._body("/auth/register"), 1, {}) | own
                self._client.post("/auth/register", json=body)
                if not self._log_in(own):
                    self.faults.append("nobody can register and log in")
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def _log_in(self, own: Json) -> bool:
        answer = self._client.post("/auth/login", json=own)
        if answer.status_code == 200:
            self._tokens.append(answer.json()["access_token"])
        return answer.status_code == 200

    def _ask(self, method: str, path: str, body: Json) -> httpx.Response:
        """Asked by each in turn until one may."""
        first, *others = [_bearing(token) for token in self._tokens or [""]]
        last = self._client.request(method, path, headers=first, json=body)
        for headers in others:
            if last.status_code in (401, 403):
                last = self._client.request(method, path, headers=headers, json=body)
        if last.status_code >= 500:
            self.faults.append(f"{method} {path}: {last.status_code}")
        return last

    # ---- looking --------------------------------------------------------------------------------

    def seen(self) -> dict[str, dict[int, Json]]:
        """What each list of rows answers, to all of them together, by the rows' ids."""
        found: dict[str, dict[int, Json]] = {}
        for path, item in self._document["paths"].items():
            if path.count("/") == 1 and "get" in item and path != "/health":
                rows = found.setdefault(path, {})
                for token in self._tokens or [""]:
                    answer = self._client.get(path, headers=_bearing(token), params={"limit": 100})
                    if answer.status_code == 200:
                        told = cast(Json | list[Json], answer.json())
                        items: list[Json] = told["items"] if isinstance(told, dict) else told
                        rows.update({one["id"]: one for one in items})
                    elif answer.status_code != 403:
                        self.faults.append(f"GET {path}: {answer.status_code}")
        return found

    # ---- making ---------------------------------------------------------------------------------

    def make(self, first: int) -> int:
        """Two rows more of everything that can be made, the first ones first; how many came."""
        count = 0
        waiting = [
            path
            for path, item in self._document["paths"].items()
            if path.count("/") == 1 and "get" in item and "post" in item
        ]
        while waiting:
            later: list[str] = []
            for path in waiting:
                known = self._references(path)
                if known is None:
                    later.append(path)
                    continue
                count += sum(self._make(path, number, known) for number in (first, first + 1))
            if len(later) == len(waiting):
                self.faults.append(f"no rows to refer to for {', '.join(later)}")
                break
            waiting = later
        return count

    def _make(self, path: str, number: int, known: Json) -> bool:
        schema = self._body(path)
        full = self._sample(schema, number, known)
        answer = self._ask("POST", path, full)
        if answer.status_code != 201:
            self.faults.append(
                f"POST {path} {json.dumps(full)}: {answer.status_code} {answer.text[:300]}"
            )
        return answer.status_code == 201

    def _body(self, path: str) -> Json:
        body = self._document["paths"][path]["post"]["requestBody"]
        return self._plain(body["content"]["application/json"]["schema"])

    def _plain(self, schema: Json) -> Json:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._plain(self._document["components"]["schemas"][name])
        for one in schema.get("anyOf", ()):
            if one.get("type") != "null":
                return self._plain(one)
        return schema

    def _references(self, path: str) -> Json | None:
        """A row for each field that refers to one; None where there is none yet to refer to."""
        table = path[1:].replace("-", "_")
        found: Json = {}
        with contextlib.closing(sqlite3.connect(self._database)) as database:
            for one in database.execute(f'PRAGMA foreign_key_list("{table}")').fetchall():
                row = database.execute(f'SELECT max(id) FROM "{one[2]}"').fetchone()
                if one[3] in self._body(path).get("properties", {}):
                    if row[0] is None:
                        return None
                    found[one[3]] = row[0]
        return found

    def _sample(self, schema: Json, number: int, known: Json) -> Json:
        """A value for every property, those that may be left out too, so that there is much to
        lose.
        """
        return {
            name: known.get(name, _value(self._plain(one), number, place))
            for place, (name, one) in enumerate(schema.get("properties", {}).items())
        }


def _bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _value(schema: Json, number: int, place: int) -> Any:
    if "enum" in schema:
        return schema["enum"][number % len(schema["enum"])]
    match schema.get("type"):
        case "integer" | "number":
            low, high = schema.get("minimum", 0), schema.get("maximum", 10**6)
            return min(max(low, number + low), high)
        case "boolean":
            return number % 2 == 0
        case "array":
            items = schema.get("items", {})
            return [f"tag {number}"] if items.get("type") == "string" else []
        case "object":
            return {}
        case _:
            return _text(schema, number, place)


def _text(schema: Json, number: int, place: int) -> str:
    match schema.get("format"):
        case "email":
            return f"somebody{number}@example.com"
        case "uri":
            return f"https://example.com/{number}"
        case "date":
            return f"2031-{number % 12 + 1:02}-{place + 1:02}"
        case "date-time":
            # Later fields have later times, and no two rows meet.
            return f"2031-{number % 12 + 1:02}-{number % 28 + 1:02}T{place + 8:02}:00:00Z"
        case "time":
            return f"{place + 8:02}:{number % 60:02}:00"
        case "uuid":
            return f"00000000-0000-4000-8000-{number:012}"
        case _:
            pattern, longest = schema.get("pattern", ""), schema.get("maxLength", 100)
            for each in _TEXTS:
                said = each.format(n=number)[:longest]
                if re.search(pattern, said) and len(said) >= schema.get("minLength", 0):
                    return said
            raise AssertionError(f"no text for {pattern}")
