"""Properties of any history. HOMEWARD_HYPOTHESIS_PROFILE=long looks for longer."""

import os

from hypothesis import HealthCheck, Phase, settings

from tests.properties.machine import Histories

PROFILES = {
    "suite": settings(
        max_examples=40, stateful_step_count=40, derandomize=True, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    ),
    "long": settings(
        max_examples=3000, stateful_step_count=80, deadline=None, print_blob=True,
        suppress_health_check=list(HealthCheck),
    ),
}  # fmt: skip

TestHistories = Histories.TestCase
TestHistories.settings = PROFILES[os.environ.get("HOMEWARD_HYPOTHESIS_PROFILE", "suite")]
