"""The Python client: start a project, follow it, fetch what it made.

async with Client("http://127.0.0.1:8000") as client:
    project = await client.create("A todo API")
    async for event in client.follow(project["id"]):
        print(event.seq, event.type)
"""

from smartforge.client.connection import DEFAULT_SERVER
from smartforge.client.frames import CaughtUp, Received
from smartforge.client.projects import Client, ProjectFile

__all__ = ["DEFAULT_SERVER", "CaughtUp", "Client", "ProjectFile", "Received"]
