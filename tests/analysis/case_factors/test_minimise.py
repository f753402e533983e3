from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.case_factors.minimise import Product, minimise, prime_products


def every_product(conditions):
    for signs in product((None, 0, 1), repeat=conditions):
        care = sum(1 << j for j, sign in enumerate(signs) if sign is not None)
        yield Product(care, sum(1 << j for j, sign in enumerate(signs) if sign))


def covers(products, rows):
    return all(any(p.covers(row) for p in products) for row in rows)


def test_a_textbook_function():
    """Rows 4, 8, 10, 11, 12, 15, free 9, 14 of A, B, C, D (8, 4, 2, 1): BC'D' + AC and either AB' or AD'
    (the worked example of the article "Quine-McCluskey algorithm" in Wikipedia)."""
    not_b, c, not_d, b = Product(12, 8), Product(10, 10), Product(9, 8), Product(7, 4)
    solutions = minimise([4, 8, 10, 11, 12, 15], [9, 14], 4)
    assert {frozenset(solution) for solution in solutions} == {
        frozenset({not_b, c, b}),
        frozenset({not_d, c, b}),
    }


def test_remainders_shorten_where_they_may():
    assert minimise([0b11], [], 2) == [(Product(0b11, 0b11),)]
    assert minimise([0b11], [0b01], 2) == [(Product(0b01, 0b01),)]
    assert minimise([0b11], [0b01, 0b10, 0b00], 2) == [(Product(0, 0),)]


def test_a_cyclic_table_has_two_equally_short_solutions():
    rows = [0b000, 0b001, 0b011, 0b111, 0b110, 0b100]
    solutions = minimise(rows, [], 3)
    assert len(solutions) == 2
    assert all(len(solution) == 3 for solution in solutions)


def test_nothing_one_and_all():
    assert minimise([], [1, 2], 2) == [()]
    assert minimise([2], [], 2) == [(Product(0b11, 0b10),)]
    assert minimise(range(8), [], 3) == [(Product(0, 0),)]


tables = st.lists(st.sampled_from("+-?"), min_size=8, max_size=8)


@settings(max_examples=150, deadline=None)
@given(tables)
def test_against_brute_force(table):
    rows, free = ([i for i, kind in enumerate(table) if kind == sign] for sign in "+?")
    allowed = set(rows) | set(free)
    implicants = [p for p in every_product(3) if all(i in allowed for i in range(8) if p.covers(i))]
    primes = {p for p in implicants if not any(is_part(q, p) for q in implicants)}
    assert prime_products(allowed, 3) == primes
    solutions = minimise(rows, free, 3)
    size = next(n for n in range(9) if any(covers(c, rows) for c in combinations(implicants, n)))
    best = [c for c in combinations(sorted(primes), size) if covers(c, rows)]
    literals = min(sum(p.literals for p in c) for c in best)
    assert solutions == [c for c in best if sum(p.literals for p in c) == literals]


def is_part(shorter, longer):
    """Whether `longer` only adds conditions to `shorter`."""
    same = longer.value & shorter.care == shorter.value
    return shorter != longer and shorter.care & longer.care == shorter.care and same


@pytest.mark.parametrize("order", [[3, 7, 5], [7, 5, 3], [5, 3, 7, 3]])
def test_order_and_repeats_change_nothing(order):
    assert minimise(order, [1], 3) == minimise([3, 5, 7], [1], 3)
