"""What expressions name: inputs, variables, outputs and the other roots."""
