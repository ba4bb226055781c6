"""Recipes about text: statistics, slugs, transformations, differences, Markdown."""

from smartforge.contract.fields import Boolean, Choice, Field, Integer, Text
from smartforge.contract.recipes.recipe import Form, Told

MAX_TEXT = 100_000
MAX_COMPARED = 5_000
# Brackets that close nowhere take quadratic time: a second at most.
MAX_MARKDOWN = 10_000

STATISTICS = Form(
    "text statistics",
    "Count what is in a text",
    (
        Field("text", Text(0, MAX_TEXT)),
        Field("words_per_minute", Integer(1, 2_000), False, 200),
        Field("most_frequent", Integer(0, 100), False, 10),
    ),
    (
        Told("characters", "count"),
        Told("characters_without_spaces", "count"),
        Told("words", "count"),
        Told("unique_words", "count"),
        Told("sentences", "count"),
        Told("lines", "count"),
        Told("paragraphs", "count"),
        Told("average_word_length", "number"),
        Told("reading_time_seconds", "count", "At so many words a minute, rounded up."),
        Told("frequent_words", "rows", rows=(Told("word", "text"), Told("count", "count"))),
    ),
    {"text": "The cat saw the dog. It ran!"},
    {
        "characters": 28,
        "characters_without_spaces": 22,
        "words": 7,
        "unique_words": 6,
        "sentences": 2,
        "lines": 1,
        "paragraphs": 1,
        "average_word_length": 2.86,
        "reading_time_seconds": 3,
        "frequent_words": [
            {"word": "the", "count": 2},
            {"word": "cat", "count": 1},
            {"word": "dog", "count": 1},
            {"word": "it", "count": 1},
            {"word": "ran", "count": 1},
            {"word": "saw", "count": 1},
        ],
    },
)

SLUG = Form(
    "slugs",
    "Make a slug of a text",
    (
        Field("text", Text(0, 1_000)),
        Field("separator", Choice(("-", "_")), False, "-"),
        Field("max_length", Integer(1, 200), False, 80),
    ),
    (Told("slug", "text", "Empty where the text has no letter or digit that ASCII can spell."),),
    {"text": "Crème Brûlée & Co., 2nd edition!"},
    {"slug": "creme-brulee-and-co-2nd-edition"},
)

TRANSFORMATION = Form(
    "text transformations",
    "Change the case or the order of a text",
    (
        Field("text", Text(0, MAX_TEXT)),
        Field(
            "operation",
            Choice(
                (
                    *("uppercase", "lowercase", "title_case", "snake_case", "kebab_case"),
                    *("camel_case", "reverse", "reverse_words", "base64_encode", "rot13"),
                )
            ),
        ),
    ),
    (Told("result", "text"), Told("palindrome", "truth", "Case, spaces and signs aside.")),
    {"text": "Was it a car", "operation": "snake_case"},
    {"result": "was_it_a_car", "palindrome": False},
)

DIFFERENCE = Form(
    "differences of texts",
    "Compare two texts line by line",
    (
        Field("before", Text(0, MAX_COMPARED)),
        Field("after", Text(0, MAX_COMPARED)),
        Field("ignore_case", Boolean(), False, False),
    ),
    (
        Told("equal", "truth"),
        Told("added", "count"),
        Told("removed", "count"),
        Told("unified_diff", "text"),
    ),
    {"before": "a\nb", "after": "a\nc"},
    {
        "equal": False,
        "added": 1,
        "removed": 1,
        "unified_diff": "--- before\n+++ after\n@@ -1,2 +1,2 @@\n a\n-b\n+c",
    },
)

MARKDOWN = Form(
    "Markdown",
    "Turn Markdown into HTML",
    (Field("text", Text(0, MAX_MARKDOWN)),),
    (Told("html", "text", "Tags and script links in the text come out as text, and do nothing."),),
    {"text": "# Cakes\n\nWith *much* butter & <b>love</b>."},
    {
        "html": "<h1>Cakes</h1>\n<p>With <em>much</em> butter &amp; &lt;b&gt;love&lt;/b&gt;.</p>\n",
    },
)

COLOR = Form(
    "colours",
    "Write a colour in other ways",
    (
        Field("red", Integer(0, 255)),
        Field("green", Integer(0, 255)),
        Field("blue", Integer(0, 255)),
    ),
    (
        Told("hex", "text"),
        Told("hue", "number", "In degrees."),
        Told("saturation", "number", "In percent."),
        Told("lightness", "number", "In percent."),
        Told("complement", "text", "The colour that adds up to white."),
        Told("dark", "truth", "Whether white text is easier to read on it than black text."),
    ),
    {"red": 255, "green": 0, "blue": 0},
    {
        "hex": "#ff0000",
        "hue": 0,
        "saturation": 100,
        "lightness": 50,
        "complement": "#00ffff",
        "dark": False,
    },
)
