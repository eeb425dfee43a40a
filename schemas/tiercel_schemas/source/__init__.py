"""Text to tree with positions: documents, spans, UTF-16 columns, tolerant parsing."""
