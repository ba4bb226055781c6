"""Routes of projects and their runs."""

import asyncio

import httpx
import pytest

from smartforge import events
from tests.unit.server.rig import Project, Rig, new_project, serving, until, waiters

PROMPT = "A todo API"


async def create(rig: Rig, prompt: str = PROMPT, **more: object) -> httpx.Response:
    return await rig.client.post("/api/projects", json={"prompt": prompt} | more)


async def test_a_project_is_made_once_its_run_is_queued(rig: Rig) -> None:
    response = await create(rig)
    assert response.status_code == 201
    snapshot = response.json()
    assert response.headers["location"] == f"/api/projects/{snapshot['id']}"
    assert snapshot["status"] == "queued"
    assert snapshot["prompt"] == PROMPT
    assert len(snapshot["queue"]) == 1
    again = await rig.client.get(response.headers["location"])
    assert again.json() == snapshot


async def test_what_is_chosen_reaches_the_engine(rig: Rig) -> None:
    choice = {"target": "fastapi", "model": "gpt", "planner": "offline", "author": "auto"}
    assert (await create(rig, **choice)).status_code == 201
    new = rig.engine.started[0]
    assert (new.target, new.model, new.planner, new.author) == tuple(choice.values())


@pytest.mark.parametrize(
    "prompt", ["x", "  x\n", "é" * 20_000, " " * 50 + "x" * 20_000 + "\n", "🐢" * 20_000, "🐢"]
)
async def test_prompts_are_trimmed_and_taken(rig: Rig, prompt: str) -> None:
    response = await create(rig, prompt)
    assert response.status_code == 201, response.text
    assert rig.engine.started[0].prompt == prompt.strip()


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b'{"prompt": ""}', "blank"),
        (b'{"prompt": " \\n\\t "}', "blank"),
        (b'{"prompt": "%b"}' % (b"x" * 20_001), "20,001"),
        (b'{"prompt": "%b"}' % ("🐢".encode() * 20_001), "20,001"),
        (b'{"prompt": "a\\u0000b"}', "NUL"),
        (b'{"prompt": "a\\ud800b"}', "surrogate"),
        (b'{"prompt": "a\\udc00"}', "surrogate"),
        (b'{"prompt": null}', "string"),
        (b'{"prompt": 7}', "string"),
        (b'{"prompt": ["x"]}', "string"),
        (b'{"prompt": "x", "targt": "fastapi"}', "targt"),
        (b'{"prompt": "x", "\\ud800": 1}', "unicode"),
        (b'{"prompt": "x", "target": ""}', "characters"),
        (b'{"prompt": "x", "model": "a\\u0000"}', "NUL"),
        (b'{"prompt": "x", "model": "%b"}' % (b"m" * 201), "200"),
        (b"{}", "required"),
        (b"", "required"),
        (b"null", "dictionary"),
        (b"[]", "dictionary"),
        (b'"x"', "dictionary"),
        (b"{", "JSON"),
        (b'{"prompt": "x"} trailing', "JSON"),
    ],
)
async def test_bodies_that_make_no_sense_are_refused(rig: Rig, body: bytes, word: str) -> None:
    headers = {"Content-Type": "application/json"}
    response = await rig.client.post("/api/projects", content=body, headers=headers)
    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "request_invalid"
    assert word.lower() in problem["detail"].lower()
    assert problem["errors"][0]["location"][0] == "body"
    assert rig.engine.started == []


@pytest.mark.parametrize("body", [b'{"prompt": "\xff"}', b"[" * 100_000])
async def test_bodies_that_cannot_be_read_are_400(rig: Rig, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = await rig.client.post("/api/projects", content=body, headers=headers)
    assert response.status_code == 400
    assert response.json()["code"] == "bad_request"


async def test_a_body_that_is_not_said_to_be_json_is_415(rig: Rig) -> None:
    for media in ("text/plain", "application/x-www-form-urlencoded"):
        headers = {"Content-Type": media}
        response = await rig.client.post(
            "/api/projects", content=b'{"prompt": "x"}', headers=headers
        )
        assert response.status_code == 415
        assert "application/json" in response.json()["hint"]


async def test_an_unknown_target_is_refused_with_a_hint(rig: Rig) -> None:
    response = await create(rig, target="cobol")
    assert response.status_code == 422
    assert response.json()["hint"] == "Choose fastapi."


async def test_the_list_is_newest_first_in_pages(rig: Rig) -> None:
    for number in range(5):
        await new_project(rig.log, f"n{number}")
    first = (await rig.client.get("/api/projects?limit=2")).json()
    assert [each["id"] for each in first["projects"]] == ["n4", "n3"]
    assert first["next"] == "n3"
    second = (await rig.client.get("/api/projects?limit=3&after=n3")).json()
    assert [each["id"] for each in second["projects"]] == ["n2", "n1", "n0"]
    assert second["next"] is None
    assert first["projects"][0].keys() == {
        "id", "title", "status", "seq", "queued", "createdAt",
    }  # fmt: skip


async def test_a_limit_above_100_is_lowered(rig: Rig) -> None:
    for number in range(102):
        await new_project(rig.log, f"n{number}")
    listed = (await rig.client.get("/api/projects?limit=1000000")).json()
    assert len(listed["projects"]) == 100


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=x", "limit=1.5"])
async def test_limits_that_make_no_sense_are_refused(rig: Rig, query: str) -> None:
    assert (await rig.client.get(f"/api/projects?{query}")).status_code == 422


async def test_deleted_projects_are_nowhere(rig: Rig, project: Project) -> None:
    await rig.log.append(project.id, [events.ProjectDeleted()], run=None)
    assert (await rig.client.get("/api/projects")).json() == {"projects": [], "next": None}
    for method, rest in (
        ("GET", ""),
        ("GET", "/events"),
        ("GET", "/files"),
        ("GET", "/files/a.py"),
        ("GET", "/blobs/" + "0" * 64),
        ("GET", "/export.zip"),
        ("POST", "/retry"),
        ("POST", "/cancel"),
        ("DELETE", "/messages/m1"),
    ):
        response = await rig.client.request(method, f"/api/projects/{project.id}{rest}")
        assert response.status_code == 404, rest
        assert response.json()["code"] == "unknown_project"


async def test_a_message_is_queued(rig: Rig, project: Project) -> None:
    path = f"/api/projects/{project.id}/messages"
    response = await rig.client.post(path, json={"prompt": " add tags "})
    assert response.status_code == 202
    snapshot = (await rig.client.get(f"/api/projects/{project.id}")).json()
    assert snapshot["messages"][0]["id"] == response.json()["messageId"]
    assert snapshot["messages"][0]["text"] == "add tags"


async def test_a_message_for_a_stale_version_is_refused(rig: Rig, project: Project) -> None:
    path = f"/api/projects/{project.id}/messages"
    body = {"prompt": "x", "baseVersion": 1}
    assert (await rig.client.post(path, json=body)).status_code == 409
    await project.make({"a.py": "x = 1"})
    assert (await rig.client.post(path, json=body)).status_code == 202
    await project.make({"a.py": "x = 2"})
    assert (await rig.client.post(path, json=body)).status_code == 409


async def test_a_message_that_waits_is_edited_and_removed(rig: Rig, project: Project) -> None:
    base = f"/api/projects/{project.id}"
    said = (await rig.client.post(f"{base}/messages", json={"prompt": "add tags"})).json()
    path = f"{base}/messages/{said['messageId']}"
    edited = await rig.client.patch(path, json={"prompt": "  add colours\n"})
    assert (edited.status_code, edited.json()) == (200, said)
    snapshot = (await rig.client.get(base)).json()
    assert [each["text"] for each in snapshot["messages"]] == ["add colours"]
    removed = await rig.client.delete(path)
    assert (removed.status_code, removed.content) == (204, b"")
    snapshot = (await rig.client.get(base)).json()
    assert (snapshot["messages"], snapshot["queue"]) == ([], [])


async def test_a_message_that_does_not_wait_is_left_as_it_is(rig: Rig, project: Project) -> None:
    base = f"/api/projects/{project.id}/messages"
    said = (await rig.client.post(base, json={"prompt": "add tags"})).json()["messageId"]
    begun = events.RunStarted(trigger="message", base_version=None, message_id=said)
    await project.add(begun)
    for method, body in (("PATCH", {"prompt": "x"}), ("DELETE", None)):
        refused = await rig.client.request(method, f"{base}/{said}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        assert refused.json()["hint"]
        for unknown in ("m99", "..%2F..%2Fx", "%00", "%ff", "x" * 300):
            refused = await rig.client.request(method, f"{base}/{unknown}", json=body)
            assert refused.status_code == 404
            assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b'{"prompt": " \\n "}', "blank"),
        (b'{"prompt": "%b"}' % (b"x" * 20_001), "20,001"),
        (b'{"prompt": "a\\u0000b"}', "NUL"),
        (b'{"prompt": "x", "baseVersion": 1}', "baseVersion"),
        (b"{}", "required"),
    ],
)
async def test_edits_that_make_no_sense_are_refused(
    rig: Rig, project: Project, body: bytes, word: str
) -> None:
    path = f"/api/projects/{project.id}/messages/m1"
    headers = {"Content-Type": "application/json"}
    response = await rig.client.patch(path, content=body, headers=headers)
    assert response.status_code == 422
    assert word in response.json()["detail"]
    assert rig.engine.asked == []


async def test_retry_and_cancel_reach_the_engine(rig: Rig, project: Project) -> None:
    await project.begin()
    base = f"/api/projects/{project.id}"
    refused = await rig.client.post(f"{base}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    await project.fail()
    assert (await rig.client.post(f"{base}/retry", json={})).status_code == 202
    assert (await rig.client.post(f"{base}/cancel")).status_code == 202
    assert (await rig.client.post(f"{base}/cancel", json={"run": "r1"})).status_code == 202
    assert (await rig.client.post(f"{base}/cancel", json={"run": None})).status_code == 202
    assert (await rig.client.post(f"{base}/cancel", json={"run": "r9"})).status_code == 409
    assert (await rig.client.post(f"{base}/cancel", json={"rum": "r9"})).status_code == 422
    assert [each[0] for each in rig.engine.asked] == ["retry"] * 2 + ["cancel"] * 4


async def test_the_same_key_and_body_make_one_project(rig: Rig) -> None:
    headers = {"Idempotency-Key": "k1"}
    body = {"prompt": PROMPT}
    first = await rig.client.post("/api/projects", json=body, headers=headers)
    again = await rig.client.post("/api/projects", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["location"] == again.headers["location"]
    other = await rig.client.post("/api/projects", json={"prompt": "Other"}, headers=headers)
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    assert len(rig.engine.started) == 1


async def test_a_key_is_a_keys_for_its_route_alone(rig: Rig, project: Project) -> None:
    headers = {"Idempotency-Key": "k1"}
    path = f"/api/projects/{project.id}/messages"
    for expected in (1, 1):
        await rig.client.post(path, json={"prompt": "x"}, headers=headers)
        assert len(rig.engine.asked) == expected
    other = await new_project(rig.log, "other")
    await rig.client.post(
        f"/api/projects/{other.id}/messages", json={"prompt": "x"}, headers=headers
    )
    assert len(rig.engine.asked) == 2


async def test_two_requests_at_once_with_one_key_make_one_project() -> None:
    gate = asyncio.Event()
    async with serving(gate=gate) as rig:
        headers = {"Idempotency-Key": "k1"}
        posts = [
            asyncio.create_task(
                rig.client.post("/api/projects", json={"prompt": PROMPT}, headers=headers)
            )
            for _ in range(2)
        ]
        await until(lambda: rig.engine.started)
        gate.set()
        first, second = await asyncio.gather(*posts)
        assert first.json() == second.json()
        assert len(rig.engine.started) == 1


@pytest.mark.parametrize("key", ["", "k" * 256, "a\tb"])
async def test_keys_that_make_no_sense_are_refused(rig: Rig, key: str) -> None:
    response = await rig.client.post(
        "/api/projects", json={"prompt": PROMPT}, headers={"Idempotency-Key": key}
    )
    assert response.status_code == 422


async def test_every_event_can_be_polled(rig: Rig, project: Project) -> None:
    await project.make({"a.py": "x" * 300})
    stored = await project.datas()
    path = f"/api/projects/{project.id}/events"
    seen: list[object] = []
    after, done = 0, False
    while not done:
        answer = (await rig.client.get(path, params={"after": after, "limit": 7})).json()
        seen += answer["events"]
        after, done = answer["last"], answer["done"]
        assert done == (after == len(stored))
    assert [each["seq"] for each in seen] == list(range(1, len(stored) + 1))  # type: ignore[index]
    whole = await rig.client.get(path, params={"limit": 10**9})
    assert whole.content.startswith(b'{"events":[' + b",".join(stored) + b"]")


async def test_a_limit_of_events_above_10000_is_lowered(rig: Rig, project: Project) -> None:
    await project.chunks(10_001)
    answer = await rig.client.get(f"/api/projects/{project.id}/events?limit=20000")
    assert len(answer.json()["events"]) == 10_000
    assert answer.json()["done"] is False


async def test_polling_says_whether_a_run_is_on(rig: Rig, project: Project) -> None:
    path = f"/api/projects/{project.id}/events?after=3"
    await project.begin()
    assert (await rig.client.get(path)).json() == {"events": [], "last": 3, "done": False}
    await project.fail()
    answer = (await rig.client.get(path)).json()
    assert (answer["last"], answer["done"]) == (4, True)


async def test_polling_beyond_the_tail_says_the_tail(rig: Rig, project: Project) -> None:
    answer = await rig.client.get(f"/api/projects/{project.id}/events?after=99")
    assert answer.json() == {"events": [], "last": 1, "done": False}


async def test_a_poll_waits_for_the_next_event(rig: Rig, project: Project) -> None:
    path = f"/api/projects/{project.id}/events?after=1&wait=25"
    poll = asyncio.create_task(rig.client.get(path))
    await until(lambda: waiters(rig))
    await project.add(events.RunQueued(position=0, trigger="prompt"))
    answer = (await poll).json()
    assert [each["type"] for each in answer["events"]] == ["run:queued"]


async def test_a_poll_that_waits_in_vain_is_empty(rig: Rig, project: Project) -> None:
    answer = await rig.client.get(f"/api/projects/{project.id}/events?after=1&wait=0.01")
    assert answer.json()["events"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("after=-1", 400),
        ("after=x", 400),
        ("after=" + "9" * 99, 400),
        ("limit=0", 422),
        ("limit=x", 422),
        ("wait=-1", 422),
        ("wait=nan", 422),
        ("wait=inf", 422),
    ],
)
async def test_polls_that_make_no_sense_are_refused(
    rig: Rig, project: Project, query: str, status: int
) -> None:
    response = await rig.client.get(f"/api/projects/{project.id}/events?{query}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
