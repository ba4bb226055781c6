"""What a capable model answers where rules cannot help: plans in its own way, and code."""

import json
from typing import Any

from smartforge.planners.model import INSTRUCTIONS

Json = dict[str, Any]

_BEGIN, _END = INSTRUCTIONS.index("{"), INSTRUCTIONS.index("}\n\n- resources")
EXAMPLE_PLAN: Json = json.loads(INSTRUCTIONS[_BEGIN : _END + 1].replace("\n", " "))
"""The one that the instructions give as an example."""

POKER_PROMPT = "An API that scores poker hands: who wins with which five cards"
POKER_PATH = "app/custom/score_hand.py"
POKER_PLAN: Json = {
    "title": "Poker hands",
    "description": None,
    "version": "1.0",
    "resources": [],
    "accounts": None,
    "operations": [
        {
            "name": "scoreHand",
            "summary": "Score a poker hand",
            "path": "/score-hand",
            "description": "Says the rank of five cards such as TD or AS, in snake case, the value "
            "of the card that decides it (an ace is 14, but 1 in A2345) and its points: its place "
            "among the nine ranks from 0 to 1. Anything but five different cards is refused with "
            "409.",
            "method": "post",
            "resource": None,
            "on_row": None,
            "many": None,
            "takes": [
                {"name": "cards", "type": "string[]", "required": True, "min": 5, "max": 5},
            ],
            "answers": [
                {"name": "rank", "type": "string"},
                {"name": "high", "type": "integer", "optional": None},
                {"name": "points", "type": "float"},
            ],
            "examples": [
                {
                    "given": None,
                    "row": None,
                    "body": {"cards": ["TD", "TC", "TS", "2H", "2D"]},
                    "status": 200,
                    "answer": {"rank": "full_house", "high": 10, "points": 0.75},
                },
                {
                    "body": {"cards": ["AS", "2S", "3S", "4S", "5S"]},
                    "answer": {"rank": "straight_flush", "high": 5, "points": 1.0},
                },
                {"body": {"cards": ["AS", "AS", "3S", "4S", "5S"]}, "status": 409, "answer": None},
            ],
        }
    ],
    "understood": ["Five cards are scored."],
    "not_understood": None,
}
POKER_CODE = '''\
"""Poker hands."""

from collections import Counter
from fastapi import HTTPException, status
from sqlalchemy.orm import Session

from app.schemas import custom as schemas

RANKS = "23456789TJQKA"
NAMES = ("high_card", "pair", "two_pairs", "three_of_a_kind", "straight",
  "flush", "full_house", "four_of_a_kind", "straight_flush")
SHAPES = {(4, 1): 7, (3, 2): 6, (3, 1, 1): 3, (2, 2, 1): 2, (2, 1, 1, 1): 1}


def answer(db: Session, body: schemas.ScoreHandRequest) -> schemas.ScoreHandAnswer:
    cards = body.cards
    if len(set(cards)) != 5 or not all(map(is_card, cards)):
        raise HTTPException(status_code=409, detail="Five different cards are needed.")
    place, high = score(cards)
    return schemas.ScoreHandAnswer(rank=NAMES[place], high=high, points=place / 8)


def is_card(card: str) -> bool:
    if len(card) != 2:
        return False
    else:
        return card[0] in RANKS and card[1] in "CDHS"


def score(hand):
    values = sorted((RANKS.index(card[0]) + 2 for card in hand), reverse=True)
    if values == [14, 5, 4, 3, 2]:
        values = [5, 4, 3, 2, 1]
    counted = sorted(Counter(values).items(), key=lambda one: (-one[1], -one[0]))
    shape = tuple(count for _, count in counted)
    flush = len({suit for _, suit in hand}) == 1
    straight = len(shape) == 5 and values[0] - values[4] == 4
    place = 8 if flush and straight else max(SHAPES.get(shape, 0), 5 * flush, 4 * straight)
    return place, counted[0][0]
'''
POKER_WRONG = POKER_CODE.replace("[5, 4, 3, 2, 1]", "[14, 13, 12, 11, 10]")

WORDS_PROMPT = "An API that finds the shortest word ladder between two words of a given list"
WORDS_PATH = "app/custom/find_ladder.py"
WORDS_PLAN: Json = {
    "plan": {
        "title": "Word ladders",
        "operations": [
            {
                "name": "find_ladder",
                "summary": "Find a word ladder",
                "description": "Changes one letter at a time, from begin to end, through words of "
                "the list only, in as few steps as possible; of equally short ladders the first "
                "in the order of the alphabet. Steps says between which neighbours how much of "
                "the word changes, from 0 to 1. Where there is none it is refused with 409.",
                "takes": {
                    "begin": {"type": "string", "max": 20},
                    "end": {"type": "string", "max": 20},
                    "words": {"type": "array of strings", "max": 50},
                },
                "answers": [
                    {"name": "ladder", "type": "string[]"},
                    {"name": "length", "type": "int"},
                    {
                        "name": "steps",
                        "type": "object[]",
                        "members": [
                            {"name": "fromWord", "type": "string"},
                            {"name": "toWord", "type": "string"},
                            {"name": "share", "type": "float"},
                        ],
                    },
                ],
                "examples": [
                    {
                        "body": {"begin": "cat", "end": "dog", "words": ["cot", "dog", "cog"]},
                        "answer": {
                            "ladder": ["cat", "cot", "cog", "dog"],
                            "length": 4,
                            "steps": [
                                {"fromWord": "cat", "toWord": "cot", "share": 0.3333333333},
                                {"fromWord": "cot", "toWord": "cog", "share": 0.3333333333},
                                {"fromWord": "cog", "toWord": "dog", "share": 0.3333333333},
                            ],
                        },
                    },
                    {"body": {"begin": "cat", "end": "dog", "words": ["dog"]}, "status": 409},
                ],
            }
        ],
    }
}
WORDS_CODE = '''\
Here is the file:

```python
"""Word ladders."""
from collections import deque
from typing import Optional, List

from fastapi import HTTPException
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.schemas import custom as schemas


class Step(BaseModel):
    from_word: str
    to_word: str
    share: float


class Ladder(BaseModel):
    ladder: List[str]
    length: int
    steps: List[Step]


def shortest(begin: str, end: str, words: List[str]) -> Optional[List[str]]:
    queue = deque([[begin]]); seen = {begin}
    while queue:
        path = queue.popleft()
        if path[-1] == end:
            return path
        for word in sorted(set(words) - seen):
            if len(word) == len(begin) and sum(a != b for a, b in zip(word, path[-1])) == 1:
                seen.add(word)
                queue.append(path + [word])
    return None


def answer(db: Session, body: schemas.FindLadderRequest) -> schemas.FindLadderAnswer:
    ladder = shortest(body.begin, body.end, body.words)
    if ladder is None:
        raise HTTPException(status_code=409, detail="There is no such ladder.")
    share = 1 / len(body.begin)
    steps = [Step(from_word=a, to_word=b, share=share) for a, b in zip(ladder, ladder[1:])]
    return Ladder(ladder=ladder, length=len(ladder), steps=steps)
```

It searches breadth first, so the first ladder found is the shortest.
'''
