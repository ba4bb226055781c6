"""What `GET /api/cluster` tells of nodes, runs and the queue."""

import httpx
import msgspec

from smartforge.client import Client
from smartforge.engine.base import Cluster, Limits, Node, Ticket
from tests.unit.server.rig import Rig

NOW = 1_700_000_000_000


def node(number: int) -> Node:
    return Node(
        id=f"n{number}",
        name=f"host{number}:42",
        role="serve" if number == 1 else "worker",
        version="0.1.0",
        started=NOW - 60_000,
        seen=NOW - 300,
        slots=4,
        draining=number == 2,
    )


def ticket(number: int, on: str | None = None) -> Ticket:
    return Ticket(
        project_id=f"p{number}",
        run=f"r{number}",
        seq=2,
        user="local",
        workflow="run.v1",
        queued=NOW - 10_000 + number,
        node=on,
        taken=NOW - 5000 if on else None,
    )


CLUSTER = Cluster(
    here="n2",
    now=NOW,
    limits=Limits(node=4, user=2, all=6),
    nodes=(node(1), node(2), node(3)),
    on=(ticket(1, "n1"), ticket(2, "n3"), ticket(3, "n1")),
    waiting=(ticket(5), ticket(4)),
)


async def told(rig: Rig) -> httpx.Response:
    rig.engine.seen = CLUSTER
    return await rig.client.get("/api/cluster")


async def test_each_node_is_told_with_what_it_has_on(rig: Rig) -> None:
    cluster = (await told(rig)).json()
    assert cluster["nodes"][1] == {
        "id": "n2",
        "name": "host2:42",
        "role": "worker",
        "version": "0.1.0",
        "started": NOW - 60_000,
        "seen": NOW - 300,
        "slots": 4,
        "draining": True,
        "running": 0,
    }
    assert [(each["id"], each["running"]) for each in cluster["nodes"]] == [
        ("n1", 2),
        ("n2", 0),
        ("n3", 1),
    ]
    assert (cluster["here"], cluster["now"]) == ("n2", NOW)
    assert cluster["limits"] == {"node": 4, "user": 2, "all": 6}


async def test_runs_that_wait_have_their_place_in_the_order_of_asking(rig: Rig) -> None:
    cluster = (await told(rig)).json()
    waits = {"projectId": "p5", "run": "r5", "user": "local", "queued": NOW - 9995, "position": 1}
    assert cluster["waiting"][0] == waits
    assert [(each["projectId"], each["position"]) for each in cluster["waiting"]] == [
        ("p5", 1),
        ("p4", 2),
    ]
    assert cluster["on"][1] == {
        "projectId": "p2",
        "run": "r2",
        "user": "local",
        "queued": NOW - 9998,
        "taken": NOW - 5000,
        "node": "n3",
    }


async def test_a_cluster_where_nothing_happens_is_told_as_such(rig: Rig) -> None:
    rig.engine.seen = msgspec.structs.replace(CLUSTER, on=(), waiting=())
    cluster = (await rig.client.get("/api/cluster")).json()
    assert (cluster["on"], cluster["waiting"]) == ([], [])
    assert [each["running"] for each in cluster["nodes"]] == [0, 0, 0]


async def test_the_python_client_is_told_the_same(rig: Rig) -> None:
    answer = await told(rig)
    async with Client(str(rig.client.base_url)) as client:
        assert await client.cluster() == answer.json()
