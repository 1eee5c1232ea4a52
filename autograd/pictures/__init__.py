"""A computation graph as a picture: boxes, frames, highlighted paths, folding, summaries; DOT as SVG, PNG and PDF."""
