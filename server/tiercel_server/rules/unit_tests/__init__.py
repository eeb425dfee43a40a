"""What is wrong in suites of unit tests."""
