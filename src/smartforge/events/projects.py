"""Facts about a project as a whole, and what its chat shows."""

from typing import Literal

import msgspec

from smartforge.events.base import Fact, Ref


class ProjectCreated(Fact, frozen=True, kw_only=True, tag="project:created"):
    """Always the first event.

    `model` is null where no model is to be asked; `planner` and `author` say what may ask it.
    `ask` says that the user may be asked before anything is made.
    """

    title: str
    prompt: str | Ref
    target: str
    model: str | None
    planner: str = "auto"
    author: str = "auto"
    ask: bool = False


class TitleChanged(Fact, frozen=True, kw_only=True, tag="title:changed"):
    """The project has a new title."""

    title: str


class ProjectDeleted(Fact, frozen=True, kw_only=True, tag="project:deleted"):
    """The project is hidden and will be gone after 24 hours."""


class ProjectUndeleted(Fact, frozen=True, kw_only=True, tag="project:undeleted"):
    """The project was brought back in time."""


class Message(Fact, frozen=True, kw_only=True, tag="message"):
    """Something that the chat shows besides steps and files."""

    id: str
    role: Literal["user", "assistant"]
    text: str | Ref


class MessageUpdated(Fact, frozen=True, kw_only=True, tag="message:updated"):
    """A waiting message was edited."""

    id: str
    role: Literal["user", "assistant"]
    text: str | Ref


class MessageRemoved(Fact, frozen=True, kw_only=True, tag="message:removed"):
    """A waiting message was taken back."""

    id: str


class Question(msgspec.Struct, frozen=True):
    """Something only the user can decide; `choices` may be empty."""

    id: str
    text: str
    choices: tuple[str, ...]


class Questions(Fact, frozen=True, kw_only=True, tag="questions"):
    """The run waits for answers. A message of the run that a user says after this has them, and
    the step that asked begins once more."""

    questions: tuple[Question, ...]
