"""The backward pass edge by edge: as events, as a table, and where it went wrong."""
