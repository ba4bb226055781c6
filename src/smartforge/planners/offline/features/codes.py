"""Names that the server makes: short codes that redirect, slugs, booking references."""

import re

import msgspec

from smartforge.contract import Code, Field, Integer, Redirect, Report, Resource, Slug, Text
from smartforge.contract.fields import Url
from smartforge.contract.names import identifier, spaced
from smartforge.planners.offline.features.changes import having, without
from smartforge.planners.offline.features.finding import (
    find_field,
    find_resource,
    is_label,
    label_of,
    mentions,
    subject,
)
from smartforge.planners.offline.features.heard import Heard, found, hear_all, hide, take, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_SHORT = re.compile(
    r"\b(?:(?:url|link)(?: |-| - )?shorten(?:er|ing)|short(?:ened)? (?:code|link|url)s?"
    r"|shorten(?:s|ed|ing)?(?: (?:a|an|the|long|my))* (?:url|link)s?|tiny ?urls?"
    r"|(?:turns? |makes? )?long (?:url|link)s?(?: [a-z,]+){0,4} short(?: ones?| codes?))\b"
)
_GOES = re.compile(
    r"\b(?:(?P<who>[a-z_]+ (?:the |a )?[a-z_]+ )?(?:redirect(?:s|ed|ing)?|forward(?:s|ed|ing))"
    r"(?: (?:to|users|visitors|people|me)(?: to)?(?: (?:the|its|a))?"
    r"(?: (?:original|long|target|full|real))?(?: (?:url|link|address))?)?)\b"
)
_VISITS = re.compile(
    r"\b(?:count|counts|counting|track|tracks|tracking|record|records|number of|how many|show"
    r"|shows|counting)(?: (?:the|of|all|how|many|number|each|every|its|times))* "
    r"(?P<what>visits?|clicks?|hits?|redirects?|views?|uses)\b"
    r"|\b(?:the |each |every |all )?(?:visits?|clicks?|hits?|redirects?|openings?|uses?|calls?)"
    r" (?:is|are|gets?|must be|should be) counted\b"
    r"|\bhow (?:often|many times)(?: [a-z]+){1,4} (?:visited|clicked|used|opened|followed)\b"
)
_LENGTH = re.compile(
    r"\b(?P<length>\d+)(?: |-| - )(?:characters?|chars?|letters?|digits?)(?: (?:long|random|short"
    r"|unique))* (?:code|codes)\b"
)
_SLUG = re.compile(
    r"\b(?:(?P<what>[a-z_]+) (?:are|is|can be|should be|must be|get|gets|have|has|with)(?:"
    r" [a-z]+){0,3}? )?(?:a |an |the |by |unique |url |generated |auto-generated |its )*slugs?"
    r"(?: (?:made|generated|derived|created|built|taken|based)(?: automatically)? (?:from|on|of"
    r"|out of)(?: (?:the|its|their))? (?P<source>[a-z_]+)| from (?:the |its )?(?P<from>[a-z_]+))?"
)
_MADE = re.compile(
    r"\b(?:(?:auto(?:matically)?(?: |-| - )?|server |system )?(?:generated?|random|unguessable)"
    r"|generates?|auto)(?: (?:a|an|the|unique|random|short|unguessable|secret))*"
    r" (?P<name>(?:[a-z]+ )?(?:code|reference|token|number))\b"
    r"|\b(?P<after>(?:[a-z]+ )?(?:code|reference|token)) (?:is |are |\("
    r" ?)?(?:auto(?:matically)?(?: |-| - )?)?(?:generated|made by the server)\b"
)
_LINKS = ("url", "link", "redirect", "short_url", "short_link", "shortened_url", "mapping")


_CUSTOM = re.compile(
    r"\b(?:with )?(?:custom|own|vanity)(?: short)? (?:codes?|alias(?:es)?|slugs?|names?)\b"
    r"|\b(?:click|visit) counts?(?: per (?:day|month))?\b|\bqr codes?\b"
)


# What makes of a short code one that leads somewhere.
_SHORTENS = re.compile(
    r"\b(?:shorten|redirect|tiny|short (?:link|url)|(?:long|original) (?:link|url))"
)


def claim_codes(claims: Claims) -> None:
    """Keep short codes, redirects and slugs from the base reading, but not the things they are"
    " of."""
    if any(_SHORT.search(heard.line) for heard in hear_all(claims.sentences)):
        hide(claims, _VISITS, _CUSTOM)


def read_codes(sketch: Sketch) -> None:
    """Short codes with redirects, then slugs, then other codes that the server makes."""
    shortens = any(_SHORTENS.search(heard.line) for heard in hear_all(sketch.sentences))
    for heard, match in found(sketch, _SHORT) if shortens else ():
        resource = _links(sketch)
        if resource is None:
            resource = Resource("link", "links", (Field("url", Url()),))
            sketch.put(resource)
        if resource.redirect is None:
            sketch.put(_shortening(sketch, resource))
            sketch.note(
                f"{heard.quote(*match.span())}: {spaced(resource.plural)} get a code, and "
                "/r/{code} redirects to the URL."
            )
        take(sketch, heard, *match.span())
    shortening = next((one for one in sketch.contract.resources if one.redirect), None)
    if shortening is not None:
        for heard, match in found(sketch, _GOES):
            take(sketch, heard, *match.span())
        for heard, match in found(sketch, _VISITS):
            _count(sketch, heard, match)
    _read_slugs(sketch)
    for heard, match in found(sketch, _MADE):
        _read_code(sketch, heard, match)


def _links(sketch: Sketch) -> Resource | None:
    for name in _LINKS:
        resource = find_resource(sketch, name)
        if resource is not None:
            return resource
    return next((one for one in sketch.contract.resources if _url(one) is not None), None)


def _url(resource: Resource) -> Field | None:
    return next((one for one in resource.fields if isinstance(one.kind, Url)), None)


def _shortening(sketch: Sketch, resource: Resource) -> Resource:
    to = _url(resource)
    if to is None:
        to = Field("url", Url())
    resource = having(resource, msgspec.structs.replace(to, required=True, default=None))
    length = 7
    for _, match in found(sketch, _LENGTH):
        length = int(match["length"][:3])
    for name in ("short_code", "code", "short_url", "short_link", "hash", "slug"):
        if any(one.name == name and one.name != to.name for one in resource.fields):
            resource = without(resource, name)
    thing = sketch.draft.things.get(resource.name)
    if thing is None or not (thing.listed or thing.attributes):
        for one in resource.fields:
            if one.name != to.name and isinstance(one.kind, Text):
                kind = msgspec.structs.replace(one.kind, min_length=0)
                resource = having(resource, msgspec.structs.replace(one, kind=kind, required=False))
    code = Field("code", Code(min(max(length, 4), 32)), written="never")
    resource = having(resource, code)
    return msgspec.structs.replace(resource, redirect=Redirect("code", to.name))


def _count(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    for resource in sketch.contract.resources:
        if resource.redirect is None:
            continue
        said = match["what"] or "visits"
        name = "clicks" if said.startswith("click") else "visits"
        for alike in ("visits", "clicks", "visit_count", "click_count", "hits", "views"):
            if any(one.name == alike for one in resource.fields):
                name = alike
        field = Field(name, Integer(0), False, 0, written="never")
        redirect = msgspec.structs.replace(resource.redirect, visits=name)
        resource = having(resource, field)
        sortable = tuple(dict.fromkeys((*resource.sortable, name)))
        counted = msgspec.structs.replace(resource, redirect=redirect, sortable=sortable)
        sketch.put(_with_figures(counted, redirect.code, name))
        path = f"{resource.collection_path}/{name}"
        told = f"every redirect adds one to {name}; {path} sums them up, of one code where asked."
        tell(sketch, heard, match, told)


def _with_figures(resource: Resource, code: str, name: str) -> Resource:
    """The resource with a report of its visits; the filter makes it that of one code."""
    report = Report(name, field=name, access=resource.access.list)
    kept = tuple(one for one in resource.reports if one.name != name)
    filters = tuple(dict.fromkeys((*resource.filters, code)))
    return msgspec.structs.replace(resource, filters=filters, reports=(*kept, report))


def _read_slugs(sketch: Sketch) -> None:
    for heard, match in found(sketch, _SLUG):
        said = match["what"] or ""
        resource = (find_resource(sketch, said) if said else None) or subject(
            sketch, heard, *match.span()
        )
        if resource is None:
            continue
        wanted = find_field(resource, match["source"] or match["from"] or "")
        source = wanted if wanted is not None and is_label(wanted) else None
        if source is None or source.name == "slug":
            rest = without(resource, "slug") if len(resource.fields) > 1 else resource
            source = label_of(rest)
        if source is None or not isinstance(source.kind, Text):
            continue
        source = msgspec.structs.replace(
            source,
            required=True,
            default=None,
            kind=msgspec.structs.replace(source.kind, min_length=1),
        )
        resource = without(having(resource, source), "slug")
        slug = Field("slug", Slug(source.name), unique=True, written="never")
        resource = having(resource, slug)
        sketch.put(
            msgspec.structs.replace(
                resource, filters=tuple(dict.fromkeys((*resource.filters, "slug")))
            )
        )
        tell(
            sketch,
            heard,
            match,
            f"{spaced(resource.plural)} have a slug made from their {source.name}; lists find one"
            f" by it, "
            "paths hold the id.",
        )


def _read_code(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    name = (match["name"] or match["after"] or "").strip()
    if name.split()[0] in (
        "access",
        "auth",
        "bearer",
        "jwt",
        "phone",
        "a",
        "the",
        "error",
        "status",
        "and",
    ):
        return
    resource = subject(sketch, heard, *match.span())
    named = [one for _, one in mentions(sketch, heard)]
    resource = next((one for one in named if find_field(one, name) is not None), resource)
    if resource is None or (name.endswith("number") and find_field(resource, name) is None):
        return
    known = find_field(resource, name)
    label = known.name if known is not None and isinstance(known.kind, Text) else identifier(name)
    if any(isinstance(one.kind, Code) for one in resource.fields):
        return
    resource = without(resource, label) if len(resource.fields) > 1 else resource
    sketch.put(having(resource, Field(label, Code(10), written="never")))
    tell(
        sketch,
        heard,
        match,
        f"the server makes the {spaced(label)} of each {spaced(resource.name)}.",
    )
