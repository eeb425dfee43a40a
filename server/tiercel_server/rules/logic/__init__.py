"""What must hold across a flow: ids, order, triggers, inputs, outputs."""
