"""The picture of a graph: `placement.place(graph)` gives boxes and lines, `svg_format` writes them."""
