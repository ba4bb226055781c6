"""A prompt into a draft: headings, bullets, labels and sentences, in their order."""

from collections.abc import Sequence

from smartforge.contract.names import quoted
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases, offers, terse
from smartforge.planners.offline.actions import limit, only_actions, page_size
from smartforge.planners.offline.clauses import Walk
from smartforge.planners.offline.cues import link_at
from smartforge.planners.offline.draft import Draft, Mode, Thing
from smartforge.planners.offline.edits import edited
from smartforge.planners.offline.having import knows_fields
from smartforge.planners.offline.items import inside, slashed, split_items
from smartforge.planners.offline.labels import (
    as_entry,
    colon_at,
    content_of,
    dash_at,
    ends_in_entry,
    fields_wanted,
    is_common_plural,
    is_type,
    label_of,
    lists_fields,
    names_fields,
    names_things,
    owner_of_fields,
)
from smartforge.planners.offline.nounphrases import is_things_rather
from smartforge.planners.offline.sketch import Claims
from smartforge.planners.offline.tokens import Sentence, Token, said
from smartforge.planners.offline.vocabulary import words

MAX_SENTENCE_TOKENS = 1_500

_POLITE = word_set(
    """
    also please now then and finally next additionally could can you i want to
    """
)


# What a part of a specification is called in which sentences stand, and no fields.
_CHAPTERS = word_set(
    """
    rules constraints behaviour behavior behaviours misc miscellaneous general notes remarks
    """
)
_LABEL_VERBS = word_set("can must should gives")
_STATING = word_set("can is are must should may gives give go goes that")


class Reading:
    """Reads sentence after sentence; a heading is in force until running text comes."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.mode: Mode = "none"
        self.subject: Thing | None = None
        self.count = 0
        self.bullet = False
        self.example: Sequence[Token] = ()
        self.offered = False

    def read(self, sentence: Sentence) -> None:
        """Take over what `sentence` says into the draft."""
        self.count += 1
        self.bullet = sentence.bullet >= 0
        lows = {token.low for token in sentence.tokens}
        also = "also" in lows or "additionally" in lows
        self.draft.known = frozenset(self.draft.things) if also else frozenset()
        page_size(self.draft, sentence.tokens)
        tokens = self._without_example(sentence.tokens[:MAX_SENTENCE_TOKENS])
        tokens, offered = offers.cut(tokens)
        self.example, self.offered = offered or self.example, bool(offered) or self.offered
        if len(sentence.tokens) > MAX_SENTENCE_TOKENS:
            beginning = quoted(sentence.text)
            self.draft.note(f"{beginning} is too long a sentence: only its beginning was read.")
        tokens = terse.parted(_without_politeness(tokens))
        if sentence.bullet < 0:
            self.mode, self.subject = "none", None
        if limit(self.draft, tokens) or edited(self.draft, tokens):
            return
        if not tokens:
            pass
        elif sentence.opens:
            self._heading(tokens)
        elif sentence.bullet >= 0 and self.mode == "fields" and self.subject is not None:
            Walk(self.draft).fields(self.subject, as_entry(tokens))
        else:
            self._sentence(tokens)
        shown = self.draft.last if self.offered else self._anything()
        if shown is not None and not (self.offered and shown.strength != "strong"):
            self._show(shown)

    def finish(self) -> None:
        """Give what an endpoint takes, where nothing else is kept, to the event of `event id`."""
        shown = self._shown() if self.example else None
        if shown is not None:
            self._show(shown)

    def _show(self, thing: Thing) -> None:
        if self.example:
            Walk(self.draft).fields(thing, self.example)
            self.example, self.offered = (), False

    def _without_example(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """`{"name": "Ann", "age": 3}` is kept aside until there is a thing that it shows."""
        if not tokens or tokens[0].low != "{":
            return tokens
        self.example, end = inside(tokens, 0)
        return tokens[end:]

    def _heading(self, tokens: Sequence[Token]) -> None:
        """A line that opens a list: of fields where it names one thing, else of things."""
        label = label_of(tokens)
        lows = [token.low for token in label]
        owner = owner_of_fields(tokens)
        if owner is not None:
            self.mode = "fields"
            self.subject = self._named(owner) if owner else self.draft.last
        elif lows and lows[-1] in _CHAPTERS:
            self.mode, self.subject = "none", None
        elif lows and lows[-1] in words().thing_labels:
            self.mode, self.subject = "things", None
        elif nounphrases.is_thing(label) and len(label) == len(tokens):
            self.mode, self.subject = "fields", self._named(label)
        else:
            walk = Walk(self.draft)
            walk.read(tokens)
            self.mode = "things" if walk.mode == "none" else walk.mode
            self.subject = walk.subject

    def _named(self, phrase: Sequence[Token]) -> Thing | None:
        return self.draft.declare(phrase, "strong")

    def _sentence(self, tokens: Sequence[Token]) -> None:
        colon = colon_at(tokens) or dash_at(tokens)
        if colon is None:
            self._clause(tokens)
            return
        left, right = tokens[:colon], tokens[colon + 1 :]
        if link_at(left) is not None and (slashed(right) or ends_in_entry(left)):
            Walk(self.draft).read(tokens)
            return
        label = label_of(left)
        lows = [token.low for token in label]
        owner = owner_of_fields(left)
        if owner is not None:
            thing = self._named(owner) if owner else self._anything()
            if thing is not None:
                thing.strength = "strong"
                Walk(self.draft).fields(thing, right)
        elif lows and lows[-1] in words().thing_labels:
            walk = Walk(self.draft, "things")
            walk.sure = lows[-1] in words().resource_labels
            walk.read(right)
        elif is_type(right) and self.draft.last is not None:
            Walk(self.draft, "fields", self.draft.last).read(tokens)
        elif nounphrases.is_thing(label) and len(label) == len(content_of(left)):
            self._labelled(label, right)
        else:
            self._introduced(left, right)

    def _clause(self, tokens: Sequence[Token]) -> None:
        last = self.draft.last
        wanted = fields_wanted(tokens)
        if wanted is not None:
            owner, named = wanted
            thing = self._named(owner) if owner else last
            if thing is not None:
                Walk(self.draft).fields(thing, named)
                return
        bare = self.mode == "none" and last is not None and not last.attributes
        if bare and last is not None and (names_fields(tokens) or terse.names_fields(tokens)):
            Walk(self.draft).fields(last, tokens)
            return
        bare = self.count == 1 or (self.count == 2 and len(split_items(tokens)) > 2)
        if self.mode == "none" and bare and names_things(tokens):
            Walk(self.draft, "things").read(tokens)
            return
        if self.mode == "none" and self.bullet and names_things(tokens):
            Walk(self.draft, "things").read(tokens)
            return
        walk = Walk(self.draft, self.mode, self.subject)
        walk.linked = self.mode != "none"
        walk.read(tokens)
        if self.mode in ("open", "things") and walk.mode in ("fields", "things"):
            self.mode, self.subject = walk.mode, walk.subject

    def _anything(self) -> Thing | None:
        return self.draft.last or next(iter(self.draft.things.values()), None)

    def _shown(self) -> Thing | None:
        for item in split_items(self.example):
            phrase, _ = nounphrases.leading(item.tokens)
            if len(phrase) == 2 and phrase[1].low == "id" and nounphrases.is_thing(phrase[:1]):
                return self._named(phrase[:1])
        return self._anything()

    def _introduced(self, left: Sequence[Token], right: Sequence[Token]) -> None:
        """`an API for a blog: posts with ...`, `data about planets: name, radius`."""
        kept = _kept_by_a_trade(left)
        thing = self._named(kept) if kept and knows_fields(right) else None
        if thing is not None and not _lists_things(right):
            thing.strength = "strong"
            self.draft.title = self.draft.title or said(nounphrases.leading(left)[0])
            Walk(self.draft).fields(thing, right)
            return
        before = self.draft.effects
        walk = Walk(self.draft)
        walk.read(left)
        self._entitle(left)
        for place, token in enumerate(left):
            if token.low in ("about", "of", "for") and self.draft.effects == before:
                phrase, rest = nounphrases.leading(left[place + 1 :])
                if nounphrases.is_thing(phrase) and not rest and lists_fields(right):
                    walk.subject = self._named(phrase)
                    walk.mode = "fields"
        subject = walk.subject
        whole = subject is not None and subject.strength == "weak"
        if whole and _lists_things(right) and not nounphrases.is_plural(left[-1:]):
            walk.mode, walk.sure, subject = "things", True, None
        if subject is not None and subject.strength != "domain" and lists_fields(right):
            first, _ = nounphrases.leading(right)
            if knows_fields(right) if walk.mode == "things" else not is_things_rather(first):
                subject.strength = "strong"
                walk.mode = "fields"
        walk.linked = True
        if walk.mode == "none" and len(split_items(right)) > 1 and names_things(right):
            walk.mode = "things"
        walk.read(right)

    def _entitle(self, left: Sequence[Token]) -> None:
        """`leaderboard for games: ...` names a trade, and the title with it."""
        phrase, _ = nounphrases.leading(left)
        if phrase and not self.draft.title and nounphrases.domain_of(phrase[-1:]):
            self.draft.title = said(phrase)
            self.draft.declare(phrase[-1:], "domain")

    def _labelled(self, label: Sequence[Token], right: Sequence[Token]) -> None:
        """`Books: title, author`, `Books: create and list`, or a topic before a sentence."""
        if len(label) > 1 and self.count == 1 and label[-1].low in words().containers:
            self.draft.title = self.draft.title or said(label)
            label = label[:-1]
        if self.count == 1 and _is_topic(label, right):
            self.draft.title = self.draft.title or said(label)
            walk = Walk(self.draft, "things")
            walk.linked = walk.sure = True
            walk.read(right)
            return
        if not nounphrases.is_plural(label) and self.count == 1 and _lists_things(right):
            self.draft.title = self.draft.title or said(label)
            Walk(self.draft, "things").read(right)
            return
        actions = only_actions(right)
        if actions:
            thing = self._named(label)
            if thing is not None:
                thing.actions = actions
        elif lists_fields(right):
            thing = self._named(label)
            if thing is not None:
                Walk(self.draft).fields(thing, right)
        else:
            common = is_common_plural(label)
            domain = nounphrases.domain_of(label[-1:])
            if not self.draft.title and not common and self.count == 1:
                self.draft.title = said(label)
            if common or not _LABEL_VERBS & {token.low for token in right[:4]}:
                strength = "strong" if common else "domain" if domain else "weak"
                self.draft.declare(label, strength)
            Walk(self.draft).read(right)


def _kept_by_a_trade(left: Sequence[Token]) -> Sequence[Token]:
    """`used bikes` of `a shop for used bikes`, which are all that there is; else nothing."""
    for place, token in enumerate(left):
        if token.low in ("of", "for") and nounphrases.domain_of(left[place - 1 : place]):
            phrase, rest = nounphrases.leading(left[place + 1 :])
            if rest or not nounphrases.is_plural(phrase) or nounphrases.domain_of(phrase[-1:]):
                return ()
            return phrase
    return ()


def _is_topic(label: Sequence[Token], right: Sequence[Token]) -> bool:
    """`Kayak rental: kayaks (name) and rentals`: what follows holds the label's own noun, too."""
    if len(label) < 2:
        return False
    phrases = [nounphrases.leading(item.tokens)[0] for item in split_items(right)]
    several = [phrase for phrase in phrases if nounphrases.is_things_rather(phrase)]
    nouns = {nounphrases.noun_of(phrase) for phrase in several}
    return len(several) > 1 and nounphrases.noun_of(label) in nouns


def read_claimed(draft: Draft, claims: Claims) -> None:
    """Read into `draft` what the claims leave of their sentences, and what they name."""
    reading = Reading(draft)
    for place in range(len(claims.sentences)):
        for names, sentence in claims.parts(place):
            for name in names:
                draft.keep(name)
            if sentence is not None:
                reading.read(sentence)
    reading.finish()


def _lists_things(right: Sequence[Token]) -> bool:
    """`rooms, guests and bookings` after `Hotel booking:`: common things and nothing else, or
    mostly such as have their fields behind them."""
    items = split_items(right)
    entries = [nounphrases.leading(item.tokens) for item in items]
    held = [
        item
        for item, (phrase, _) in zip(items, entries, strict=True)
        if nounphrases.is_things_rather(phrase) and any(map(knows_fields, item.inner))
    ]
    if len(held) == len(items) or (len(held) > 1 and len(held) * 2 > len(items)):
        return True
    phrases = [phrase for phrase, _ in entries]
    common = [phrase for phrase in phrases if nounphrases.is_children(phrase)]
    plain = all(
        nounphrases.is_thing(phrase) and not (rest or nounphrases.is_field(phrase))
        for phrase, rest in entries
    )
    return len(common) > 1 and len(common) * 2 > len(phrases) and (plain or names_things(right))


def _without_politeness(tokens: Sequence[Token]) -> list[Token]:
    place = 0
    while place < len(tokens) and tokens[place].low in _POLITE and not tokens[place].literal:
        place += 1
    following = tokens[place].low if place < len(tokens) else ""
    return list(tokens[place:] if following in words().manage else tokens)
