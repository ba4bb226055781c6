import json

import pytest
from hypothesis import given, settings

from smartforge.contract import Contract
from smartforge.contract.reading import from_json, to_json
from smartforge.errors import ContractInvalid
from tests.unit.contract.strategies import contracts


@settings(max_examples=12, deadline=None)
@given(contracts())
def test_a_contract_survives_json(contract: Contract) -> None:
    assert from_json(json.loads(json.dumps(to_json(contract)))) == contract


OTHER: list[object] = [
    None,
    [],
    {},
    {"title": 1, "resources": []},
    {"title": "A", "resources": [{}]},
]


@pytest.mark.parametrize("data", OTHER)
def test_other_json_is_no_contract(data: object) -> None:
    with pytest.raises(ContractInvalid, match="not a contract"):
        from_json(data)


def test_unknown_keys_are_ignored() -> None:
    assert from_json({"title": "A", "resources": [], "later": 1}).title == "A"
