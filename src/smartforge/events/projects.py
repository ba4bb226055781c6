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


APPROVE, REJECT = "Approve", "Reject"
"""The choices of a question about a plan."""


class Question(msgspec.Struct, frozen=True):
    """Something only the user can decide; `choices` may be empty.

    One that is about the `plan` asks whether that is to be made: the choices say yes and no, other
    words say what is to be otherwise. One about `words` asks what those leave open.
    """

    id: str
    text: str
    choices: tuple[str, ...]
    about: Literal["words", "plan"] = "words"


class Questions(Fact, frozen=True, kw_only=True, tag="questions"):
    """The run waits for answers. A message of the run that a user says after this has them, and
    the step that asked begins once more; the next one, without a message, where a plan was
    approved."""

    questions: tuple[Question, ...]

    @property
    def about_plan(self) -> bool:
        """Whether the run waits for the approval of its plan."""
        return any(one.about == "plan" for one in self.questions)
