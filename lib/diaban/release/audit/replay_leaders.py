"""How many codes could be on most files: of each code that is not shown it says whether it could."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from diaban.release.audit.replay import Replayed
from diaban.release.cells import WHOLE, code_cell
from diaban.release.cube import Cube
from diaban.release.ledger.state import LedgerState

FRAME = "coding_sensitivity"


def replayed_leaders(cube: Cube, state: LedgerState) -> Iterator[Replayed]:
    """One a row. Where all codes of the kind are shown it is proved; of the others every number that agrees
    is listed. A row that is not what the counts say is not audited."""
    frame = cube.frames.get(FRAME)
    if frame is None:
        return
    kinds = cube["code_book"].set_index("code")["kind"]
    counts = state.counts.to_dict()
    for row in frame.to_dict("records"):
        of_kind = [code_cell(WHOLE, row["stream"], code) for code in kinds.index[kinds == row["kind"]]]
        yield _replayed(row, [cell for cell in of_kind if cell in counts], counts, state)


def _replayed(row: Mapping, cells: list[str], counts: Mapping[str, float], state: LedgerState) -> Replayed:
    place, unknown = f"{FRAME}[{row['stream']}, {row['kind']}].leaders", float(row["unknown_files"])
    first = code_cell(WHOLE, row["stream"], row["code"])
    hidden = [cell for cell in cells if cell in state.hidden]
    most = counts.get(first, -1.0)
    lead = {cell: counts[cell] + unknown >= most for cell in cells}
    as_said = first in cells and first not in hidden and most == max(counts[cell] for cell in cells)
    if not as_said or sum(lead.values()) != row["leaders"] or row["rank_upper"] != row["leaders"]:
        return Replayed(place, "not_audited", tuple(hidden))
    if not hidden:
        return Replayed(place, "proved")
    possible = {
        cell: [float(n) for n in range(int(most) + 1) if (n + unknown >= most) == lead[cell]]
        for cell in hidden
    }
    ways = sum(map(len, possible.values()))
    return Replayed(place, "tried", tuple(hidden), possible, tried=len(hidden) * (int(most) + 1), left=ways)
