"""Shorten a list of true rows of a truth table to the fewest and shortest products (Quine-McCluskey)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Product(NamedTuple):
    """Conditions that hold together. Bit j of `care`: condition j matters; of `value`: it is present.

    A row of the truth table is a number whose bit j says whether condition j is present.
    """

    care: int
    value: int

    def covers(self, row: int) -> bool:
        return row & self.care == self.value

    @property
    def literals(self) -> int:
        return self.care.bit_count()


Cover = tuple[Product, ...]


def minimise(positive: Iterable[int], remainders: Iterable[int], conditions: int) -> list[Cover]:
    """All smallest sets of products that are true on every `positive` row and on no other but `remainders`.

    Smallest: fewest products, then fewest literals. Several are returned, in a fixed order, where equally
    small ones exist (model ambiguity; Baumgartner & Thiem 2017, Sociol. Methods Res. 46:954-987). Without
    positive rows: one empty cover. Quine 1952; McCluskey 1956.
    """
    rows = set(positive)
    primes = prime_products(rows | set(remainders), conditions)
    useful = sorted(p for p in primes if any(p.covers(row) for row in rows))
    return _smallest_covers(rows, useful)


def prime_products(rows: Iterable[int], conditions: int) -> set[Product]:
    """Products that are true on no row outside `rows` and from which no condition can be dropped."""
    everything = (1 << conditions) - 1
    current = {Product(everything, row) for row in rows}
    primes: set[Product] = set()
    while current:
        shorter: set[Product] = set()
        merged: set[Product] = set()
        for product in current:
            for bit in (1 << j for j in range(conditions) if product.care >> j & 1):
                twin = Product(product.care, product.value ^ bit)
                if twin in current:
                    shorter.add(Product(product.care & ~bit, product.value & ~bit))
                    merged |= {product, twin}
        primes |= current - merged
        current = shorter
    return primes


def _smallest_covers(rows: set[int], primes: list[Product]) -> list[Cover]:
    """Branch on the row that the fewest products cover; cut what cannot become as small as the best found."""
    order = sorted(rows)
    reach = {p: sum(1 << i for i, row in enumerate(order) if p.covers(row)) for p in primes}
    choices = [[p for p in primes if reach[p] >> i & 1] for i in range(len(order))]
    best: set[Cover] = set()
    size = len(order)
    seen: set[frozenset[Product]] = set()

    def grow(chosen: frozenset[Product], left: int) -> None:
        nonlocal best, size
        if chosen in seen:
            return
        seen.add(chosen)
        if not left:
            best, size = (best, size) if len(chosen) == size else (set(), len(chosen))
            best.add(tuple(sorted(chosen)))
            return
        widest = max((left & r).bit_count() for r in reach.values())
        if len(chosen) + -(-left.bit_count() // widest) <= size:
            row = min((i for i in range(len(order)) if left >> i & 1), key=lambda i: len(choices[i]))
            for product in choices[row]:
                grow(chosen | {product}, left & ~reach[product])

    grow(frozenset(), (1 << len(order)) - 1)
    fewest = min(sum(p.literals for p in cover) for cover in best)
    return sorted(cover for cover in best if sum(p.literals for p in cover) == fewest)
