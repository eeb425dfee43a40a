"""Evaluation of expressions: nodes lowered to jinja2's compiler and sandbox."""
