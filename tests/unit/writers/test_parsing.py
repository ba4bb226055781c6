"""Files are written at once, so their texts are parsed in several threads."""

import sys
from concurrent.futures import ThreadPoolExecutor

from smartforge.parsing import parse

TEXT = "x = " + "(" * 40 + "1" + ")" * 40 + "\n" + "y = [[[[[1 + 2 * 3]]]]]\n" * 100


def test_threads_may_parse_at_once() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            trees = list(threads.map(parse, [TEXT] * 64))
    finally:
        sys.setswitchinterval(before)
    assert {len(tree.body) for tree in trees} == {101}
