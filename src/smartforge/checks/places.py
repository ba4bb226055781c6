"""Which line of the project most likely made an answer wrong, by what each request went through.

Nothing here knows how a project is written. What failed is set beside what passed: a line that
only failing requests ran is suspected, and so is what could have refused a request but did not.
"""

import math
import re
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from smartforge.checks.judging import Judged
from smartforge.checks.references import unkept
from smartforge.checks.routes import keyword, neighbour, other_roles
from smartforge.checks.witness import Function, Line, Route, Seen, Trace

_WORD = re.compile(r"[a-z][a-z0-9]+(?:_[a-z0-9]+)*")
_FIELD_CASE = re.compile(r"^with(?:out)? (?:the same )?(\w+)")
_INVALID = re.compile(r"(?:Request)?ValidationError|ValueError|StarletteHTTPException")
_KIND = re.compile(r"^answered (\w+/[\w.+-]+), not ")
_EXTRA = re.compile(r"answered (\w+), which is not promised|\('(\w+)' was unexpected\)")
_ABSENT = re.compile(r"answered without (\w+)|'(\w+)' is a required property")
_NO_COLUMN = re.compile(r"no such column: (\w+\.\w+)|table (\w+) has no column named (\w+)")
_UNFIT = re.compile(r"^ResponseValidationError.*?'loc': \(([^)]*)\)", re.DOTALL)
_WRITES = re.compile(r"\.(?:add|add_all|delete|merge|flush|commit|execute)\(")
_NO_SUCH = re.compile(r" (?:no \w[\w-]*|that does not match)$")
_CLOCK = re.compile(r"\b(?:now|utcnow|today|time)\(")
_WHOSE = re.compile(r"\b(?:caller|owner|user|account)\w*[.:]")
_NO_TABLE = re.compile(r"no such table: (\w+)")
_NOT_SAYING = frozenset(
    {"answered", "not", "for", "what", "is", "with", "the", "without", "another", "when", "asked"}
    | {"was", "of", "and", "or", "had", "no", "that", "did", "as", "its", "it", "to", "json"}
    | {"self", "def", "return", "none", "true", "false", "if", "in", "application"}
)
# What was done before is asked about.
_AFTERWARDS = (
    *("for what was deleted", "for what was changed", "for what was made before", "after "),
)
# How code says a refusal, besides its number.
_SPELLED = {
    400: ("bad_request",),
    401: ("unauthorized", "unauthenticated"),
    403: ("forbidden", "permission"),
    404: ("not_found", "missing"),
    409: ("conflict",),
    412: ("precondition_failed",),
    413: ("too_large",),
    415: ("unsupported",),
    422: ("unprocessable", "invalid", "valueerror"),
    428: ("precondition_required",),
    429: ("too_many",),
}
_CHECKING = ("decode(", "verify(", "compare_digest(")
# How much a word in common counts, against having run only where it failed.
_PER_WORD, _MOST_WORDS = 0.12, 3
# How much it counts that the operation itself writes what came out otherwise.
_OF_THE_ROUTE = 0.2


class Places:
    """All that was seen of one conversation, and who is to blame for each failure."""

    def __init__(self, seen: Seen, weighed: Sequence[Judged], failing: Sequence[Judged]) -> None:
        self._seen = seen
        self._failing = failing
        wrong = {one.at for one in failing}
        self._passing = [one for one in weighed if one.at not in wrong]
        self._traces = {trace.at: trace for trace in seen.traces}
        self._routes = {route.operation: route for route in seen.routes}

    def of(self, failing: Judged) -> Line | None:
        """Path and line; None where nothing is known of the operation."""
        kept = self._reference(failing) if failing.reference else None
        if kept is not None:
            return kept
        lost = failing.case == "for what was created" and "answered 40" in failing.said
        made = self._made_wrong(failing) if lost else None
        if made is not None:
            return self.of(made)
        if lost or failing.case.startswith(_AFTERWARDS):
            done = self._done_before(failing)
            if done is not None:
                return done
        route, trace = self._routes.get(failing.operation), self._traces.get(failing.at)
        if trace is None:
            return self._written(route, failing)
        fault = self._of_fault(trace) if trace.status >= 500 else None
        if fault is not None:
            found = fault
        elif failing.wanted and trace.status not in failing.wanted:
            found = self._of_status(failing, trace, route)
        else:
            found = self._of_content(failing, trace, route)
        return found or self._written(route, failing)

    def _made_wrong(self, failing: Judged) -> Judged | None:
        """What made such a row, where that failed by itself: no wonder that it is not found."""
        collection = failing.operation.partition(" ")[2].rpartition("/")[0]
        return next((one for one in self._failing if one.operation == f"POST {collection}"), None)

    def _before(self, failing: Judged) -> Judged | None:
        """What changed something last."""
        writes = (
            one
            for one in self._passing
            if one.at < failing.at and not one.operation.startswith("GET ")
        )
        return max(writes, key=lambda one: one.at, default=None)

    def _reference(self, failing: Judged) -> Line | None:
        """Where it is said what becomes of a reference, when its row is deleted."""
        own = failing.operation.startswith("DELETE ")
        done = failing if own else self._before(failing)
        trace = self._traces.get(done.at) if done else None
        if done is None or trace is None or not done.operation.startswith("DELETE "):
            return None
        refused = own and 204 in failing.wanted
        return unkept(self._seen, failing.reference, trace, refused=refused)

    def _done_before(self, failing: Judged) -> Line | None:
        """The end of what changed something before: it did not do what it answered."""
        done = self._before(failing)
        route = self._routes.get(done.operation) if done else None
        if done is None or route is None:
            return None
        way = self._way(done.at)
        own = [line for line in way if self._of_route(line, route)]
        written = [line for line in way if _WRITES.search(self._seen.text(line))]
        last = (written or own)[-1:]
        return self._place(last[0]) if last else None

    # ---- a fault ------------------------------------------------------------------------------

    def _of_fault(self, trace: Trace) -> Line | None:
        """The innermost line of the project; where a table is not as expected, its migration."""
        if not trace.raised:
            return None
        line, text = trace.raised[-1]
        if text.startswith("ResponseValidationError"):
            return None
        for found in (_NO_COLUMN.search(text), _NO_TABLE.search(text)):
            if found:
                names = [one for one in found.groups() if one]
                table = names[0].partition(".")[0]
                for key in (".".join(names), table):
                    if key in self._seen.tables:
                        return self._seen.tables[key]
                # Nobody makes the table: those that make the others should.
                return next(iter(self._seen.tables.values()), None) or self._place(line)
        return self._place(line)

    # ---- another status -----------------------------------------------------------------------

    def _of_status(self, failing: Judged, trace: Trace, route: Route | None) -> Line | None:
        if any(status < 400 for status in failing.wanted):
            unfit = self._unfit(trace, route)
            if unfit is not None:
                return unfit
            if trace.status < 400:
                return keyword(route, "status_code")
            return self._refusal(trace, route)
        # A row that the framework would not let out was not refused.
        unfit = bool(trace.raised) and trace.raised[-1][1].startswith("ResponseValidationError")
        if failing.wanted <= {400, 422} and route is not None:
            refused = any(not _INVALID.match(text) for _, text in trace.raised)
            if 400 <= trace.status < 500 and not refused:
                return self._of_content(failing, trace, route)
            taken = self._passed_by(failing, trace, route) or self._taken(route, failing.case)
            if taken is not None or trace.status < 400 or unfit:
                return taken or self._lenient(failing, trace)
        # Whoever is told of a conflict was let in before.
        let_in = trace.status in (409, 422) and failing.wanted & {401, 403}
        if trace.status >= 400 and not unfit and not let_in:
            looked = self._looked_at(failing, trace, route)
            if looked is not None:
                return looked
            return self._misnamed(trace) or self._refusal(trace, route)
        more = other_roles(self._seen, route, failing.roles) if 403 in failing.wanted else None
        return more or self._lenient(failing, trace) or self._unguarded(failing, route)

    def _unfit(self, trace: Trace, route: Route | None) -> Line | None:
        """The field of an answer that the framework itself would not let out."""
        text = trace.raised[-1][1] if trace.raised else ""
        found = _UNFIT.search(text)
        names = re.findall(r"'(\w+)'", found[1]) if found else []
        known = [route.answered[name] for name in names if route and name in route.answered]
        return known[-1] if known else None

    def _misnamed(self, trace: Trace) -> Line | None:
        """Where a refusal that is right gets its status, if not where it is raised."""
        if not trace.raised or self._names(trace.raised[-1][0], trace.status):
            return None
        way = reversed(self._way(trace.at))
        named = next((line for line in way if self._names(line, trace.status)), None)
        rightly = any(trace.status in one.wanted and named in way for one, way in self._passed)
        return self._place(named) if named is not None and not rightly else None

    def _names(self, line: int, status: int) -> bool:
        text = self._seen.text(line).lower()
        return any(one in text for one in (str(status), *_SPELLED.get(status, ())))

    def _refusal(self, trace: Trace, route: Route | None) -> Line | None:
        """What refused: the line that raised, else what called it where others rightly go there."""
        if not trace.raised:
            return None
        raised = trace.raised[-1][0]
        rightly = any(
            trace.status in one.wanted and raised in self._way(one.at) for one in self._passing
        )
        function = self._function(raised)
        if rightly and route is not None and function.line != route.line:
            called = [line for line in self._way(trace.at) if self._of_route(line, route)]
            if called:
                return self._place(called[-1])
        return self._place(raised)

    def _passed_by(self, failing: Judged, trace: Trace, route: Route) -> Line | None:
        """Where code of the project's own looked at the form of a value, and let it go."""
        named = _FIELD_CASE.match(failing.case)
        form = route.taken.get(f"{named[1]}()") if named and _NO_SUCH.search(failing.case) else None
        for line in reversed(self._way(trace.at)) if form else ():
            function = self._function(line)
            if (function.path, function.line) == form:
                return self._place(line)
        return None

    def _looked_at(self, failing: Judged, trace: Trace, route: Route | None) -> Line | None:
        """The function that is there to refuse a reference to nothing, and did not."""
        if not failing.case.startswith("for a reference to nothing"):
            return None
        found: list[tuple[bool, int]] = []
        for function, lines in self._by_function(trace.at):
            own = route is not None and (function.path, function.line) == (route.path, route.line)
            if "reference" in function.name and not own:
                refuses = any(_refuses(one, {*failing.wanted, 422}) for one in function.text)
                found.append((refuses, lines[-1]))
        return self._place(max(found)[1]) if found else None

    def _taken(self, route: Route, case: str) -> Line | None:
        """Where the parameter or the field is written that should have been refused."""
        if "unknown field" in case or "no such" in case:
            return route.taken.get("model_config", route.taken.get("*"))
        named = _FIELD_CASE.match(case)
        if named is None:
            return None
        # Whether it may be left out is said by the field, and not by the type that it shares.
        own = route.taken.get(f".{named[1]}") if case.startswith("without ") else None
        return own or route.taken.get(named[1])

    def _lenient(self, failing: Judged, trace: Trace) -> Line | None:
        """The line in front of a refusal that was not made, in a function that could have."""
        best: tuple[float, Line] | None = None
        rightly: Line | None = None
        # Where a role or an owner is missing, 404 is only another way to say so.
        wanted = failing.wanted - {404} if 403 in failing.wanted else failing.wanted
        for function, lines in self._by_function(trace.at):
            text = "\n".join(function.text).lower()
            at = next((n for n, one in enumerate(function.text) if _refuses(one, wanted)), None)
            secret = "token" in failing.case or "password" in failing.case
            checking = secret and any(one in text for one in _CHECKING)
            if at is None and not checking:
                continue
            shared = len(_words(failing.case) & _words(text))
            score = self._score(lines, failing) + _PER_WORD * min(_MOST_WORDS, shared)
            score += 1 if checking else 0
            where = next((n for n, one in enumerate(function.text) if _checks(one)), 0)
            if not checking:
                before = [self._seen.lines[line][1] for line in lines]
                behind = function.line + (at or 0)
                where = max((n for n in before if n <= behind), default=behind) - function.line
            place = (function.path, function.line + where)
            if failing.wanted & {403} and not checking and self._refused_by(function, wanted):
                rightly = place
            elif best is None or score >= best[0]:
                best = (score, place)
        shown = trace.status < 400 and "of somebody else" in failing.case
        if best is None and (rightly is not None or shown):
            own = None if rightly is None or self._guards(rightly) else rightly
            return self._deciding(failing, trace) or own
        return best[1] if best else None

    def _refused_by(self, function: Function, wanted: Collection[int]) -> bool:
        """Whether it refuses others as it should: then what it was told is wrong."""
        for one in self._passing:
            trace = self._traces.get(one.at)
            if trace and trace.raised and trace.status in one.wanted & frozenset({*wanted, 404}):
                raised = self._function(trace.raised[-1][0])
                if (raised.path, raised.line) == (function.path, function.line):
                    return True
        return False

    def _guards(self, place: Line) -> bool:
        """Whether operations name what stands there as their guard, beside their own code."""
        return all(route.path != place[0] for route in self._routes.values())

    def _deciding(self, failing: Judged, trace: Trace) -> Line | None:
        """What said whose the row is, to the function that would have refused."""
        route = self._routes.get(failing.operation)
        found = [
            (function, lines)
            for function, lines in self._by_function(trace.at)
            if _WHOSE.search("\n".join(function.text))
            and not any(_refuses(one, {401, 403, 404}) for one in function.text)
            and (route is None or (function.path, function.line) != (route.path, route.line))
        ]
        return self._place(found[-1][1][-1]) if found else None

    def _unguarded(self, failing: Judged, route: Route | None) -> Line | None:
        """The operation whose guard is missing; for what must be unique, its column."""
        named = re.match(r"with the same (\w+) twice", failing.case)
        if named:
            columns = [key for key in self._seen.tables if key.endswith(f".{named[1]}")]
            own = [key for key in columns if key.partition(".")[0] in failing.operation]
            if columns:
                return self._seen.tables[(own or columns)[0]]
        if route is None:
            return None
        keys = ("dependencies", "def") if failing.wanted & {401, 403} else ("def",)
        line = next((route.keywords[key] for key in keys if key in route.keywords), route.line)
        return route.path, line

    # ---- another content ----------------------------------------------------------------------

    def _of_content(self, failing: Judged, trace: Trace, route: Route | None) -> Line | None:
        """The line that ran most where it failed and least where it passed, and speaks of it."""
        timed = self._of_time(failing, trace, route)
        if timed is not None:
            return timed
        # What is answered to a fault or a refusal is no row.
        answered = route.answered if route is not None and trace.status < 400 else {}
        extra = _named(_EXTRA, failing.said)
        if extra in answered:
            return answered[extra]
        absent = _named(_ABSENT, failing.said)
        if absent and absent not in answered and "*" in answered:
            return answered["*"]
        alike = [one for one in self._failing if _kind(one) == _kind(failing)]
        passing = [set(self._way(one.at)) for one in self._passing]
        failed = [set(self._way(one.at)) for one in alike]
        spelled = " ".join(_SPELLED.get(trace.status, ())) if failing.wanted else ""
        words = _words(f"{failing.said} {failing.case} {spelled}")
        best: tuple[int, float, int] | None = None
        for at, line in enumerate(self._way(trace.at)):
            score = _ochiai(line, failed, passing) + self._in_common(line, words)
            # Whose rows are shown is decided where they are asked for; else what ran last counts.
            own = route is not None and "of somebody else" in failing.said
            first = int(own and route is not None and self._of_route(line, route))
            if best is None or (first, score) >= best[:2]:
                best = (first, score, at)
        if best is None:
            return None
        written = self._writing(failing, trace, route)
        if written is not None:
            helped = self._way(trace.at)[best[2]]
            own = _ochiai(written, failed, passing) + _OF_THE_ROUTE
            if not route or self._of_route(helped, route) or own >= best[1]:
                return self._place(written)
        found = self._place(self._way(trace.at)[best[2]])
        # A type of content is mostly said once in the file that answers it, beside any function.
        kind = _named(_KIND, failing.said)
        kinds = self._seen.kinds.get(kind, [])
        way = reversed(self._way(trace.at))
        made = (line for line in way if "Response(" in self._seen.text(line))
        said = next(made, None) if kind else None
        own = next((one for one in kinds if one[0] == found[0]), None)
        return own or (self._place(said) if said is not None else found)

    def _writing(self, failing: Judged, trace: Trace, route: Route | None) -> int | None:
        """Where the operation itself has written, if something else came of it than was sent."""
        if route is None or trace.status >= 400 or not failing.said.startswith("answered another "):
            return None
        own = (line for line in reversed(self._way(trace.at)) if self._of_route(line, route))
        return next((line for line in own if _WRITES.search(self._seen.text(line))), None)

    def _of_time(self, failing: Judged, trace: Trace, route: Route | None) -> Line | None:
        """Where the clock is read, or where somebody's time is looked at."""
        if not failing.said.endswith(" in UTC"):
            return None
        named = _FIELD_CASE.match(failing.case)
        if named is not None:
            return route.taken.get(f"{named[1]}()") if route else None
        way = reversed(self._way(trace.at))
        read = next((line for line in way if _CLOCK.search(self._seen.text(line))), None)
        return self._place(read) if read is not None else None

    def _in_common(self, line: int, words: set[str]) -> float:
        return _PER_WORD * min(_MOST_WORDS, len(words & _words(self._seen.text(line))))

    # ---- what was seen ------------------------------------------------------------------------

    def _written(self, route: Route | None, failing: Judged) -> Line | None:
        """Where the operation is; where it is not, where its neighbours are."""
        if route is not None:
            return route.path, route.keywords.get("def", route.line)
        return neighbour(self._seen, failing.operation)

    def _way(self, at: int) -> list[int]:
        trace = self._traces.get(at)
        return self._seen.ways[trace.way] if trace else []

    def _place(self, line: int) -> Line:
        function, number = self._seen.lines[line]
        return self._seen.functions[function].path, number

    def _function(self, line: int) -> Function:
        return self._seen.functions[self._seen.lines[line][0]]

    def _of_route(self, line: int, route: Route) -> bool:
        function = self._function(line)
        return (function.path, function.line) == (route.path, route.line)

    def _by_function(self, at: int) -> Iterable[tuple[Function, list[int]]]:
        grouped: dict[int, list[int]] = {}
        for line in self._way(at):
            grouped.setdefault(self._seen.lines[line][0], []).append(line)
        return [(self._seen.functions[one], lines) for one, lines in grouped.items()]

    @cached_property
    def _passed(self) -> list[tuple[Judged, set[int]]]:
        return [(one, set(self._way(one.at))) for one in self._passing]

    def _score(self, lines: Sequence[int], failing: Judged) -> float:
        """How much a function belongs to failures of this kind, against what passed of it."""
        alike = [set(self._way(one.at)) for one in self._failing if _kind(one) == _kind(failing)]
        passing = [way for one, way in self._passed if one.wanted == failing.wanted]
        return max(_ochiai(line, alike, passing) for line in lines)


def _named(pattern: re.Pattern[str], text: str) -> str:
    """What the first group says that says anything."""
    found = pattern.search(text)
    return next((one for one in found.groups() if one), "") if found else ""


def _kind(one: Judged) -> tuple[frozenset[int], str]:
    """Failures of one kind may have one reason, whatever operation they are of."""
    words = one.case.split()
    return one.wanted, " ".join(words[:1] + words[2:]) if one.wanted <= {422} else one.case


def _ochiai(line: int, failed: Sequence[set[int]], passed: Sequence[set[int]]) -> float:
    """Ochiai's similarity of having run the line and having failed, from 0 to 1."""
    with_line = sum(line in way for way in failed)
    among = with_line + sum(line in way for way in passed)
    return with_line / math.sqrt(len(failed) * among) if with_line else 0.0


def _words(text: str) -> set[str]:
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        found |= {word, *word.split("_")}
    return {word.removesuffix("s") for word in found if len(word) > 2} - _NOT_SAYING


def _refuses(text: str, wanted: Collection[int]) -> bool:
    lower = text.lower()
    if "raise" not in lower and "return" not in lower and "error" not in lower:
        return False
    return any(
        str(status) in lower or any(word in lower for word in _SPELLED.get(status, ()))
        for status in wanted
    )


def _checks(text: str) -> bool:
    return any(one in text for one in _CHECKING)
