"""What went wrong at a model's endpoint, in the provider's own words, with secrets struck out."""

import json
import re
from typing import Any, cast

import httpx2
from openai import OpenAIError
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRequestRejectedError,
    ModelTimeoutError,
    UserError,
)

from smartforge.errors import AnswerIncomplete, ModelFailed
from smartforge.llm.endpoint import Endpoint

MAX_WORDS = 500

PASSING = (408, 429)  # too slow, too often: RFC 9110 section 15.5.9, RFC 6585 section 4
UNABLE = (501, 505)  # the only ones from 500 on that say what the server never does

_SPEECH = {"chat": "chat completion", "messages": "stream of messages", "gemini": "Gemini answer"}

AGAIN = "Try again; if it happens again, choose another model."


class Silent(Exception):
    """Nothing came from the endpoint for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"nothing came for {seconds:g} s")
        self.seconds = seconds


class TooLong(Exception):
    """The answer went beyond the limit of `characters`."""

    def __init__(self, characters: int) -> None:
        super().__init__(f"more than {characters:,} characters")


class Unended(Exception):
    """The response ended, and the provider had not said that the answer does."""


# Besides their own errors, the client libraries raise the plain ones here where an endpoint
# answers with JSON of another shape than the protocol has.
ERRORS = (
    AgentRunError,
    UserError,
    OpenAIError,
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    AssertionError,
    Silent,
    TooLong,
    Unended,
)


def explain(error: Exception, endpoint: Endpoint, begun: bool) -> ModelFailed:
    """`error` as a user should read it.

    AnswerIncomplete (with an empty path) where a part of the answer had come (`begun`), else
    ModelFailed; `passing` where the same request may succeed a little later. Raise it outside of
    the `except` block: the error's own text may hold the key.
    """
    what, hint = _told(error, endpoint)
    what = endpoint.redact(what)
    passing, after = _passes(error), error.retry_after if isinstance(error, ModelAPIError) else None
    if begun:
        return AnswerIncomplete("", what, hint, passing=passing, after=after)
    return ModelFailed(what, hint, passing=passing, after=after)


def status_of(error: Exception) -> int:
    """The HTTP status that the endpoint gave, 0 where there was none."""
    return error.status_code if isinstance(error, ModelHTTPError) else 0


def _passes(error: Exception) -> bool:
    """Whether the reason lies with the moment: too much to do, a defect there, a lost connection.

    What refuses the request itself, the key, the account or the model would refuse it again.
    """
    match error:
        case Silent() | Unended():
            return True
        case ModelQuotaExceededError() | ModelRequestRejectedError():
            return False
        case ModelHTTPError(status_code=status):
            return status in PASSING or (status >= 500 and status not in UNABLE)
        case ModelAPIError():
            return True
        case _:
            return False


def _told(error: Exception, endpoint: Endpoint) -> tuple[str, str]:
    place = endpoint.place
    match error:
        case Silent():
            what = f"{place} was silent for {error.seconds:g} s; the answer is not whole."
            return what, (
                "Try again, or choose a faster model or endpoint. A proxy in between that keeps"
                " answers back until they are whole looks the same: turn its buffering off."
            )
        case TooLong():
            return f"The answer of {place} had {error} and was cut off.", AGAIN
        case ModelHTTPError():
            return _refused(error, place), _hint(error, error.status_code, endpoint)
        case ModelTimeoutError():
            return f"{place} did not answer in time.", _unreachable(endpoint)
        case ModelConnectionError() if error.phase in ("connect", "pool"):
            return f"{place} cannot be reached ({_cause(error)}).", _unreachable(endpoint)
        case ModelConnectionError():
            return f"The connection to {place} broke off ({_cause(error)}).", AGAIN
        case Unended():
            return _unended(place)
        case ModelAPIError() if "finish_reason" in error.message:
            return _unended(place)
        case ModelAPIError():
            return f"{place} broke off with: {_words(error.body, error.message)}", AGAIN
        case _:
            what = f"{place} answered what is no {_SPEECH[endpoint.known.speech]} ({_name(error)})."
            return what, _wrong_address(endpoint)


def _unended(place: str) -> tuple[str, str]:
    what = f"The answer of {place} ended without saying that it is whole."
    return what, "Try again; if it happens again, a proxy in between may be cutting it."


def _wrong_address(endpoint: Endpoint) -> str:
    usual = "for most endpoints it ends in /v1" if endpoint.known.speech == "chat" else ""
    usual = usual or f"without it {endpoint.known.url} is asked"
    return f"Check {endpoint.known.address}: {usual}."


def _refused(error: ModelHTTPError, place: str) -> str:
    return f"{place} refused with status {error.status_code}: {_words(error.body, '')}"


def _hint(error: ModelAPIError, status: int, endpoint: Endpoint) -> str:
    known = endpoint.known
    pull = f" Fetch it with `{known.pull} {endpoint.model}`." if known.pull else ""
    match error:
        case ModelQuotaExceededError():
            return "Check the plan and the balance of the account that the key belongs to."
        case _ if isinstance(error, ModelContextWindowExceededError) or _too_long(error, status):
            return (
                "Shorten the prompt, or choose a model with a larger context; a local server is"
                " started with a larger one by an option of its own."
            )
        case ModelNotFoundError():
            return f"Check the name of the model ({endpoint.model}) and {known.address}.{pull}"
        case ModelAuthenticationError():
            return _wrong_key(endpoint)
        case _ if status in (401, 403):
            return _wrong_key(endpoint)
        case _ if status in (404, 405):
            return f"Check the name of the model ({endpoint.model}). {_wrong_address(endpoint)}"
        case _ if status == 429:
            return "The provider limits how often it can be asked: wait a little and try again."
        case _ if status >= 500:
            return "The provider has a problem: try again later, or choose another model."
        case _:
            return f"Check that {endpoint.model} is served as {_SPEECH[known.speech]} there."


def _wrong_key(endpoint: Endpoint) -> str:
    keys = " or ".join(endpoint.known.keys)
    return f"Check {keys}: it is missing, wrong, or not allowed to use this model."


def _too_long(error: ModelAPIError, status: int) -> bool:
    """Local servers have words of their own for a prompt that does not fit, such as llama.cpp's
    `the request exceeds the available context size`."""
    said = json.dumps(error.body, default=str).lower()
    return status in (400, 413, 422, 500) and "context" in said and "exceed" in said


def _unreachable(endpoint: Endpoint) -> str:
    return f"Check that something listens at {endpoint.place}, and {endpoint.known.address}."


def _words(body: object, otherwise: str) -> str:
    """The sentence in an error body, whatever its shape, on one line."""
    said = body
    for name in ("error", "message", "detail"):
        if isinstance(said, dict):
            said = cast(dict[str, Any], said).get(name, said)
    if said is None or said == "":
        said = otherwise or "no reason given"
    text = said if isinstance(said, str) else json.dumps(said, default=str)
    if "<html" in text.lower() or "<!doctype" in text.lower():
        text = "a web page: " + re.sub(r"(?s)<(style|script).*?</\1>|<[^>]*>", " ", text)
    line = " ".join(text.split())
    return line if len(line) <= MAX_WORDS else line[:MAX_WORDS] + "…"


def _cause(error: Exception) -> str:
    """The name of the deepest error below: `ConnectError` says more than `Connection error.`"""
    deepest: BaseException = error
    while deepest.__cause__ is not None:
        deepest = deepest.__cause__
    return _words(str(deepest), _name(deepest))


def _name(error: BaseException) -> str:
    return type(error).__name__
