"""`smartforge doctor --model`: one real round trip to each model that is set."""

from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.text import Text

from smartforge.cli.counts import counted
from smartforge.cli.streams import plain, write_line
from smartforge.settings import Settings

if TYPE_CHECKING:
    from smartforge.app.models import Tried


async def ask_models(settings: Settings, json: bool) -> bool:
    """Show what came of asking each once; whether all answered."""
    from smartforge.app.forge import Forge
    from smartforge.app.models import try_each

    tried = await try_each(Forge(settings).models(), settings.reach)
    if json:
        write_line(msgspec.json.encode({"models": tried}))
    else:
        for one in tried:
            _show(one)
        if not tried:
            Console(highlight=False).print("No model is set, so none was asked.", soft_wrap=True)
    return all(not one.trial.problem for one in tried)


def _show(one: "Tried") -> None:
    console = Console(highlight=False)
    model, trial = one.model, one.trial
    where = f" at {model.place}" if model.place else ""
    head = f"{'✗' if trial.problem else '✓'} {model.name}{where}, for {', '.join(model.works)}"
    console.print(Text(plain(head), style="red" if trial.problem else "green"), soft_wrap=True)
    for line in _lines(one):
        console.print(Text(plain(f"  {line}")), soft_wrap=True)


def _lines(one: "Tried") -> list[str]:
    trial = one.trial
    lines = [f"asked: {trial.asked}"] if trial.asked else []
    if trial.answer:
        lines.append(f"answer: {' '.join(trial.answer.split())}")
    if trial.problem:
        return [*lines, f"after {trial.duration_ms:,} ms: {trial.problem}", trial.hint]
    cached = f" ({trial.cached_input_tokens:,} cached)" if trial.cached_input_tokens else ""
    price = f"{trial.cost} USD" if trial.cost is not None else "price unknown"
    lines.append(
        f"first word after {trial.first_ms or 0:,} ms, whole after {trial.duration_ms:,} ms;"
        f" {counted(trial.input_tokens, 'token')} in{cached},"
        f" {counted(trial.output_tokens, 'token')} out; {price}"
    )
    if not trial.output_tokens:
        lines.append("It does not tell how many tokens it uses, so a budget cannot count them.")
    if trial.kept_back:
        lines.append(
            "The whole answer came in one moment: a proxy in between keeps answers back. Turn its"
            " buffering off, or no file is seen while it is written."
        )
    return lines
