"""Projects in a log, made as far as a test wants, and previews of them that run nothing."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from smartforge import events
from smartforge.contract import Contract, reading
from smartforge.contract.access import Access, Accounts, Permissions
from smartforge.contract.fields import Decimal, Email, Field, Integer, Reference, Text
from smartforge.contract.resources import Resource
from smartforge.contract.rules import NotMade
from smartforge.log.memory import MemoryLog
from smartforge.log.states import States
from smartforge.preview.live import BOUNDS, Bounds, LivePreviews
from smartforge.sandbox.base import Sandbox
from tests.unit.server.rig import Project, new_project

ANYONE, USER, ADMIN = Access(), Access("user"), Access("role", ("admin",))
OWNER = Access("owner", ("admin",))

SHOP = Contract(
    title="Shop",
    resources=(
        Resource(
            name="user",
            plural="users",
            fields=(Field("email", Email(), unique=True),),
            actions=(),
            owner="id",
        ),
        Resource(
            name="book",
            plural="books",
            fields=(
                Field("title", Text()),
                Field("price", Decimal(minimum="0", maximum="1000")),
                Field("isbn", Text(), required=False, unique=True),
                Field("stock", Integer(minimum=0), required=False, default=0),
            ),
            sortable=("id", "price"),
            filters=("title",),
            ranges=("price",),
            access=Permissions(ANYONE, ADMIN, ANYONE, ADMIN, ADMIN),
        ),
        Resource(
            name="note",
            plural="notes",
            fields=(
                Field("text", Text()),
                Field("book_id", Reference("book", "cascade")),
                Field("user_id", Reference("user", "cascade"), written="never"),
            ),
            owner="user_id",
            access=Permissions(OWNER, USER, OWNER, OWNER, OWNER),
        ),
    ),
    accounts=Accounts(roles=("user", "admin")),
    not_made=(NotMade("send_mail", "Send a mail"),),
)

FILES = {"app/__init__.py": "", "app/main.py": "app = None\n"}


async def planned(log: MemoryLog, project_id: str = "project1") -> Project:
    """A project whose plan is ready, and whose files are still to come."""
    project = await new_project(log, project_id)
    await project.begin()
    await plan(project)
    return project


async def plan(project: Project) -> None:
    await project.add(
        events.PlanReady(contract=reading.to_json(SHOP), files=(), notes=(), operations_not_made=())
    )


async def completed(log: MemoryLog, project_id: str = "project1") -> Project:
    """A project with a version."""
    project = await planned(log, project_id)
    for path, text in FILES.items():
        await project.write(path, text)
    await project.complete()
    return project


@asynccontextmanager
async def previewing(
    log: MemoryLog, sandbox: Sandbox, folder: Path, bounds: Bounds = BOUNDS
) -> AsyncGenerator[LivePreviews]:
    previews = LivePreviews(
        log,
        States(log),
        sandbox,
        lambda target: Path("/packages"),
        folder,
        own_headers=frozenset({"x-smart-forge-token"}),
        own_cookies=frozenset({"smartforge_door", "smartforge_user"}),
        bounds=bounds,
    )
    async with previews.open():
        yield previews
