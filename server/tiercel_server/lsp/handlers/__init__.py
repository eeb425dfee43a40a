"""A file for each method of the protocol; each has `register(server)`, called once for every server."""
