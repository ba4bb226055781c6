"""English nouns between singular and plural: the regular rules and the exceptions to them."""

import re

from smartforge.contract.reserved import word_set

# Same word for one and for many, or a word that only looks like a plural.
_UNCHANGED = word_set(
    """
    advice aircraft analytics athletics bison cash cattle chassis clothes corps cod
    crossroads data deer diabetes economics electronics equipment ethics evidence feedback
    fish firmware furniture gear glasses goods gymnastics hardware headquarters homework
    housing income information infrastructure jeans knowledge laundry logistics
    luggage mathematics means media merchandise metadata moose money music news offspring
    pants physics police politics rain research rice salmon scissors series sheep shorts
    software spacecraft species staff statistics stuff thanks traffic trousers trout
    underwear weather
    """
)

_IRREGULAR = {
    "addendum": "addenda",
    "alumnus": "alumni",
    "analysis": "analyses",
    "appendix": "appendices",
    "axis": "axes",
    "bacterium": "bacteria",
    "basis": "bases",
    "bus": "buses",
    "cactus": "cacti",
    "calf": "calves",
    "child": "children",
    "corpus": "corpora",
    "crisis": "crises",
    "criterion": "criteria",
    "curriculum": "curricula",
    "diagnosis": "diagnoses",
    "die": "dice",
    "dwarf": "dwarves",
    "elf": "elves",
    "emphasis": "emphases",
    "foot": "feet",
    "fungus": "fungi",
    "gas": "gases",
    "goose": "geese",
    "grandchild": "grandchildren",
    "half": "halves",
    "hoof": "hooves",
    "hypothesis": "hypotheses",
    "knife": "knives",
    "leaf": "leaves",
    "life": "lives",
    "loaf": "loaves",
    "louse": "lice",
    "man": "men",
    "matrix": "matrices",
    "mouse": "mice",
    "nucleus": "nuclei",
    "oasis": "oases",
    "ox": "oxen",
    "parenthesis": "parentheses",
    "person": "people",
    "phenomenon": "phenomena",
    "prognosis": "prognoses",
    "quiz": "quizzes",
    "scarf": "scarves",
    "self": "selves",
    "sheaf": "sheaves",
    "shelf": "shelves",
    "stimulus": "stimuli",
    "synopsis": "synopses",
    "synthesis": "syntheses",
    "thesis": "theses",
    "thief": "thieves",
    "tooth": "teeth",
    "vertex": "vertices",
    "wife": "wives",
    "wolf": "wolves",
    "woman": "women",
}

# Words in -o with -oes, words in -ie (their plural looks like one of -y), and singulars in -s.
_O_ES = word_set(
    """
    cargo domino echo embargo hero potato tomato torpedo veto volcano zero
    """
)
_IE = word_set(
    """
    auntie birdie bookie brownie budgie calorie collie cookie die foodie freebie genie
    goalie hippie hoodie indie junkie laddie lie magpie movie necktie newbie pie pinkie
    pixie prairie quickie rookie selfie smoothie sortie talkie tie townie veggie walkie
    zombie
    """
)
_ENDS_IN_S = word_set(
    """
    alias always atlas bias canvas chaos christmas cosmos gas iris kudos lens pancreas
    rhinoceros texas this was yes does
    """
)
_S_FROM_E = frozenset(  # -ses, -xes, -zes and -ches whose singular keeps the e
    [
        "ache",
        "axe",
        "avalanche",
        "blaze",
        "breeze",
        "cache",
        "cause",
        "chaise",
        "clause",
        "creche",
        "course",
        "disease",
        "dose",
        "expense",
        "house",
        "bronze",
        "freeze",
        "gaze",
        "glaze",
        "hose",
        "horse",
        "headache",
        "license",
        "lease",
        "maze",
        "niche",
        "nurse",
        "nose",
        "noise",
        "nuance",
        "offense",
        "phase",
        "phrase",
        "praise",
        "prize",
        "promise",
        "purchase",
        "purpose",
        "quartz",
        "release",
        "response",
        "rose",
        "rouse",
        "sauce",
        "size",
        "toothache",
        "universe",
        "use",
        "vase",
        "verse",
        "warehouse",
        "database",
        "exercise",
        "enterprise",
        "case",
        "base",
        "increase",
        "decrease",
        "purse",
        "franchise",
        "merchandise",
        "showcase",
        "suitcase",
        "briefcase",
        "bookcase",
        "excuse",
        "fuse",
        "pause",
        "pose",
        "premise",
        "surprise",
        "showhouse",
        "greenhouse",
        "lighthouse",
        "sense",
        "defense",
        "license",
        "corpse",
        "eclipse",
        "glimpse",
        "lapse",
        "relapse",
        "impulse",
        "pulse",
        "collapse",
        "cheese",
        "geese",
        "goose",
        "rinse",
        "tense",
        "paraphrase",
        "turquoise",
        "tortoise",
        "porpoise",
        "cruise",
        "bruise",
        "disguise",
        "demise",
        "advise",
        "trapeze",
        "squeeze",
        "sneeze",
        "psyche",
        "pastiche",
        "quiche",
        "moustache",
        "mustache",
        "heartache",
        "stomachache",
    ]
)

_FROM_PLURAL = {many: one for one, many in _IRREGULAR.items()} | {
    "cactuses": "cactus",
    "dwarfs": "dwarf",
    "indices": "index",
    "persons": "person",
}
_ENDS_IN_VOWEL = word_set(
    """
    alibi bikini emoji emu flu gnu guru haiku kiwi kudu menu safari sari ski taxi tiramisu tofu
    tutu wiki
    """
)
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)\Z")
_CONSONANT_Y = re.compile(r"(?:[^aeiou]|qu)y\Z")


def plural_of_word(word: str) -> str:
    """The plural of a lower-case noun in the singular."""
    if word in _UNCHANGED or not word or not word[-1].isalpha():
        return word if word in _UNCHANGED or not word else f"{word}s"
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for tail in ("woman", "child", "person", "man"):
        if word.endswith(tail) and word not in ("human", "german", "roman", "ottoman", "shaman"):
            return word.removesuffix(tail) + _IRREGULAR[tail]
    if _CONSONANT_Y.search(word):
        return f"{word[:-1]}ies"
    if word.endswith("sis") and len(word) > 4:
        return f"{word[:-2]}es"
    if _SIBILANT.search(word) or word in _O_ES:
        return f"{word}es"
    return f"{word}s"


def singular_of_word(word: str) -> str:
    """The singular of a lower-case noun, which may be in the singular already."""
    if word in _UNCHANGED or word in _IRREGULAR:
        return word
    if word in _FROM_PLURAL:
        return _FROM_PLURAL[word]
    for tail in ("women", "children", "people", "men"):
        if word.endswith(tail) and word not in ("specimen", "regimen", "acumen", "abdomen"):
            return word.removesuffix(tail) + _FROM_PLURAL[tail]
    if not word.endswith("s") or len(word) < 3 or word in _ENDS_IN_S:
        return word
    return _without_s(word)


def _without_s(word: str) -> str:
    stem = word[:-1]
    if word.endswith("ies") and len(word) > 4:
        return stem if stem in _IE else f"{word[:-3]}y"
    if stem in _IE or stem in _S_FROM_E or stem in _ENDS_IN_VOWEL:
        return stem
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("es"):
        short = word[:-2]
        if _SIBILANT.search(short) and not short.endswith(("as", "os", "ns", "rs", "ls")):
            return short
        if short in _O_ES or short in _ENDS_IN_S:
            return short
    return stem
