"""Small pieces that the models of `truth.toml` share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

TOLERANCE = 1e-6


class Declared(BaseModel):
    """Base of every declared thing: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _adds_to_one(shares: dict[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    if min(shares.values(), default=0) < 0 or abs(total - 1) > TOLERANCE:
        raise ValueError(f"shares of 0 or more that add up to 1, not to {total:g}")
    return shares


Shares = Annotated[dict[str, float], AfterValidator(_adds_to_one)]
"""Value -> share; the shares add up to 1. The value "" is written as an empty cell."""

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
