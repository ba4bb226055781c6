"""Typed clients of an API, made from its OpenAPI document by well-kept generators."""

from smartforge.export.clients.document import refuse_unsound
from smartforge.export.clients.languages import LANGUAGES, Language, generate

__all__ = ["LANGUAGES", "Language", "generate", "refuse_unsound"]
