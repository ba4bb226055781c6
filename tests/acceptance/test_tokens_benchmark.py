"""The benchmark of tokens holds its limit: it counts tokens and times nothing."""

from benchmarks import tokens


async def test_a_model_that_writes_only_what_rules_cannot_is_asked_for_a_quarter_at_most() -> None:
    auto, whole = await tokens.measured([tokens.OPERATION])
    assert auto.files == 1
    assert whole.files > 10
    assert auto.plan == whole.plan > 0
    assert 0 < auto.written < whole.written
    assert 0 < auto.total <= tokens.LIMIT * whole.total
