"""What the figures in the README come from. Run by hand: `python -m benchmarks.cli`, `python -m benchmarks.server`."""
