"""The syntax of `{{ }}`: tokens, parser, nodes, and the signatures of functions, filters and tests."""
