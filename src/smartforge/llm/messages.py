"""Anthropic's Messages API, streamed."""

from pydantic_ai.models import StreamedResponse
from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.usage import RequestUsage

from smartforge.llm.endpoint import Endpoint, Limits
from smartforge.llm.wire import Wire, connections, root_of


def open_wire(endpoint: Endpoint, limits: Limits) -> Wire:
    http = connections(endpoint, limits)
    route = AnthropicProvider(
        api_key=endpoint.key, base_url=root_of(endpoint.url), http_client=http
    )
    return Wire(
        model=AnthropicModel(endpoint.model, provider=route),
        close=http.aclose,
        whole=frozenset({"end_turn"}),
        reported=_reported,
        # Its prefix cache has to be asked for; all files of a run begin with these instructions.
        settings=AnthropicModelSettings(max_retries=0, anthropic_cache_instructions=True),
    )


def _reported(stream: StreamedResponse) -> RequestUsage | None:
    usage = stream.usage
    return usage if usage.has_values() else None
