"""Recipes about passwords and checksums. Nothing of what they are sent is kept or logged."""

from smartforge.contract.fields import Boolean, Choice, Field, Integer, Text
from smartforge.contract.recipes.recipe import Form, Told

STRENGTH = Form(
    "password strength",
    "Tell how strong a password is",
    (Field("candidate", Text(1, 256)),),
    (
        Told("length", "count"),
        Told("classes", "texts", "Which of lowercase, uppercase, digits, symbols, others it has."),
        Told("entropy_bits", "number", "At most, as if every character were drawn by lot."),
        Told("score", "count", "From 0 (worst) to 4."),
        Told("verdict", "text"),
        Told("advice", "texts"),
    ),
    {"candidate": "aB3$aB3$"},
    {
        "length": 8,
        "classes": ["lowercase", "uppercase", "digits", "symbols"],
        "entropy_bits": 52.4,
        "score": 2,
        "verdict": "fair",
        "advice": ["Use at least 12 characters."],
    },
)

GENERATOR = Form(
    "password generator",
    "Make a password by lot",
    (
        Field("length", Integer(8, 128), False, 16),
        Field("uppercase", Boolean(), False, True),
        Field("digits", Boolean(), False, True),
        Field("symbols", Boolean(), False, True),
    ),
    (Told("generated", "text", "At least one character of every kind."),),
    {"length": 20, "symbols": False},
    {},
)

CHECKSUM = Form(
    "checksums",
    "Compute the checksum of a text",
    (
        Field("text", Text(0, 100_000)),
        Field("algorithm", Choice(("sha256", "sha512", "sha1", "md5", "crc32")), False, "sha256"),
    ),
    (
        Told("digest", "text", "Of the text in UTF-8, hexadecimal."),
        Told("fit_for_security", "truth", "Not: sha1, md5 and crc32. None is fit for passwords."),
    ),
    {"text": "abc"},
    {
        "digest": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "fit_for_security": True,
    },
)
