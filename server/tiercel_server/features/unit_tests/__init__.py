"""Suites of unit tests in an editor: what may be written, what it means, lenses, results on their lines."""

from tiercel_server.features.unit_tests.completion import complete_suite
from tiercel_server.features.unit_tests.hover import hover_suite
from tiercel_server.features.unit_tests.lenses import RUN_TESTS_COMMAND, suite_lenses
from tiercel_server.features.unit_tests.places import suite_at
from tiercel_server.features.unit_tests.results import LastTest, SuiteResults

__all__ = [
    "RUN_TESTS_COMMAND",
    "LastTest",
    "SuiteResults",
    "complete_suite",
    "hover_suite",
    "suite_at",
    "suite_lenses",
]
