"""`python -m tests.followed [--few] [NAME...]`: every project, or those that are named.

Leads each through its follow-ups, on a real server, and prints a line for each: what became of it,
and below it what is wrong. With all checks it takes about 30 seconds of a core for a version, with
`--few` of them half of that; two projects at once.
"""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.followed.base import projects
from tests.followed.following import FEW, Followed, Following
from tests.processes import SMARTFORGE, serving

WIDTH = 2


def main(arguments: list[str]) -> int:
    names = [one for one in arguments if one != "--few"]
    command = SMARTFORGE if names == arguments else FEW
    wanted = {name: project for name, project in projects().items() if not names or name in names}
    with (
        tempfile.TemporaryDirectory(prefix="followed-") as folder,
        serving(Path(folder) / "data", ["--pace", "0"], command=command) as server,
        ThreadPoolExecutor(WIDTH) as both,
    ):

        def one(turn: int, name: str) -> list[Followed]:
            found: list[Followed] = []
            following = Following(name, wanted[name], server, Path(folder) / name, command)
            for followed in following.all(turn):
                print(_line(followed), flush=True)
                found.append(followed)
            return found

        made = [both.submit(one, turn, name) for turn, name in enumerate(wanted)]
        found = [followed for each in made for followed in each.result()]
    said = sum(len(project.said) for project in wanted.values())
    # The first of each project is its prompt, which is no follow-up.
    firsts = len(wanted)
    sound = sum(not one.faults for one in found) - firsts
    by_terminal = sum(one.way == "terminal" for one in found)
    refused = sum(one.became.startswith("error") for one in found)
    print(
        f"{sound} of {said} follow-ups sound, over {firsts} projects: {by_terminal} said in the "
        f"terminal, {len(found) - firsts - by_terminal} to the API; {refused} refused"
    )
    return int(sound < said)


def _line(one: Followed) -> str:
    head = "ok" if not one.faults else "WRONG"
    faults = "".join(f"\n    {fault[:1500]}" for fault in one.faults)
    return f"{head}: {one.project} ({one.way}): {one.said}: {one.became}{faults}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
