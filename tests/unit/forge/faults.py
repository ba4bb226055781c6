"""The one list of scripted faults: what a model's endpoint may say, and what has to come of it.

Each stands where the text of `MAIN` is asked for, which is `TEXT` where all is well.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from tests.contract.answers import HTML, data, streamed
from tests.contract.answers.openai import DONE, ROLE, STOP, chunk, said
from tests.openai_wire import Answer, Dropped, Refusal, problem
from tests.wire_script import Reply

MAIN = "app/main.py"
TEXT = "# grüße 🚀\n" * 40
KEY = "sk-very-secret-0123456789"

REFUSED: Mapping[str, Reply] = {
    "reset before a word": Dropped(),
    **{
        f"status {status}": Refusal(status, problem(f"no: {status}"))
        for status in (400, 401, 402, 403, 404, 405, 408, 409, 413, 418, 422, 429, 500, 501)
    },
    **{f"status {status}": Refusal(status, HTML, {}, "text/html") for status in (502, 503, 504)},
    "status 529 and nothing else": Refusal(529, ""),
    "asked to wait for hours": Refusal(429, problem("slow down"), {"Retry-After": "7200"}),
    "asked to wait not at all": Refusal(429, problem("slow down"), {"Retry-After": "0"}),
    "no money": Refusal(429, problem("no credit", "insufficient_quota")),
    "a context too small": Refusal(400, problem("too long", "context_length_exceeded")),
    "its key in the refusal": Refusal(401, problem(f"Incorrect API key provided: {KEY}")),
    "a redirect to nowhere": Refusal(307, "", {"Location": "http://127.0.0.1:9/v1"}),
}
NONSENSE: Mapping[str, Reply] = {
    "a web page": Refusal(200, HTML, {}, "text/html"),
    "a web page as a stream": streamed(HTML),
    "nothing": Refusal(200, ""),
    "an empty stream": streamed(""),
    "other JSON": Refusal(200, {"object": "list"}),
    "the end mark alone": streamed(DONE),
    "plain text": Refusal(200, "hello"),
    "no JSON at once": streamed("data: {nonsense\n\n"),
    "a list": streamed("data: []\n\n"),
    "null": streamed("data: null\n\n"),
    "choices that are a number": streamed(data({"choices": 5})),
    "a delta that is a number": streamed(data({"choices": [{"delta": 5}]})),
    "text that is an object": streamed(data({"choices": [{"delta": {"content": {"a": 1}}}]})),
    "an error at once": streamed(data({"error": {"message": "on fire", "code": 500}})),
}
CUT: Mapping[str, Reply] = {
    "an end without a word": Answer(TEXT, cut_after=100),
    "a reset": Answer(TEXT, cut_after=100, cut="reset"),
    "an end at the very end": Answer(TEXT, cut_after=len(TEXT)),
    "no reason to finish": Answer(TEXT, finish=None),
    **{f"finish {word}": Answer(TEXT, finish=word) for word in ("length", "content_filter")},
    **{f"finish {word}": Answer(TEXT, finish=word) for word in ("tool_calls", "function_call")},
    **{f"finish {word}": Answer(TEXT, finish=word) for word in ("eos", "STOP", "error")},
    "a refusal": streamed(ROLE + chunk({"refusal": "No."}) + STOP + DONE),
    "an error in the middle": streamed(said(TEXT) + data({"error": {"message": "on fire"}})),
    "no JSON in the middle": streamed(said(TEXT) + "data: {\n\n" + STOP + DONE),
    "half an event": streamed(said(TEXT) + STOP[:50]),
    "a fence that nobody closes": Answer(f"```python\n{TEXT}"),
    "twenty megabytes": Answer(pieces=["x" * 65_536] * 320),
}
STALLED: Mapping[str, Reply] = {
    "silence from the start": Answer(TEXT, hold_after=0),
    "silence in the middle": Answer(TEXT, hold_after=200),
    "silence before the word to end": Answer(TEXT, hold_after=len(TEXT)),
}
HARMLESS: Mapping[str, Reply] = {
    "no usage": Answer(TEXT, usage="none"),
    "usage on every chunk": Answer(TEXT, usage="every"),
    "no end mark": Answer(TEXT, done=False),
    "a response that stays open": Answer(TEXT, done=False, linger=True),
    "comments": Answer(TEXT, before=": PROCESSING\n\n"),
    "a fence around all of it": Answer(f"```python\n{TEXT}```"),
    "a fence within a fence": Answer(f"```markdown\n```python\n{TEXT}```\n```"),
    "chatter before and after": Answer(f"Sure, here it is:\n```python\n{TEXT}```\nBye!"),
    "a name beside its fence": Answer(f"```python app/main.py\n{TEXT}```"),
    "signs cut in two": Answer(pieces=list(TEXT.replace("🚀", "\ud83d\ude80"))),
}
_PLACES = random.Random(8).sample(range(len(TEXT)), 50)
CUTS: Mapping[str, Reply] = {
    f"cut after {place}": Answer(TEXT, cut_after=place, cut="end" if place % 2 else "reset")
    for place in _PLACES
}

WHOLE = 'def answer() -> str:\n    return "grüße 🚀"\n'
WRONG: Mapping[str, Reply] = {
    "nothing at all": Answer(""),
    "nothing but blanks": Answer(" \n\n  \n"),
    "nothing in a fence": Answer("```python\n```"),
    "chatter alone": Answer("I am sorry, I cannot write this file."),
    "chatter, and half a file": Answer(f"Here it is:\n```python\n{WHOLE}"),
    "chatter around two files": Answer(f"One:\n```python\n{WHOLE}```\nTwo:\n```python\n{WHOLE}```"),
    "its own path twice": Answer(
        f"```python app/main.py\n{WHOLE}```\n\n```python app/main.py\n{WHOLE}```"
    ),
    "two files without fences": Answer(f"# app/main.py\n{WHOLE}\n# app/main.py\n{WHOLE}"),
    "nested fences, open": Answer(f"````python\n```python\n{WHOLE}```\n"),
    "another file": Answer(f"# app/models.py\n{WHOLE}"),
    "another file beside its fence": Answer(f"```python app/models.py\n{WHOLE}```"),
    "another file in a title": Answer(f'```python title="app/models.py"\n{WHOLE}```'),
    "another file in the chatter": Answer(f"This is app/models.py:\n```python\n{WHOLE}```\nBye."),
    "a name outside": Answer(f"# ../../etc/passwd.py\n{WHOLE}"),
    "a name outside, beside its fence": Answer(f"```python ../main.py\n{WHOLE}```"),
    "an absolute name": Answer(f"# File: /etc/cron.d/run.py\n{WHOLE}"),
    "a drive": Answer(f"# C:\\Windows\\main.py\n{WHOLE}"),
    "a name with a fence": Answer(f"# `app/models.py`\n{WHOLE}"),
    "NUL": Answer(WHOLE.replace("grüße", "gr\0ße")),
    "half a sign": Answer(pieces=[*WHOLE.replace("🚀", "\ud83d")]),
    "a sign that was lost": Answer(WHOLE.replace("ü", "\ufffd")),
    **{
        f"in place of code: {words}": Answer(f"{WHOLE}\n\ndef more() -> int:\n    {words}\n")
        for words in (
            *("# rest unchanged", "# [rest of the code unchanged]", "# ... existing code ..."),
            *("# TODO: implement", "pass", '"""Adds."""', '"""TODO: implement."""\n    return 0'),
            *("raise NotImplementedError", "...", "# ...\n    return 0", "# (rest unchanged)"),
            *("return 0  # implementation here", "# … keep existing code …\n    return 0"),
        )
    },
    "nothing but line ends": Answer(pieces=["\n" * 64] * 2_000),
    "nothing but a fence": Answer(pieces=["```py\n", *["`" * 64] * 2_000]),
    "twenty megabytes in a fence": Answer(pieces=["```python\n", *["x = 1\n" * 10_000] * 340]),
    "a line of twenty megabytes": Answer(pieces=["# ", *["x" * 65_536] * 320]),
}
"""Answers that the provider calls whole, and that are no whole file of this name."""


def planning(*operations: str, resources: Sequence[str] = ("note",)) -> dict[str, Any]:
    """A plan with these resources, and operations of the first one."""
    fields = [{"name": "title", "type": "text"}]
    takes = [{"name": "times", "type": "integer", "min": "1", "max": "9"}]
    answers = [{"name": "count", "type": "count"}]
    examples = [{"body": f'{{"times": {n}}}', "answer": '{"count": 1}'} for n in (1, 2)]
    return {
        "title": "Note API",
        "resources": [{"name": one, "plural": f"{one}s", "fields": fields} for one in resources],
        "operations": [
            {
                "name": name,
                "summary": "Count",
                "description": "Counts.",
                "resource": resources[0],
                "takes": takes,
                "answers": answers,
                "examples": examples,
            }
            for name in operations
        ],
    }


PLANS: Mapping[str, tuple[Any, str]] = {
    "a file twice": (planning("count", "count"), "count"),
    "a file twice, in other letters": (planning("count up", "CountUp"), "count_up"),
    "a file twice, by a folder": (planning("count", "../count"), "count"),
    "a resource twice": (planning(resources=("note", "Note")), "note"),
    "dots for a name": (planning(".."), "holds no letter"),
    "NUL for a name": (planning("\0"), "holds no letter"),
    "a fence for a name": (planning("```"), "holds no letter"),
    "no name": (planning(""), "name"),
    "the operation of the health check": (planning("health"), "health"),
    "no JSON": ("{", "JSON"),
    "nothing": ("", ""),
    "twenty megabytes": (Answer(pieces=["x" * 65_536] * 320), "characters"),
}
"""Plans that no API can be made of, and a word of what is said about them."""

NAMES = ("../../etc/passwd", "/etc/shadow", "C:\\x\\y", "a\0b", "```c```", "..%2f..%2fd", "con.")
"""Names of operations that are paths of somewhere else, or none."""
