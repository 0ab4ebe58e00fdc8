# SPDX-License-Identifier: MIT
"""The scenarios in their short form; `t/fault/run --long` is the other one."""
import pytest

import scenarios


@pytest.mark.parametrize("name,scenario,short,_", scenarios.SCENARIOS,
                         ids=[s[0] for s in scenarios.SCENARIOS])
def test_nothing_fails(name, scenario, short, _):
    result = scenario(short)
    print(name, result)
    assert result.failed == 0 and result.requests > 0
