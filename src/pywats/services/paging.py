"""Reading a long list page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from typing import TYPE_CHECKING, TypeVar

from pywats.core.correlation import correlation_id_var, generate_correlation_id

if TYPE_CHECKING:
    from pywats.core.client import AsyncHttpClient

__all__ = ["iter_pages"]

T = TypeVar("T")


async def iter_pages(
    client: AsyncHttpClient,
    fetch: Callable[[int, int], Awaitable[list[T]]],
    *,
    key: Callable[[T], object],
    page_size: int,
    skip: int = 0,
) -> AsyncIterator[T]:
    """Yield the rows of all pages, each page fetched when its first row is wanted.

    Rows that arrive while the list is read push others onto the next page, so a row whose key was seen
    before is passed over. The list ends with a page that is not full, or that brings nothing new: a server
    that ignores `$skip` would otherwise repeat itself for ever.

    Args:
        client: Opens a call scope for each page.
        fetch: Reads one page, given `$top` and `$skip`.
        key: What identifies a row; None, or what cannot be hashed, if the row does not tell.
        page_size: Rows per page.
        skip: Rows to pass over at the beginning.
    """
    # All pages share an ID, but between two of them the consumer makes calls that are none of ours.
    own_id = correlation_id_var.get() or generate_correlation_id()
    seen: set[Hashable] = set()
    before: list[Hashable] = []
    while True:
        with client.call_scope(own_id):
            page = await fetch(page_size, skip)
        keys = [_hashable(key(row)) for row in page]
        # As texts, since the consumer may change the rows themselves.
        marks = [repr(row) if row_key is None else row_key for row_key, row in zip(keys, page, strict=True)]
        if marks == before:
            return
        news = False
        for row_key, row in zip(keys, page, strict=True):
            if row_key in seen:
                continue
            if row_key is not None:
                seen.add(row_key)
            news = True
            yield row
        if not news or len(page) < page_size:
            return
        skip += len(page)
        before = marks


def _hashable(key: object) -> Hashable | None:
    """Return a key; None for one that cannot be one, such as what a server sent in place of a text."""
    try:
        hash(key)
    except TypeError:
        return None
    return key
