"""A typed value out of a model: what is sent for it, and how its answer is read."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic_ai.messages import (
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.tools import ToolDefinition

from smartforge.llm.base import T
from smartforge.llm.text import answered, sound

NAME = "plan"
MAX_PROBLEMS = 20

Schema = dict[str, Any]

_FENCED = re.compile(r"(?ms)^[ \t]*```[^`\n]*\n(.*?)^[ \t]*```[ \t]*$")
_CALLS, _CALLED = "<tool_call>", "</tool_call>"
_CALL = frozenset({"name", "arguments", "parameters", "type", "id"})
_AROUND = frozenset({NAME, "arguments", "parameters", "input", "output", "answer", "result"})


def as_tool(schema: Schema) -> ModelRequestParameters:
    """Ask for the value as a call of the tool `plan`, which the model has to make."""
    tool = ToolDefinition(
        name=NAME,
        description="Give the answer by calling this once.",
        parameters_json_schema=schema,
        kind="output",
        strict=False,
    )
    return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)


def as_json(schema: Schema, *, strict: bool | None) -> ModelRequestParameters:
    """Ask for the value as JSON text by the protocol's own format, for endpoints that ignore tools.

    `strict` is whether the endpoint has to hold the model to the schema; None leaves it open.
    """
    shape = OutputObjectDefinition(json_schema=schema, name=NAME, strict=strict)
    return ModelRequestParameters(output_mode="native", output_object=shape, allow_text_output=True)


def schema_of(shape: type[BaseModel]) -> Schema:
    """The JSON schema of `shape` without references, which some servers resolve wrongly.

    `shape` must not contain itself.
    """
    schema = shape.model_json_schema()
    definitions = cast(Schema, schema.pop("$defs", {}))
    return cast(Schema, _inlined(schema, definitions))


def read(response: ModelResponse, shape: type[T]) -> tuple[T | None, list[str]]:
    """The value in an answer, else what is wrong with it, one line a problem.

    A tool call counts, whatever its name, and so does a text that is nothing but the value, bare
    or in one code fence, which may have words around it. Of several the first valid one is taken.
    A value within a text, or within an object that holds it alone under `plan` or the like, is
    meant, and so is a call that was written as text. What was thought aloud before it is left out.
    """
    problems: list[str] = []
    for candidate in _candidates(response):
        try:
            return _value(sound(candidate), shape), []
        except ValidationError as error:
            problems = problems or [*_problems(error)]
    return None, problems or ["there was neither a call of the tool nor any text"]


def has_call(response: ModelResponse) -> bool:
    return any(isinstance(part, ToolCallPart) for part in response.parts)


def corrected(response: ModelResponse, problems: list[str], schema: Schema) -> ModelRequest:
    """What is said to a model whose answer had these problems."""
    listed = "\n".join(f"- {problem}" for problem in problems[:MAX_PROBLEMS])
    text = f"This cannot be used:\n{listed}\nAnswer again, whole, with every problem put right."
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    if not calls:
        wanted = f"Nothing but a JSON value of this schema: {json.dumps(schema)}"
        return ModelRequest(parts=[UserPromptPart(f"{text}\n{wanted}")])
    return ModelRequest(
        parts=[
            ToolReturnPart(tool_name=call.tool_name, content=text, tool_call_id=call.tool_call_id)
            for call in calls
        ]
    )


def _candidates(response: ModelResponse) -> Iterator[str]:
    for part in response.parts:
        if isinstance(part, ToolCallPart):
            yield _bare(part.args if isinstance(part.args, str) else part.args_as_json_str())
    text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
    if text.strip():
        yield _bare(text)


def _call_of(text: str) -> str:
    """What a call holds that was written as text, as templates of local models have it."""
    called = text.strip()
    if called.startswith(_CALLS) and called.endswith(_CALLED):
        return called.removeprefix(_CALLS).removesuffix(_CALLED)
    return text


def _bare(text: str) -> str:
    """`text` without a code fence around it; what is beside the only fence are words."""
    text = _call_of(answered(text))
    found = _FENCED.findall(text)
    return str(found[0]) if len(found) == 1 and not text.lstrip().startswith(("{", "[")) else text


def _value(text: str, shape: type[T]) -> T:
    """The value that JSON holds, or that stands in it as the only one."""
    try:
        held: Any = json.loads(text)
    except (ValueError, RecursionError):
        return shape.model_validate_json(text)
    if isinstance(held, str):
        return shape.model_validate_json(held)
    if isinstance(held, dict):
        entries = cast(Schema, held)
        if entries.get("name") == NAME and entries.keys() <= _CALL:
            entries = {key: value for key, value in entries.items() if key in _AROUND}
        inner = next(iter(entries.values())) if len(entries) == 1 else None
        named = next(iter(entries)) if len(entries) == 1 else ""
        if named in _AROUND and named not in shape.model_fields and isinstance(inner, dict | str):
            text = inner if isinstance(inner, str) else json.dumps(inner)
    return shape.model_validate_json(text)


def _problems(error: ValidationError) -> Iterator[str]:
    for found in error.errors(include_url=False, include_context=False)[:MAX_PROBLEMS]:
        place = ".".join(str(step) for step in found["loc"]) or "the answer"
        given = "" if isinstance(found["input"], dict | list) else f", not {found['input']!r:.80}"
        yield f"{place}: {found['msg']}{given}"


def _inlined(node: object, definitions: Schema) -> object:
    if isinstance(node, list):
        return [_inlined(entry, definitions) for entry in cast(list[object], node)]
    if not isinstance(node, dict):
        return node
    members = cast(Schema, node)
    reference = members.get("$ref")
    if isinstance(reference, str):
        target = definitions[reference.rpartition("/")[2]]
        rest = {key: value for key, value in members.items() if key != "$ref"}
        return _inlined({**target, **rest}, definitions)
    return {key: _inlined(value, definitions) for key, value in members.items()}
