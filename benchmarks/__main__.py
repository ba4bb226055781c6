"""`python -m benchmarks [NAME]`: runs one benchmark, or all of them."""

import importlib
import sys

NAMES = (
    *("first", "append", "compile", "served", "fanout", "resume", "soak", "chaos-stream"),
    *(
        "stop",
        "overhead",
        "chaos-runs",
        "takeover",
        "queue",
        "previews",
        "validate",
        "tokens",
        "live",
        "page",
    ),
)


def main(arguments: list[str]) -> int:
    names = arguments or list(NAMES)
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}.")
        return 2
    for name in names:
        importlib.import_module(f"benchmarks.{name.replace('-', '_')}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
