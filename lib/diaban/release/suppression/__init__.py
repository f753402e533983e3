"""Which cells are hidden, so that no small count can be read or worked out."""
