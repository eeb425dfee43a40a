"""Editor features as pure functions of a snapshot and a position."""
