"""What a flow does: expressions evaluated, executions decided and performed."""
