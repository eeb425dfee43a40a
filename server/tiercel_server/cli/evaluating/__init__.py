"""What `tiercel eval` is made of: contexts, batches, and words for errors."""
