"""`tiercel run --plan`: what a run would do, told without doing any of it."""
