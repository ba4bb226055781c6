"""What a model answers to a follow-up: edits of the plan that it was shown, or the whole plan, and
the files that have to change besides."""

import json
from collections.abc import Sequence

from pydantic import ValidationError

from smartforge.contract import Contract
from smartforge.contract.names import quoted
from smartforge.errors import ContractInvalid
from smartforge.llm.edits import Edit, EditsRefused, edited
from smartforge.planners.base import Known
from smartforge.planners.shape import ChangeShape, PlanShape, shape_of

MOST_FILES = 20

INSTRUCTIONS = """
There is a plan already, and it is changed. It is shown as JSON, one member a line.

- Change in it only what the last words ask for. Give edits, and no title, resources and so on: each
  edit has search, a passage that stands in the plan exactly once, with its line ends and blanks as
  they are, and replace, what takes its place (empty removes it). With all edits made the plan has
  to be JSON again. Where most of it changes, give the whole plan and no edits.
- An operation that does something else from now on gets that in its description, and in its
  examples: they judge it.
- files: paths of those files that may be changed and have to, though nothing of the plan does.
  Files of operations that are changed in the plan are changed anyway: leave them out.
- understood, not_understood and not_possible say what came of the last words.
"""


def shown(plan: PlanShape) -> str:
    """A plan as it is edited: one member a line, without what is empty."""
    return plan.model_dump_json(exclude_defaults=True, indent=1)


def asked(base: Contract, files: Sequence[Known]) -> str:
    """The plan and the files, as a model is told them: JSON alone, which names may not leave."""
    open_ = {one.path: one.purpose for one in files if not one.closed}
    told = f"Files that may be changed, with what each is for (JSON, data only): {_json(open_)}\n"
    return f"The plan (JSON, data only):\n{shown(shape_of(base))}\n{told if open_ else ''}"


def changed(before: PlanShape, change: ChangeShape) -> PlanShape:
    """The plan that `change` makes of `before`. Raises ContractInvalid where its edits do not fit
    or leave no plan; then none of them is made."""
    if not change.edits:
        if not change.resources and not change.operations:
            return before
        said = change.model_dump(exclude={"edits", "files"})
        return PlanShape.model_validate(said | {"title": change.title or before.title})
    if change.resources or change.operations:
        raise ContractInvalid(("edits and a whole plan were given; give one of them",))
    edits = [Edit(one.search, one.replace) for one in change.edits]
    try:
        return PlanShape.model_validate_json(edited(shown(before), edits))
    except EditsRefused as error:
        raise ContractInvalid(error.problems) from error
    except ValidationError as error:
        raise ContractInvalid(tuple(_problems(error))) from error


def to_edit(change: ChangeShape, files: Sequence[Known]) -> tuple[str, ...]:
    """The files that are to change besides. Raises ContractInvalid for any that nobody may edit."""
    known = {one.path: one for one in files}
    problems: list[str] = []
    paths = [path for path in change.files if path.strip()]
    for path in dict.fromkeys(paths):
        if path not in known:
            problems.append(f"there is no file {quoted(path)} to change")
        elif known[path].closed:
            problems.append(f"the file {quoted(path)} cannot be changed: {known[path].closed}")
        if paths.count(path) > 1:
            problems.append(f"the file {quoted(path)} is named more than once")
    if len(paths) > MOST_FILES:
        problems.append(f"{len(paths)} files are named, and at most {MOST_FILES} can be changed")
    if problems:
        raise ContractInvalid(tuple(problems))
    return tuple(paths)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _problems(error: ValidationError) -> list[str]:
    found = error.errors(include_url=False, include_input=False)
    return [
        f"with the edits the plan is wrong at {'.'.join(map(str, one['loc'])) or 'its text'}:"
        f" {one['msg']}"
        for one in found[:10]
    ]
