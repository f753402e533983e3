"""The protected frames of the cube, a module a chapter."""
