"""Google's Gemini API, streamed."""

from pydantic_ai.models import StreamedResponse
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from smartforge.llm.endpoint import Endpoint, Limits
from smartforge.llm.wire import Wire, connections, root_of


def open_wire(endpoint: Endpoint, limits: Limits) -> Wire:
    http = connections(endpoint, limits)
    route = GoogleProvider(api_key=endpoint.key, base_url=root_of(endpoint.url), http_client=http)
    return Wire(
        model=GoogleModel(endpoint.model, provider=route),
        close=http.aclose,
        whole=frozenset({"STOP"}),
        reported=_reported,
        settings=ModelSettings(max_retries=0),
    )


def _reported(stream: StreamedResponse) -> RequestUsage | None:
    usage = stream.usage
    return usage if usage.has_values() else None
