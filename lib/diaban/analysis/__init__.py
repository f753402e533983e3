"""Pure functions from frames to frames: one module a question, no files, no clocks."""
