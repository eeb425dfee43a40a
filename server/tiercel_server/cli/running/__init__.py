"""What `tiercel run` needs around the engine: reading the flow, its inputs and its neighbours, and showing the run."""
