"""The area side: which indicators go with more cases, between places and within them."""

from diaban.analysis.area_factors.associations import area_factors

__all__ = ["area_factors"]
