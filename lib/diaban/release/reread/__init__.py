"""The built files are read again: all that they say is in the audited cube, and nobody is found in them."""

from diaban.release.reread.problem import Problem
from diaban.release.reread.release_tree import reread

__all__ = ["Problem", "reread"]
