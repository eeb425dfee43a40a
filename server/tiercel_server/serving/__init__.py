"""`tiercel serve`: a workspace behind HTTP. `serve(what, where)` runs until it is told to stop."""
