"""What an expression may name, and the shapes of what it names."""
