"""The truth bench: what every method finds in simulated provinces whose causes are known."""

from diaban.bench.truth.run import truth_bench

__all__ = ["truth_bench"]
