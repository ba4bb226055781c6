"""What a model writes of a plan: flat, every member a string, a boolean, or a list of such.

Small models and grammar-driven servers stumble over `anyOf`, references and numbers that may be
null. What a model writes instead (a number, null, a word such as `string`) is read as what it
means.
"""

import json
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

TypeName = Literal[
    "text",
    "integer",
    "decimal",
    "boolean",
    "date",
    "timestamp",
    "time",
    "email",
    "url",
    "phone",
    "uuid",
    "choice",
    "text_list",
    "reference",
    "references",
    "slug",
    "code",
    "json",
]
MemberType = Literal["text", "count", "integer", "number", "truth", "texts", "counts"]
RuleName = Literal[
    "unique_together", "ordered", "different", "no_overlap", "at_most", "takes", "adds"
]

_SYNONYMS = {
    "string": "text",
    "str": "text",
    "int": "integer",
    "number": "decimal",
    "float": "decimal",
    "bool": "boolean",
    "datetime": "timestamp",
    "date-time": "timestamp",
    "uri": "url",
    "enum": "choice",
    "array": "text_list",
    "list": "text_list",
    "object": "json",
}
_MEMBERS = {
    "string": "text",
    "str": "text",
    "int": "integer",
    "decimal": "number",
    "float": "number",
    "bool": "truth",
    "boolean": "truth",
    "text_list": "texts",
}


def plain(value: object) -> object:
    """A scalar as the text that stands for it; null is empty, all else its JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _known(words: dict[str, str]) -> BeforeValidator:
    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        word = value.strip().lower()
        return words.get(word, word)

    return BeforeValidator(read)


def _listed(value: object) -> object:
    return [] if value is None or value == "" else value


Plain = Annotated[str, BeforeValidator(plain)]
Lines = Annotated[list[Plain], BeforeValidator(_listed)]


class FieldShape(BaseModel):
    """One field. An empty string means that nothing is said."""

    name: str
    type: Annotated[TypeName, _known(_SYNONYMS)]
    required: bool = True
    unique: bool = False
    min: Plain = Field("", description="least value of a number, or least length of a text")
    max: Plain = Field("", description="greatest value, length, or number of list entries")
    choices: Lines = Field([], description="the values of a choice")
    refers_to: Plain = Field("", description="the resource of a reference, or a slug's source")
    on_delete: Plain = Field("", description="cascade, restrict or clear")
    written: Plain = Field("", description="always, creation, update or never by clients")
    default: Plain = Field("", description="the value when it is left out")
    description: Plain = ""


class ResourceShape(BaseModel):
    """One kind of thing that the API keeps. Who may: anyone, user, owner, or names of roles."""

    name: str = Field(description="singular")
    plural: Plain = ""
    description: Plain = ""
    fields: list[FieldShape]
    owner: Plain = Field("", description="the reference field that says whose a row is")
    list_by: Plain = ""
    create_by: Plain = ""
    read_by: Plain = ""
    update_by: Plain = ""
    delete_by: Plain = ""
    not_possible: Lines = Field([], description="those of list, create, read, update, delete")
    filters: Lines = []
    ranges: Lines = []
    search: Lines = []
    sort: Lines = []
    soft_delete: bool = False


class RuleShape(BaseModel):
    """A rule about the rows of a resource; what its fields are depends on the rule."""

    resource: str
    rule: Annotated[RuleName, _known({})]
    fields: Lines
    within: Lines = []
    count: Plain = ""


class TransitionShape(BaseModel):
    """What moves a row from one status to another."""

    resource: str
    name: str
    field: Plain
    sources: Lines = []
    target: Plain
    stamp: Plain = ""
    by: Plain = ""


class FigureShape(BaseModel):
    """A computed field of each row: over the rows of `of`."""

    resource: str
    name: str
    function: Plain = Field(description="count, sum, average, minimum, maximum or product")
    of: Plain = ""
    via: Plain = ""
    fields: Lines = []


class ReportShape(BaseModel):
    """Rows in groups, with their count and the sum of a number."""

    resource: str
    name: str
    group: Plain = ""
    period: Plain = ""
    field: Plain = ""
    by: Plain = ""


class MemberShape(BaseModel):
    """One member of what an operation answers."""

    name: str
    type: Annotated[MemberType, _known(_MEMBERS)] = "text"
    optional: bool = False
    description: Plain = ""


class GivenShape(BaseModel):
    """A row that is there before an example."""

    resource: str
    body: Plain = Field("", description="its fields as JSON")


class ExampleShape(BaseModel):
    """One worked example of an operation."""

    given: Annotated[list[GivenShape], BeforeValidator(_listed)] = []
    row: Plain = Field("1", description="which of the given rows is acted on")
    body: Plain = Field("", description="what is sent, as JSON")
    status: Plain = Field("200", description="200, 404, 409 or 422")
    answer: Plain = Field("", description="what is answered, as JSON")


class OperationShape(BaseModel):
    """An operation that nothing else says."""

    name: str
    summary: Plain
    description: Plain = ""
    method: Plain = "POST"
    resource: Plain = ""
    on_row: bool = False
    takes: Annotated[list[FieldShape], BeforeValidator(_listed)] = []
    answers: Annotated[list[MemberShape], BeforeValidator(_listed)] = []
    shows: Plain = Field("", description="the resource whose row is answered instead")
    many: bool = False
    by: Plain = ""
    examples: Annotated[list[ExampleShape], BeforeValidator(_listed)] = []


class PlanShape(BaseModel):
    """What the API keeps and does, and what was and was not understood of the user's words."""

    title: str
    description: Plain = ""
    resources: list[ResourceShape]
    accounts: Plain = Field("", description="the resource whose rows log in")
    login: Lines = []
    roles: Lines = []
    rules: Annotated[list[RuleShape], BeforeValidator(_listed)] = []
    transitions: Annotated[list[TransitionShape], BeforeValidator(_listed)] = []
    computed: Annotated[list[FigureShape], BeforeValidator(_listed)] = []
    reports: Annotated[list[ReportShape], BeforeValidator(_listed)] = []
    operations: Annotated[list[OperationShape], BeforeValidator(_listed)] = []
    understood: Lines = []
    not_understood: Lines = []
    not_possible: Lines = []


class EditShape(BaseModel):
    """A passage of the plan as it was shown, and what takes its place."""

    search: str = Field(description="a passage that stands in the plan exactly once")
    replace: Plain = ""


class ChangeShape(PlanShape):
    """A change of a plan that is there: edits of its text, or, without any, the whole plan."""

    title: Plain = ""
    resources: Annotated[list[ResourceShape], BeforeValidator(_listed)] = []
    edits: Annotated[list[EditShape], BeforeValidator(_listed)] = []
    files: Lines = Field([], description="paths of files to change, of those that are listed")
