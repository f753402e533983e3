"""Simulated studies: from a declared truth and a seed to all raw tables."""

from diaban.simulate.ground import Places, read_places
from diaban.simulate.province import simulate
from diaban.simulate.read import read_truth
from diaban.simulate.truth import Truth
from diaban.simulate.write import run_simulation, write_study

__all__ = ["Places", "Truth", "read_places", "read_truth", "run_simulation", "simulate", "write_study"]
