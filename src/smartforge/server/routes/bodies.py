"""What the bodies of requests may hold, and how what they may not is said."""

from typing import Annotated, Literal

from fastapi import Header
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from smartforge.events import CheckName

PROMPT_LENGTH = 20_000
NAME_LENGTH = 200
ANSWER_LENGTH = 2_000
MOST_ANSWERS = 3
MOST_CHECKS = 20
MOST_VERSIONS = 999_999_999


def _sound(text: str) -> str:
    """Text that UTF-8 and every database can hold."""
    if "\x00" in text:
        raise ValueError("holds the NUL character; take it out")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("holds half of a surrogate pair; send whole characters")
    return text


def _prompt(text: str) -> str:
    trimmed = _sound(text).strip()
    if not trimmed:
        raise ValueError("is blank; describe the API that you want")
    if len(trimmed) > PROMPT_LENGTH:
        raise ValueError(f"has {len(trimmed):,} characters; at most {PROMPT_LENGTH:,} are taken")
    return trimmed


def _answer(text: str) -> str:
    if len(_sound(text)) > ANSWER_LENGTH:
        raise ValueError(f"has {len(text):,} characters; at most {ANSWER_LENGTH:,} are taken")
    return text.strip()


def _name(text: str) -> str:
    if not 0 < len(_sound(text).strip()) <= NAME_LENGTH:
        raise ValueError(f"has to have 1 to {NAME_LENGTH} characters")
    return text.strip()


def _title(text: str) -> str:
    return " ".join(_name(text).split())


Prompt = Annotated[
    str,
    AfterValidator(_prompt),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": PROMPT_LENGTH}),
]
Name = Annotated[
    str,
    AfterValidator(_name),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": NAME_LENGTH}),
]
Title = Annotated[
    str,
    AfterValidator(_title),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": NAME_LENGTH}),
]
Answer = Annotated[
    str,
    AfterValidator(_answer),
    WithJsonSchema({"type": "string", "maxLength": ANSWER_LENGTH}),
]
Key = Annotated[str | None, Header(alias="Idempotency-Key")]


class Body(BaseModel):
    """Base of request bodies: camelCase, and a misspelt field is said."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


class NewProjectBody(Body):
    """What a user asks for; what is left out takes the server's defaults. With `ask` the first run
    may ask up to three questions before it makes anything, and waits for the answers; with
    `approve` it waits with its plan until that is approved; with `offer` it waits with a plan by
    rules where the model's is of no use, and else fails there."""

    prompt: Prompt
    target: Name | None = None
    model: Name | None = None
    planner: Name | None = None
    author: Name | None = None
    ask: bool = False
    approve: bool = False
    offer: bool = False


class MessageBody(Body):
    """A follow-up. With `baseVersion` it is refused once there is a newer version; `approve` and
    `offer` are as of a new project."""

    prompt: Prompt
    base_version: Annotated[int | None, Field(ge=1)] = None
    from_: Annotated[Literal["version", "work"], Field(alias="from")] = "version"
    approve: bool = False
    offer: bool = False


class EditBody(Body):
    """What a follow-up that waits is to say instead."""

    prompt: Prompt


class AnswersBody(Body):
    """Answers by the ids of the questions; what is left out is decided without the user. A plan
    takes `Approve`, `Reject`, or what is to be otherwise."""

    answers: Annotated[dict[Name, Answer], Field(max_length=MOST_ANSWERS)]


class RestoreBody(Body):
    """Which version is to be as it was."""

    version: Annotated[int, Field(ge=1, le=MOST_VERSIONS)]


class ChecksBody(Body):
    """Which checks to run again; all where none is named."""

    checks: Annotated[tuple[CheckName, ...], Field(max_length=MOST_CHECKS)] = ()


class TitleBody(Body):
    """What the project is to be called."""

    title: Title


class CancelBody(Body):
    """Which run to end; the active one where none is named."""

    run: Name | None = None


class NoBody(Body):
    """Nothing."""
