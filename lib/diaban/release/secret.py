"""What nobody outside the office knows, and needs no keeping: a digest of the register itself."""

from __future__ import annotations

from hashlib import blake2b

import pandas as pd

from diaban.intake.tables import Tables

REGISTER = ("counts", "cases", "case_streams", "persons", "cause_codes", "process_events")


def secret_of(tables: Tables) -> bytes:
    """32 bytes, the same for the same register: whoever does not have all of its rows cannot make them.

    Empty where there is no register, and so nothing that anybody could not have.
    """
    held = {name: frame for name, frame in tables.present().items() if name in REGISTER}
    digest = blake2b(digest_size=32)
    for name, frame in held.items():
        digest.update(name.encode())
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.digest() if held else b""
