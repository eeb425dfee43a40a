"""Checking of files: which, how they are read, what is found in them."""
