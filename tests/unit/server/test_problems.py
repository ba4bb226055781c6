"""Every error is a problem: the table, and what the framework refuses."""

import pytest

from smartforge import errors
from smartforge.server import problems
from smartforge.server.options import ServerOptions
from smartforge.snapshot import Snapshot
from tests.unit.server.rig import Project, Rig, serving


def every_error(root: type[errors.SmartForgeError]) -> list[type[errors.SmartForgeError]]:
    return [root] + [below for each in root.__subclasses__() for below in every_error(each)]


@pytest.mark.parametrize("kind", every_error(errors.SmartForgeError))
def test_every_error_has_a_status(kind: type[errors.SmartForgeError]) -> None:
    error = kind.__new__(kind)
    errors.SmartForgeError.__init__(error, "What happened.", "What to do.")
    told = problems.of(error)
    assert 400 <= told.status <= 599
    assert (told.detail, told.hint, told.code) == ("What happened.", "What to do.", kind.code)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.UnknownProject("x"), 404),
        (errors.Conflict("x"), 409),
        (errors.SettingsInvalid("x"), 422),
        (errors.AnswerIncomplete("a.py", "x"), 502),
        (errors.Fenced("x"), 409),
        (errors.DatabaseUnusable("x"), 503),
        (errors.SmartForgeError("x"), 500),
    ],
)
def test_statuses(error: errors.SmartForgeError, status: int) -> None:
    assert problems.of(error).status == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/nothing.html", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/projects/", 404),
        ("GET", "/assets/../../door.py", 404),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
        ("POST", "/", 405),
        ("PUT", "/api/projects", 405),
        ("DELETE", "/healthz", 405),
        ("POST", "/api/stream/x", 405),
        ("GET", "/api/projects/nobody", 404),
        ("GET", "/api/projects/%00", 404),
        ("GET", "/api/projects/%ff", 404),
        ("POST", "/api/projects/nobody/retry", 404),
        ("POST", "/api/projects/nobody/cancel", 404),
        ("GET", "/api/projects?after=nobody", 404),
    ],
)
async def test_what_cannot_be_done_is_a_problem(
    rig: Rig, method: str, path: str, status: int
) -> None:
    response = await rig.client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    said = response.json()
    assert said["status"] == status
    assert said["type"] == "about:blank"
    assert said["title"]
    assert said["detail"]
    assert said["code"]
    assert (response.headers.get("allow") is not None) == (status == 405)


async def test_a_body_over_the_limit_is_refused() -> None:
    async with serving(ServerOptions(body_limit=1000)) as rig:
        for path in ("/api/projects", "/nothing", "/healthz"):
            response = await rig.client.post(path, content=b"x" * 1001)
            assert response.status_code == 413
            assert response.json()["code"] == "content_too_large"


async def test_a_body_of_no_announced_length_is_counted() -> None:
    async with serving(ServerOptions(body_limit=1000)) as rig:

        async def body(size: int):
            yield b'{"prompt": "A todo API"'
            for _ in range(size // 100):
                yield b" " * 100
            yield b"}"

        headers = {"Content-Type": "application/json"}
        for size, status in ((900, 201), (1100, 413), (1_000_000, 413)):
            response = await rig.client.post("/api/projects", content=body(size), headers=headers)
            assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        assert len(rig.engine.started) == 1


async def test_the_default_limit_is_1_mib(rig: Rig) -> None:
    body = b'{"prompt": "x"' + b" " * (1024 * 1024 - 15) + b"}"
    headers = {"Content-Type": "application/json"}
    for more, status in ((b"", 201), (b" ", 413)):
        response = await rig.client.post("/api/projects", content=body + more, headers=headers)
        assert response.status_code == status


async def test_a_fault_of_the_server_tells_nothing_of_itself(
    rig: Rig, project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(project_id: str) -> Snapshot:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(rig.log, "head", broken)
    response = await rig.client.get(f"/api/projects/{project.id}")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text
    assert "secret detail" in caplog.text, "the operator has to find it"


async def test_a_closed_log_is_503(rig: Rig, project: Project) -> None:
    await rig.log.close()
    for path in ("/readyz", "/api/projects", f"/api/projects/{project.id}"):
        response = await rig.client.get(path)
        assert response.status_code == 503, path
        assert response.headers["content-type"] == "application/problem+json"
    assert (await rig.client.get("/healthz")).status_code == 200
