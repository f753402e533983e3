"""Counts as cells with equations, topic by topic: what the ledger judges."""
