"""Which files of a version a plan keeps, and which it has written again."""

from msgspec.structs import replace

from smartforge.contract import reading
from smartforge.events import Author
from smartforge.forge.plan import Plan, plan
from smartforge.forge.versions import Version, VersionFile
from tests.changing import ChangingTarget, EditPlanner, contract_of

OF_A_MODEL = "f" * 64
"""The hash of a text that no target renders."""


def version(author: Author) -> Version:
    """A first version whose files a model wrote, but for the judge's, which are compiled."""
    contract = contract_of("notes")
    target = ChangingTarget()
    files = target.files(reading.from_json(contract))
    return Version(
        number=1,
        contract=contract,
        notes=(),
        operations_not_made=(),
        files=tuple(
            VersionFile(one.path, one.purpose, "compiled" if one.judge else author, 1, OF_A_MODEL)
            for one in files
        ),
    )


async def planned(words: str, author: Author, base: Version) -> Plan:
    return await plan(EditPlanner(), ChangingTarget(), author, ["A note API", words], [base])


def kept(made: Plan) -> set[str]:
    return {file.path for file in made.files if file.kept}


async def test_what_a_model_wrote_stays_where_the_targets_own_text_would_be_the_same() -> None:
    made = await planned("add books", "model", version("model"))
    assert kept(made) == {"app/main.py", "app/notes.py", "migrations/0001.py"}
    compiled = {file.path for file in made.files if file.author == "compiled"}
    assert compiled == {"openapi.yaml", "PROOF.md", "proof.json"}


async def test_a_compiled_file_stays_only_where_its_bytes_are_the_same() -> None:
    made = await planned("add books", "compiled", version("compiled"))
    assert kept(made) == set()


async def test_a_file_that_the_version_lacks_is_written_whoever_writes_it() -> None:
    base = version("model")
    base = replace(base, files=base.files[1:])
    made = await planned("add books", "model", base)
    assert kept(made) == {"app/notes.py", "migrations/0001.py"}
