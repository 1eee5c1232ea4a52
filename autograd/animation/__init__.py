"""The backward pass as a film: what shows when, where it stands, as SVG and as GIF."""
