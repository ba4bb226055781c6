"""How many tokens a text is, about, and how many a model takes."""

import re

from smartforge.llm.endpoint import Endpoint

_PIECE = re.compile(r"[A-Za-z]{1,6}|[0-9]{1,2}|[^\S\n]*\n\s*|\s+(?=\s)|[!-/:-@\[-`{-~]{1,2}|\S")


def estimated(text: str) -> int:
    """About how many tokens a model makes of the text; rather too many than too few.

    Every model has a tokenizer of its own, most of which cannot be had here. So this counts what
    they all take as one at least: up to six ASCII letters, two digits, two signs, a run of
    spaces or line ends, and any other character by itself.
    """
    return sum(1 for _ in _PIECE.finditer(text))


def window_of(endpoint: Endpoint) -> int | None:
    """How many tokens the model takes, as the price list of pydantic knows it by address and name.

    None where it does not: what a local endpoint takes depends on how it was started. The first
    call loads the list, some tens of milliseconds: not on the event loop.
    """
    from genai_prices.data_snapshot import get_snapshot

    try:
        _, found = get_snapshot().find_provider_model(endpoint.model, None, None, endpoint.url)
    except LookupError:
        return None
    return found.context_window
