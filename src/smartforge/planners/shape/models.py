"""What a model writes of a plan: flat, every member a string, a boolean, or a list of such.

Small models and grammar-driven servers stumble over `anyOf`, references and numbers that may be
null. What a model writes instead (a number, null, a word such as `string`) is read as what it
means.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from smartforge.planners.shape.reading import (
    EXAMPLE_NAMES,
    FIELD_NAMES,
    MEMBERS,
    OPERATION_NAMES,
    TYPES,
    itemized,
    known,
    listed,
    named,
    names,
    plain,
    plainly,
)

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
InnerType = Literal[
    "text",
    "count",
    "integer",
    "number",
    "truth",
    "texts",
    "counts",
    "integers",
    "numbers",
    "truths",
]
MemberType = Literal[
    "text",
    "count",
    "integer",
    "number",
    "truth",
    "texts",
    "counts",
    "integers",
    "numbers",
    "truths",
    "rows",
]
RuleName = Literal[
    "unique_together", "ordered", "different", "no_overlap", "at_most", "takes", "adds"
]

Plain = Annotated[str, BeforeValidator(plain)]
Names = Annotated[list[Plain], BeforeValidator(names)]
Lines = Annotated[list[Plain], BeforeValidator(listed)]
Several = BeforeValidator(listed)
Named = BeforeValidator(named)


class Said(BaseModel):
    """Whatever a model says, read as `reading` has it. `also` are other names of its members."""

    also: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _plainly(cls, value: object) -> object:
        return plainly(value, cls.model_fields, cls.also)


class FieldShape(Said):
    """One field. An empty string means that nothing is said."""

    also = FIELD_NAMES

    @model_validator(mode="before")
    @classmethod
    def _of_items(cls, value: object) -> object:
        return itemized(value)

    name: str
    type: Annotated[TypeName, known(TYPES)]
    required: bool = True
    unique: bool = False
    min: Plain = Field("", description="least value of a number, or least length of a text")
    max: Plain = Field("", description="greatest value, length, or number of list entries")
    choices: Names = Field([], description="the values of a choice")
    refers_to: Plain = Field("", description="the resource of a reference, or a slug's source")
    on_delete: Plain = Field("", description="cascade, restrict or clear")
    written: Plain = Field("", description="always, creation, update or never by clients")
    default: Plain = Field("", description="the value when it is left out")
    description: Plain = ""


class ResourceShape(Said):
    """One kind of thing that the API keeps. Who may: anyone, user, owner, or names of roles."""

    name: str = Field(description="singular")
    plural: Plain = ""
    description: Plain = ""
    fields: Annotated[list[FieldShape], Named]
    owner: Plain = Field("", description="the reference field that says whose a row is")
    list_by: Plain = ""
    create_by: Plain = ""
    read_by: Plain = ""
    update_by: Plain = ""
    delete_by: Plain = ""
    not_possible: Names = Field([], description="those of list, create, read, update, delete")
    filters: Names = []
    ranges: Names = []
    search: Names = []
    sort: Names = []
    soft_delete: bool = False


class RuleShape(Said):
    """A rule about the rows of a resource; what its fields are depends on the rule."""

    resource: str
    rule: Annotated[RuleName, known({})]
    fields: Names
    within: Names = []
    count: Plain = ""


class TransitionShape(Said):
    """What moves a row from one status to another."""

    resource: str
    name: str
    field: Plain
    sources: Names = []
    target: Plain
    stamp: Plain = ""
    by: Plain = ""


class FigureShape(Said):
    """A computed field of each row: over the rows of `of`."""

    resource: str
    name: str
    function: Plain = Field(description="count, sum, average, minimum, maximum or product")
    of: Plain = ""
    via: Plain = ""
    fields: Names = []


class ReportShape(Said):
    """Rows in groups, with their count and the sum of a number."""

    resource: str
    name: str
    group: Plain = ""
    period: Plain = ""
    field: Plain = ""
    by: Plain = ""


class InnerShape(Said):
    """One member of each object in a list of them."""

    name: str
    type: Annotated[InnerType, known(MEMBERS)] = "text"
    optional: bool = False
    description: Plain = ""


class MemberShape(Said):
    """One member of what an operation answers."""

    @model_validator(mode="before")
    @classmethod
    def _of_items(cls, value: object) -> object:
        return itemized(value)

    name: str
    type: Annotated[MemberType, known(MEMBERS)] = "text"
    optional: bool = False
    description: Plain = ""
    members: Annotated[list[InnerShape], Named] = Field([], description="of each of the rows")


class GivenShape(Said):
    """A row that is there before an example."""

    resource: str
    body: Plain = Field("", description="its fields as JSON")


class ExampleShape(Said):
    """One worked example of an operation."""

    also = EXAMPLE_NAMES

    given: Annotated[list[GivenShape], Several] = []
    row: Plain = Field("1", description="which of the given rows is acted on")
    body: Plain = Field("", description="what is sent, as JSON")
    status: Plain = Field("200", description="200, 404, 409 or 422")
    answer: Plain = Field("", description="what is answered, as JSON")


class OperationShape(Said):
    """An operation that nothing else says."""

    also = OPERATION_NAMES

    name: str
    summary: Plain
    description: Plain = ""
    method: Plain = "POST"
    resource: Plain = ""
    on_row: bool = False
    takes: Annotated[list[FieldShape], Named] = []
    answers: Annotated[list[MemberShape], Named] = []
    shows: Plain = Field("", description="the resource whose row is answered instead")
    many: bool = False
    by: Plain = ""
    examples: Annotated[list[ExampleShape], Several] = []


class PlanShape(Said):
    """What the API keeps and does, and what was and was not understood of the user's words."""

    title: str
    description: Plain = ""
    resources: Annotated[list[ResourceShape], Several] = []
    accounts: Plain = Field("", description="the resource whose rows log in")
    login: Names = []
    roles: Names = []
    rules: Annotated[list[RuleShape], Several] = []
    transitions: Annotated[list[TransitionShape], Several] = []
    computed: Annotated[list[FigureShape], Several] = []
    reports: Annotated[list[ReportShape], Several] = []
    operations: Annotated[list[OperationShape], Several] = []
    understood: Lines = []
    not_understood: Lines = []
    not_possible: Lines = []


class EditShape(Said):
    """A passage of the plan as it was shown, and what takes its place."""

    search: str = Field(description="a passage that stands in the plan exactly once")
    replace: Plain = ""


class ChangeShape(PlanShape):
    """A change of a plan that is there: edits of its text, or, without any, the whole plan."""

    title: Plain = ""
    edits: Annotated[list[EditShape], Several] = []
    files: Names = Field([], description="paths of files to change, of those that are listed")
