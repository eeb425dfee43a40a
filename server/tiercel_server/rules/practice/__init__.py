"""What works but is better done otherwise; off until a project asks for it."""
