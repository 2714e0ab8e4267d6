"""How long each kind of work may take, and how it is tried again."""

from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

CARRY_OUT: dict[str, Any] = {
    # carry_out gives up after 20 s by itself, with an answer
    "start_to_close_timeout": timedelta(seconds=25),
    "local_retry_threshold": timedelta(seconds=5),
    "retry_policy": RetryPolicy(maximum_interval=timedelta(seconds=10)),
}
ASK_PARTNER: dict[str, Any] = {
    # as long as it takes: after an hour people are told, and the asking goes on
    "start_to_close_timeout": timedelta(seconds=30),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=60)
    ),
}
UNAVAILABLE_PAUSE = timedelta(seconds=60)
"""Deadlines and partners' answers try PostgreSQL again at most once a minute."""
