"""The pages that people read: fragments of a locality's page, the index, and the shell around them."""
