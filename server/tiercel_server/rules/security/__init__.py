"""What gives away secrets or lets others run code; off until a project asks for it."""
