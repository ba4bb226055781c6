"""A generated API that runs, seen as its clients see it: over HTTP alone."""

import base64
import concurrent.futures
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "correct horse battery"
SECRET_KEY = "0123456789abcdef" * 4
ADMIN = {"email": "root@example.org", "password": "a first password"}

_numbers = itertools.count(1)


class Api:
    """Requests to one running project; `token` of the caller, if any.

    Every request is answered with the status that is demanded, else the test fails, with what the
    server wrote.
    """

    def __init__(self, client: httpx.Client, folder: Path, token: str = "") -> None:
        self._client = client
        self._folder = folder
        self.token = token

    def as_caller(self, token: str) -> "Api":
        return Api(self._client, self._folder, token)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request; the caller looks at the status."""
        headers: dict[str, str] = dict(options.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            return self._client.request(method, path, headers=headers, **options)
        except httpx.TransportError as error:
            raise AssertionError(f"{method} {path}: {error!r}; it wrote: {self._said()}") from error

    def expect(self, status: int, method: str, path: str, **options: Any) -> Any:
        """The body of the answer, which has this status."""
        answer = self.send(method, path, **options)
        if answer.status_code != status:
            told = f"{method} {path} {options}: {answer.status_code} instead of {status}"
            raise AssertionError(f"{told}: {answer.text[:1000]} {self._said()}")
        if status >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == status
        return answer.json() if answer.content else None

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return self.expect(status, "GET", path, params=query)

    def post(self, path: str, body: object = None, status: int = 201) -> Any:
        return (
            self.expect(status, "POST", path, json=body)
            if body is not None
            else (self.expect(status, "POST", path))
        )

    def patch(self, path: str, body: object, status: int = 200) -> Any:
        return self.expect(status, "PATCH", path, json=body)

    def put(self, path: str, body: object, status: int = 200) -> Any:
        return self.expect(status, "PUT", path, json=body)

    def delete(self, path: str, status: int = 204) -> Any:
        return self.expect(status, "DELETE", path)

    def ids(self, path: str, **query: Any) -> list[int]:
        """The ids of a page, in its order."""
        return [row["id"] for row in self.get(path, **query)["items"]]

    def login(self, email: str, password: str = PASSWORD) -> "Api":
        """Somebody who has registered, logged in."""
        token = self.post("/auth/login", {"email": email, "password": password}, 200)
        assert token["token_type"] == "bearer"
        return self.as_caller(token["access_token"])

    def newcomer(self, **fields: Any) -> "Api":
        """Somebody who registers with an address that nobody has, and logs in."""
        email = address()
        self.post("/auth/register", {"email": email, "password": PASSWORD, **fields})
        return self.login(email)

    def admin(self) -> "Api":
        """The account that was made from the environment."""
        return self.login(ADMIN["email"], ADMIN["password"])

    def at_once(self, count: int, method: str, path: str, **options: Any) -> list[httpx.Response]:
        """The answers to the same request, sent by that many clients at once."""
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            asked = [threads.submit(self.send, method, path, **options) for _ in range(count)]
            return [one.result() for one in asked]

    @property
    def socket(self) -> Path:
        """Where the project listens, for clients that are not this one."""
        return self._folder / "api.sock"

    def said(self) -> str:
        """All that the server wrote."""
        return (self._folder / "said.txt").read_text("utf-8")

    def _said(self) -> str:
        """What the server wrote, without what it writes of every request."""
        said = self._folder / "said.txt"
        lines = said.read_text("utf-8").splitlines() if said.exists() else []
        return "\n".join(line for line in lines if '"level": "INFO"' not in line)[-3000:]


def address() -> str:
    """An e-mail address that no other account has."""
    return f"person{next(_numbers)}@example.org"


def statuses(answers: Iterable[httpx.Response]) -> list[int]:
    """The statuses of the answers in ascending order."""
    return sorted(answer.status_code for answer in answers)


def errors(problem: Mapping[str, Any]) -> list[list[str | int]]:
    """Where a 422 found something wrong."""
    return [error["location"] for error in problem["errors"]]


# ---- tokens -----------------------------------------------------------------------------------


def claims(token: str) -> dict[str, Any]:
    """What a token says, unchecked."""
    return json.loads(_decoded(token.split(".")[1]))


def signed(payload: object, key: str = SECRET_KEY, algorithm: str = "HS256") -> str:
    """A JWT (RFC 7519) made by hand; `none` leaves the signature out."""
    header = {"alg": algorithm, "typ": "JWT"}
    text = ".".join(_encoded(json.dumps(one).encode()) for one in (header, payload))
    if algorithm == "none":
        return f"{text}."
    return f"{text}.{_encoded(hmac.digest(key.encode(), text.encode(), hashlib.sha256))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
