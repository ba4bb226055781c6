"""The models that are set: the provider of each, what is told of them, and a round trip to each."""

import asyncio
from collections.abc import Sequence

import msgspec

from smartforge.errors import SmartForgeError
from smartforge.llm.endpoint import endpoint
from smartforge.llm.known import Named
from smartforge.llm.reach import Reach
from smartforge.llm.remote import Remote
from smartforge.llm.tokens import window_of
from smartforge.llm.trial import Trial, tried

Models = Sequence[tuple[Named, tuple[str, ...]]]
"""The models that are set, each with what it is asked for."""


class Asked(msgspec.Struct, frozen=True, rename="camel"):
    """A model that is set, without any secret. `works` is what it is asked for; `key` is the
    variable that holds a key for it, None where none is set; `place` is where it is asked.
    """

    name: str
    provider: str
    place: str
    key: str | None
    works: tuple[str, ...]


class Tried(msgspec.Struct, frozen=True):
    """A model that is set, and what came of asking it once."""

    model: Asked
    trial: Trial


def provider_of(named: Named, reach: Reach) -> Remote:
    """Raises SettingsInvalid where no request could be made."""
    known = named.known
    key, url = reach.keys.get(known.name), reach.urls.get(known.name)
    match known.speech:
        case "chat":
            from smartforge.llm.openai import OpenAIProvider

            return OpenAIProvider(named.model, key, url, known=known)
        case "messages":
            from smartforge.llm.anthropic import AnthropicProvider

            return AnthropicProvider(named.model, key, url)
        case "gemini":
            from smartforge.llm.google import GoogleProvider

            return GoogleProvider(named.model, key, url)


def window(named: Named, reach: Reach) -> int | None:
    """How many tokens it takes, where that is known (see `llm.tokens.window_of`)."""
    known = named.known
    key, url = reach.keys.get(known.name), reach.urls.get(known.name)
    return window_of(endpoint(named.model, key, url, known))


def shown(named: Named, works: tuple[str, ...], reach: Reach) -> Asked:
    """Raises SettingsInvalid where no request could be made."""
    known = named.known
    key = reach.keys.get(known.name)
    where = endpoint(named.model, key, reach.urls.get(known.name), known)
    return Asked(str(named), known.name, where.place, known.key if key else None, works)


async def try_each(models: Models, reach: Reach) -> list[Tried]:
    """Ask every model once, all at the same time. Cancelling it closes the sockets."""
    return list(await asyncio.gather(*(_try(named, works, reach) for named, works in models)))


async def _try(named: Named, works: tuple[str, ...], reach: Reach) -> Tried:
    try:
        asked = shown(named, works, reach)
        provider = provider_of(named, reach)
    except SmartForgeError as error:
        asked = Asked(str(named), named.provider, "", None, works)
        return Tried(asked, Trial("", "", None, 0, problem=error.what, hint=error.hint))
    try:
        await provider.open()  # Loading a library is no time that the model takes.
        return Tried(asked, await tried(provider))
    finally:
        await provider.close()
