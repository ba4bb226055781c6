"""Models of Anthropic, which speak its Messages API."""

from smartforge.llm.endpoint import Limits, endpoint
from smartforge.llm.known import KNOWN
from smartforge.llm.remote import Open, Remote


class AnthropicProvider(Remote):
    """A `llm.base.Provider` over Anthropic's Messages API.

    Without `base_url` Anthropic's own address is meant. Raises SettingsInvalid where no request
    could be made.
    """

    def __init__(
        self,
        model: str,
        api_key: str | None = None,
        base_url: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(endpoint(model, api_key, base_url, KNOWN["anthropic"]), limits, _wire)


def _wire() -> Open:
    from smartforge.llm.messages import open_wire

    return open_wire
