"""A new study: a folder that explains itself, with empty tables or with an invented miniature."""

from diaban.new_study.create import create_study

__all__ = ["create_study"]
