"""The audit of a release: its cube, together with everything that was given out before, is attacked."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from diaban.release.audit.attack import Attack, attack
from diaban.release.audit.before import Before
from diaban.release.audit.blocks import Block, blocks
from diaban.release.audit.certificate import certificate
from diaban.release.audit.claims import claims
from diaban.release.audit.columns import Frame, Statement
from diaban.release.audit.culprits import culprits
from diaban.release.audit.few_values import few_values
from diaban.release.audit.leaks import TOLD_BEFORE, Audit, Leak
from diaban.release.audit.readings import Readings, read_cube
from diaban.release.audit.register import REGISTER
from diaban.release.audit.replay import Replayed
from diaban.release.audit.replays import replays, replays_of_cells
from diaban.release.audit.small_ones import small_ones
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

    Every number of every frame counts as published, whether a page prints it or not; all editions are read,
    replayed and attacked alike. What an earlier edition alone tells cannot be taken back: it is reported as
    told before. What follows only with `now`, or what of an earlier edition cannot be understood, stops the
    release. victims: threshold of counts of child victims (default: that of the ledger). Where nothing is
    hidden by rule, as in an internal cube, there is nothing to audit: that is a leak too.
    """
    start = time.perf_counter()
    editions = [now, *earlier]
    readings = [
        read_cube(one.cube, one.state, edition=one.edition, victims=victims, register=register)
        for one in editions
    ]
    again = [
        [*replays(one.cube), *replays_of_cells(one.cube, one.state, victims=victims)] for one in editions
    ]
    parts = zip(editions, readings, again, strict=True)
    statements = [_statements(*one, newest=one[0] is now) for one in parts]
    union = _united(editions, statements)
    before = Before(union, lambda: _united(editions[1:], statements[1:]))
    found = [*_internal(now), *union.leaks]
    cubes = {one.edition or str(one.cube.facts.get("edition", "")): one.cube for one in editions}
    for one, reading, replayed in zip(editions, readings, again, strict=True):
        own = [*reading.leaks, *_replayed_leaks(replayed, one), *claims(one.cube, cubes)]
        past = [] if one is now else [leak for leak in own if leak.kind in TOLD_BEFORE]
        before.leaks += past
        found += [leak for leak in own if leak not in past]
    figures, stated = _places(union, editions, readings, statements)
    attacks, fights = [], list(blocks(union))
    for block in fights:
        tried, told = _attacked(block, figures, stated)
        attacks += tried
        found += before.sifted(told)
    found += before.sifted(_shown_leaks(union, figures))
    found += small_ones(fights, now.state)
    leaks, told_before = sorted(set(found), key=_order), sorted(set(before.leaks), key=_order)
    seconds = time.perf_counter() - start
    record = certificate(editions, union, readings, again, attacks, leaks, told_before, seconds=seconds)
    return Audit(leaks, record, told_before, protected=len(union.needed))


def _order(leak: Leak) -> tuple[str, ...]:
    return (leak.kind, leak.edition, leak.frame, leak.row, leak.column, leak.cell)


def _internal(now: Published) -> Iterator[Leak]:
    """A cube of exact counts is not for sharing, whatever stands in it."""
    if now.cube.facts.get("internal") or now.state.threshold < 1:
        yield Leak("internal", frame="facts", column="internal", edition=now.edition)


def _statements(
    one: Published, told: Readings, replayed: Sequence[Replayed], *, newest: bool
) -> list[Statement]:
    """What the frames of an edition say of its hidden cells. What cannot be audited is taken to tell them in
    an earlier edition; in the newest it is a leak by itself."""
    counts = {} if newest else {str(cell): float(n) for cell, n in one.state.counts.items()}
    return [*told.statements, *(s for r in replayed for s in r.statements(counts))]


def _united(editions: Sequence[Published], statements: Sequence[Sequence[Statement]]) -> Union:
    """The knowledge of editions (the newest first), and what their frames say; a count that an earlier one
    gave away is known from then on."""
    union = unite([(one.edition, one.state) for one in editions])
    for number, (one, said) in enumerate(zip(editions, statements, strict=True)):
        name, label = union.names[one.edition], f" ({one.edition})" if number else ""
        for what in said:
            weights = {name.get(cell, cell): w for cell, w in what.weights.items()}
            if number and what.lower == what.upper and list(weights.values()) == [1.0]:
                union.give(next(iter(weights)))
            else:
                union.state(Statement(weights, what.lower, what.upper, what.place + label))
    return union


def _places(
    union: Union,
    editions: Sequence[Published],
    readings: Sequence[Readings],
    statements: Sequence[Sequence[Statement]],
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Shown cell -> places, hidden cell -> places that say something of it."""
    figures: dict[str, list[str]] = defaultdict(list)
    stated: dict[str, list[str]] = defaultdict(list)
    for number, (one, told, said) in enumerate(zip(editions, readings, statements, strict=True)):
        name, label = union.names[one.edition], f" ({one.edition})" if number else ""
        for cell, places in told.figures.items():
            figures[name.get(cell, cell)] += [place + label for place in places]
        for what in said:
            for cell in what.weights:
                stated[name.get(cell, cell)].append(what.place + label)
    return figures, stated


def _replayed_leaks(found: Sequence[Replayed], one: Published) -> Iterator[Leak]:
    """Fewer counts agree than the rules promise, or nobody can say how many."""
    for r in found:
        if r.outcome == "not_audited":
            yield Leak("not_audited", next(iter(r.cells), ""), edition=one.edition, given_by=(r.place,))
        elif r.strange:
            yield Leak("not_as_registered", r.cells[0], edition=one.edition, given_by=(r.place,))
        else:
            for cell, values in r.possible.items():
                needed = one.state.needed.get(cell, 0.0)
                if needed and len(values) <= needed:
                    yield Leak("replayed", cell, edition=one.edition, lower=min(values), upper=max(values),
                               needed=needed, given_by=(r.place,))  # fmt: skip


def _shown_leaks(union: Union, figures: Mapping[str, Sequence[str]]) -> Iterator[Leak]:
    """Counts that one edition protects and another one shows."""
    for cell in sorted(set(union.needed) - union.hidden):
        n, places = union.counts[cell], tuple(figures.get(cell, (cell,)))[:1]
        yield Leak("told", cell, lower=n, upper=n, needed=union.needed[cell], given_by=places)


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
