"""Hidden localities put together with their neighbours, into the smallest groups of a public division."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree

Group = tuple[str, ...]


class Division:
    """How a set of localities is divided in two, the parts in two again, and so on.

    It rests on the map and on the populations alone, which everyone knows: how counts lie has no part in it.
    A set is divided along the borders in it: a tree of shortest ways between neighbours is cut where both
    sides have the most equal population (Assuncao et al. 2006, IJGIS 20: 797-811, cut such a tree). Where it
    is of several pieces that do not touch, it is divided between them first.
    """

    def __init__(self, pairs: pd.DataFrame, at_risk: Mapping[str, float]) -> None:
        """pairs: a, b (neighbours), and a length if it is known. at_risk: locality -> person-years."""
        self._length = {
            frozenset((str(a), str(b))): float(length)
            for a, b, length in zip(pairs["a"], pairs["b"], _lengths(pairs), strict=True)
            if a != b
        }
        self._at_risk = at_risk

    def touches(self, group: Group) -> bool:
        """Whether one can go from each locality to each other one without leaving the group."""
        return len(group) > 0 and connected_components(self._graph(group), directed=False)[0] == 1

    def halves(self, group: Group) -> tuple[Group, Group] | None:
        """The two parts of the group, neither of a single locality; None where there are no such parts."""
        if len(group) < 4:
            return None
        graph = self._graph(group)
        pieces, label = connected_components(graph, directed=False)
        if pieces > 1:
            return self._between_pieces(group, label, pieces)
        return self._best(group, self._cuts(graph))

    def _between_pieces(self, group: Group, label: NDArray, pieces: int) -> tuple[Group, Group] | None:
        """Each piece of two or more against all others: every locality that touches none stays with these."""
        return self._best(group, [label == n for n in range(pieces)])

    def _cuts(self, graph: csr_array) -> list[NDArray]:
        """One side (bool by locality) of every cut of the tree of shortest ways."""
        tree = minimum_spanning_tree(graph)
        order, before = breadth_first_order(tree, 0, directed=False)
        sides = {int(node): {int(node)} for node in order}
        for node in order[:0:-1]:
            sides[int(before[node])] |= sides[int(node)]
        nodes = np.arange(len(order))
        return [np.isin(nodes, list(sides[int(node)])) for node in order[1:]]

    def _best(self, group: Group, cuts: Sequence[NDArray]) -> tuple[Group, Group] | None:
        weight = np.array([self._at_risk[code] for code in group])
        fair = [cut for cut in cuts if 2 <= cut.sum() <= len(group) - 2]
        if not fair:
            return None
        cut = max(fair, key=lambda side: (min(weight[side].sum(), weight[~side].sum()), side.tolist()))
        codes = np.array(group, dtype=object)
        first, second = sorted((tuple(codes[cut]), tuple(codes[~cut])))
        return first, second

    def _graph(self, group: Group) -> csr_array:
        place = {code: n for n, code in enumerate(group)}
        inside = [(*sorted(pair), km) for pair, km in self._length.items() if place.keys() >= pair]
        ends = np.array([(place[str(a)], place[str(b)]) for a, b, _ in inside], dtype=int).reshape(-1, 2)
        lengths = [km for *_, km in inside]
        return csr_array((lengths, (ends[:, 0], ends[:, 1])), shape=(len(group), len(group)))


def _lengths(pairs: pd.DataFrame) -> NDArray:
    """The longer the border, the nearer two localities are; all alike where it is not known."""
    if "border_km" not in pairs:
        return np.ones(len(pairs))
    km = pairs["border_km"].astype("float64")
    return (1.0 / km.where(km > 0)).fillna(1e3).to_numpy()
