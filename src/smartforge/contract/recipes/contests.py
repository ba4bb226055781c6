"""Recipes about contests: who plays whom."""

from smartforge.contract.fields import Choice, Field, Integer, TextList
from smartforge.contract.recipes.recipe import Form, Told

MAX_PARTICIPANTS = 50

_MATCH = (
    Told("match", "count"),
    Told("home", "text", "Null where a match before tells it.", nullable=True),
    Told("away", "text", "Null where a match before tells it.", nullable=True),
    Told("home_from", "count", "The match whose winner this is.", nullable=True),
    Told("away_from", "count", "The match whose winner this is.", nullable=True),
)

TOURNAMENT = Form(
    "tournaments",
    "Tell who plays whom in a tournament",
    (
        Field(
            "participants",
            TextList(MAX_PARTICIPANTS),
            description="2 or more, each once; in a knockout the strongest first.",
        ),
        Field("kind", Choice(("round_robin", "single_elimination")), False, "round_robin"),
        Field("legs", Integer(1, 2), False, 1, description="Of a round robin: 2 play it twice."),
    ),
    (
        Told("match_count", "count"),
        Told(
            "rounds",
            "rows",
            rows=(
                Told("round", "count"),
                Told("name", "text"),
                Told("byes", "texts", "Who plays no match in this round."),
                Told("matches", "rows", rows=_MATCH),
            ),
        ),
    ),
    {"participants": ["Ann", "Ben", "Cat"], "kind": "single_elimination"},
    {
        "match_count": 2,
        "rounds": [
            {
                "round": 1,
                "name": "semifinals",
                "byes": ["Ann"],
                "matches": [
                    {"match": 1, "home": "Ben", "away": "Cat", "home_from": None, "away_from": None}
                ],
            },
            {
                "round": 2,
                "name": "final",
                "byes": [],
                "matches": [
                    {"match": 2, "home": "Ann", "away": None, "home_from": None, "away_from": 1}
                ],
            },
        ],
    },
    written=("participants",),
)
