"""What contributors run: generators of files that are never edited by hand."""
