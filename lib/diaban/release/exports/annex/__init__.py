"""The Word annex of a locality: what its page says, as a document that officials edit and quote from."""

from diaban.release.exports.annex.annex import annex_beside, annex_bytes, annex_name

__all__ = ["annex_beside", "annex_bytes", "annex_name"]
