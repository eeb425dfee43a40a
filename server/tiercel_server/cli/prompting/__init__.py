"""Inputs that nobody gave on the command line: from the environment, or asked for in a terminal."""

from tiercel_server.cli.prompting.completing import Asking, completed_inputs, nobody, terminal

__all__ = ["Asking", "completed_inputs", "nobody", "terminal"]
