"""The Word annex of a locality: what its page says, as a document that officials edit and quote from."""

from diaban.release.exports.annex.annex import (
    OF_WHOLE,
    annex_beside,
    annex_bytes,
    annex_name,
    whole_annex_bytes,
)

__all__ = ["OF_WHOLE", "annex_beside", "annex_bytes", "annex_name", "whole_annex_bytes"]
