"""The decision: states, records, events, `decide`. No I/O, no clock."""
