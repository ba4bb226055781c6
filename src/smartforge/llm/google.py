"""Models of Google, which speak its Gemini API."""

from smartforge.llm.endpoint import Limits, endpoint
from smartforge.llm.known import KNOWN
from smartforge.llm.remote import Open, Remote


class GoogleProvider(Remote):
    """A `llm.base.Provider` over Google's Gemini API.

    Without `base_url` Google's own address is meant. Raises SettingsInvalid where no request could
    be made.
    """

    def __init__(
        self,
        model: str,
        api_key: str | None = None,
        base_url: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(endpoint(model, api_key, base_url, KNOWN["google"]), limits, _wire)


def _wire() -> Open:
    from smartforge.llm.gemini import open_wire

    return open_wire
