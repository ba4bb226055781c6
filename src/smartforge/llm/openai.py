"""Models that speak OpenAI's Chat Completions: OpenAI's own and every compatible endpoint."""

from smartforge.llm.endpoint import Limits, endpoint
from smartforge.llm.known import OPENAI, Known
from smartforge.llm.remote import Open, Remote


class OpenAIProvider(Remote):
    """A `llm.base.Provider` over Chat Completions.

    `base_url` alone is enough (local endpoints need no key); without it the address that `known`
    has is meant. Raises SettingsInvalid where no request could be made.
    """

    def __init__(
        self,
        model: str,
        api_key: str | None = None,
        base_url: str | None = None,
        limits: Limits | None = None,
        known: Known = OPENAI,
    ) -> None:
        super().__init__(endpoint(model, api_key, base_url, known), limits, _wire)


def _wire() -> Open:
    from smartforge.llm.chat_completions import open_wire

    return open_wire
