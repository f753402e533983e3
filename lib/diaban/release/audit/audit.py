"""The audit of a release: its cube, together with everything that was given out before, is attacked."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from diaban.release.audit.attack import Attack, attack
from diaban.release.audit.blocks import Block, blocks
from diaban.release.audit.certificate import certificate
from diaban.release.audit.claims import claims
from diaban.release.audit.columns import Frame, Statement
from diaban.release.audit.culprits import culprits
from diaban.release.audit.few_values import few_values
from diaban.release.audit.leaks import Audit, Leak
from diaban.release.audit.readings import Readings, read_cube
from diaban.release.audit.register import REGISTER
from diaban.release.audit.replay import Replayed, replayed
from diaban.release.audit.replay_shares import replayed_shares
from diaban.release.audit.union import Union, unite
from diaban.release.published import Published


def audit(
    now: Published,
    earlier: Sequence[Published] = (),
    *,
    victims: int | None = None,
    register: Mapping[str, Frame] = REGISTER,
) -> Audit:
    """What all of `now` tells of hidden counts, beside what `earlier` editions (newest first) told.

    Every number of every frame counts as published, whether a page prints it or not. victims: threshold of
    counts of child victims (default: that of the ledger). Where nothing is hidden by rule, as in an internal
    cube, there is nothing to audit: that is a leak too.
    """
    start = time.perf_counter()
    editions = [now, *earlier]
    union = unite([(one.edition, one.state) for one in editions])
    readings = [
        read_cube(one.cube, one.state, edition=one.edition, victims=victims, register=register)
        for one in editions
    ]
    again = [[*replayed(one.cube), *replayed_shares(one.cube)] for one in editions]
    figures, stated = _tell(union, editions, readings, again)
    leaks = [*_internal(now), *readings[0].leaks, *union.leaks]
    leaks += [leak for found in again for leak in _replayed_leaks(found, union)]
    attacks, fights = [], list(blocks(union))
    for block in fights:
        found, told = _attacked(block, figures, stated)
        attacks += found
        leaks += told
    leaks += claims(
        now.cube, {one.edition or str(one.cube.facts.get("edition", "")): one.cube for one in editions}
    )
    seconds = time.perf_counter() - start
    record = certificate(editions, union, readings, again, attacks, leaks, seconds=seconds)
    return Audit(sorted(set(leaks), key=_order), record)


def _order(leak: Leak) -> tuple[str, ...]:
    return (leak.kind, leak.edition, leak.frame, leak.row, leak.column, leak.cell)


def _internal(now: Published) -> Iterator[Leak]:
    """A cube of exact counts is not for sharing, whatever stands in it."""
    if now.cube.facts.get("internal") or now.state.threshold < 1:
        yield Leak("internal", frame="facts", column="internal", edition=now.edition)


def _tell(
    union: Union, editions: Sequence[Published], readings: Sequence[Readings], again: Sequence[list[Replayed]]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Put what the frames say into the union. Returns shown cell -> places, hidden cell -> places."""
    figures: dict[str, list[str]] = defaultdict(list)
    stated: dict[str, list[str]] = defaultdict(list)
    for number, (one, told) in enumerate(zip(editions, readings, strict=True)):
        label = f" ({one.edition})" if number else ""
        name = union.names[one.edition]
        for cell, places in told.figures.items():
            figures[name.get(cell, cell)] += [place + label for place in places]
        statements = [*told.statements, *(s for r in again[number] for s in r.statements)]
        for what in statements:
            weights = {name.get(cell, cell): w for cell, w in what.weights.items()}
            union.state(Statement(weights, what.lower, what.upper, what.place + label))
            for cell in weights:
                stated[cell].append(what.place + label)
    return figures, stated


def _replayed_leaks(found: Sequence[Replayed], union: Union) -> Iterator[Leak]:
    """Fewer counts agree than the rules promise."""
    for one in found:
        if one.strange:
            yield Leak("not_as_registered", next(iter(one.possible)), given_by=(one.place,))
            continue
        for cell, values in one.possible.items():
            needed = union.needed.get(cell, 0.0)
            if needed and len(values) <= needed:
                low, high = min(values, default=None), max(values, default=None)
                yield Leak("replayed", cell, lower=low, upper=high, needed=needed, given_by=(one.place,))


def _attacked(
    block: Block, figures: Mapping[str, Sequence[str]], stated: Mapping[str, Sequence[str]]
) -> tuple[list[Attack], list[Leak]]:
    """The attack on one block, and the leaks that it finds; a block without a solution is one."""
    try:
        found = attack(block)
        leaks = [
            Leak(
                "told",
                block.cells[cell],
                lower=float(found.low[cell]),
                upper=float(found.high[cell]),
                needed=float(block.needed[cell]),
                given_by=culprits(block, int(cell), figures, stated),
            )
            for cell in found.narrow
        ]
        return [found], [*leaks, *few_values(found, stated)]
    except ArithmeticError as error:
        return [], [Leak("contradiction", block.cells[0], given_by=(str(error),))]
