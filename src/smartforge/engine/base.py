"""What an engine promises to the doors: runs are started, queued, taken back, ended, retried."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from smartforge.events import CheckName

LOCAL_USER = "local"
"""Who asks from the terminal and from this machine: there are no accounts yet."""


class NewProject(msgspec.Struct, frozen=True):
    """What a user asks for. Names that are None take the server's defaults.

    With `ask` the first run may ask the user something before it makes anything; with `approve` it
    waits with its plan until that is approved; with `offer` it does so with a plan by rules where
    the model's is of no use, and fails there without.
    """

    prompt: str
    target: str | None = None
    model: str | None = None
    planner: str | None = None
    author: str | None = None
    user: str = LOCAL_USER
    ask: bool = False
    approve: bool = False
    offer: bool = False


class Limits(msgspec.Struct, frozen=True):
    """How many runs may be on at once: on each node, of each user, and in all."""

    node: int = 4
    user: int = 4
    all: int = 100


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A run that waits for its turn or is on: `node` is the id of the node that executes it.

    `seq` is that of its `run:queued`, which orders the runs of a project; `workflow` names the
    code that executes it. `queued` is when it was asked for, `taken` when the node took it, in
    Unix milliseconds.
    """

    project_id: str
    run: str
    seq: int
    user: str
    workflow: str
    queued: int
    node: str | None = None
    taken: int | None = None


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One process that executes runs. Times are Unix milliseconds by its database's clock.

    `name` is its host and process, `role` is `serve` or `worker`. One that is `draining` takes
    no more runs.
    """

    id: str
    name: str
    role: str
    version: str
    started: int
    seen: int
    slots: int
    draining: bool = False


class Today(msgspec.Struct, frozen=True, rename="camel"):
    """What a user has used since the day began: tokens, input and output; `usd`, a decimal string,
    null once a price was not known. `until` is when the next day begins, in Unix milliseconds."""

    tokens: int
    usd: str | None
    until: int


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes, oldest first; the runs that are on; those that wait, in the order of asking.

    `here` is the id of the node that was asked, `now` the time by its database's clock, in Unix
    milliseconds.
    """

    here: str
    now: int
    limits: Limits
    nodes: tuple[Node, ...]
    on: tuple[Ticket, ...]
    waiting: tuple[Ticket, ...]


class Engine(Protocol):
    """Executes runs: at most one at a time in a project, the others queue in order.

    Every method returns once its effect is stored as an event; the log tells the rest.
    Each raises UnknownProject for an unknown or deleted project.
    """

    async def open(self) -> None:
        """Take up what an earlier process left: what was on goes on, what waited runs.

        A run that was taken up again and again without finishing a step ends as `interrupted`.
        """
        ...

    async def close(self) -> None:
        """Stop every run of this process; each goes on at the next `open`."""
        ...

    async def start(self, new: NewProject) -> str:
        """Create a project and queue its first run; return the project's id.

        Raises SettingsInvalid for an unknown target, planner, author, or a model that is not set;
        DayClosed where a model is to be asked and the user's day is used up, as `message` and
        `retry` do.
        """
        ...

    async def message(
        self,
        project_id: str,
        prompt: str,
        user: str = LOCAL_USER,
        *,
        approve: bool = False,
        offer: bool = False,
    ) -> str:
        """Queue a run for a follow-up; return the message's id.

        `approve` and `offer` are those of a NewProject.
        """
        ...

    async def edit(self, project_id: str, message_id: str, prompt: str) -> None:
        """Change the words of a follow-up whose run has not begun; it runs with the new ones.

        Raises Conflict where its run has begun or is over, UnknownMessage where there is none
        such, or none any more.
        """
        ...

    async def remove(self, project_id: str, message_id: str) -> None:
        """Take a follow-up back: its run never begins, and no later run is told its words.

        Raises what `edit` raises.
        """
        ...

    async def retry(self, project_id: str, user: str = LOCAL_USER) -> None:
        """Queue the last failed, cancelled or interrupted request again.

        Raises Conflict while a run is on or queued, or where the last run did complete.
        """
        ...

    async def answer(
        self, project_id: str, answers: Mapping[str, str], user: str = LOCAL_USER
    ) -> None:
        """Answer the questions that a run waits with, by their ids, and queue it again.

        What is left out or blank is decided without the user. Raises Conflict where no run
        waits for answers, where others were given, and for a question that was not asked.

        A question about a plan has to be answered: `Approve` lets the run go on, and once more
        changes nothing; `Reject` ends it; any other words change the plan, which then waits in
        turn, under a question of its own. Raises Conflict for a plan that is out of date.
        """
        ...

    async def restore(self, project_id: str, version: int, user: str = LOCAL_USER) -> None:
        """Queue a run that makes a new version with exactly the files of this one.

        Raises UnknownVersion where there is none such, Conflict while no version is complete.
        """
        ...

    async def check(
        self, project_id: str, checks: Sequence[CheckName] = (), user: str = LOCAL_USER
    ) -> None:
        """Queue a run that asks the checks of the latest version again, or those of these names.

        It plans and writes nothing and makes no version; where a required one fails, the run
        does. Raises Conflict while no version is complete.
        """
        ...

    async def edit_file(
        self, project_id: str, path: str, text: bytes, version: int, user: str = LOCAL_USER
    ) -> None:
        """Queue a run that makes a new version of this one with a file as the user wants it.

        Raises Conflict while a run is on or queued, or where
        another version is the latest.
        """
        ...

    async def rename(self, project_id: str, title: str) -> None:
        """Raises Conflict before the first plan, which gives the project its own title."""
        ...

    async def delete(self, project_id: str) -> None:
        """Hide a project. Raises Conflict while a run is on or queued."""
        ...

    async def undelete(self, project_id: str) -> None:
        """Bring a project back within a day of its deletion.

        Raises Conflict where it was not deleted.
        """
        ...

    async def duplicate(self, project_id: str) -> str:
        """Make a project whose first version is the latest of this one; return its id.

        Raises Conflict while no version is complete.
        """
        ...

    async def cancel(self, project_id: str, run: str | None = None) -> None:
        """End the active run with `run:cancelled`; without an active run nothing happens.

        Raises Conflict where `run` names another run than the active one.
        """
        ...

    async def today(self, user: str) -> Today:
        """What the model calls of this user have used since the day began, in UTC."""
        ...

    async def cluster(self) -> Cluster:
        """Who executes runs, what is on, and what waits."""
        ...
