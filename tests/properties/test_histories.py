"""Properties of any history. HYPOTHESIS_PROFILE=long (`make test-long`) looks for longer."""

import os

from hypothesis import HealthCheck, Phase, settings

from tests.properties.machine import Histories

PROFILES = {
    "suite": settings(
        max_examples=20, stateful_step_count=40, derandomize=True, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    ),
    "long": settings(
        max_examples=600, stateful_step_count=60, deadline=None, print_blob=True,
        suppress_health_check=list(HealthCheck),
    ),
}  # fmt: skip

TestHistories = Histories.TestCase
TestHistories.settings = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "suite")]
