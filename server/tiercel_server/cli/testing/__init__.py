"""What `tiercel test` needs around the engine: finding suites, running their cases apart from each other, reports."""
