"""Suites of unit tests as documents: read with the places of all that they say."""

from tiercel_server.analysis.unit_tests.documents import SuiteDocument, SuiteProblem, suites_in

__all__ = ["SuiteDocument", "SuiteProblem", "suites_in"]
