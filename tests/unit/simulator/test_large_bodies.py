"""The body of a request passes through the faults whole, and a large one without being held in memory."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest

from pywats.simulator.faults import FaultMiddleware, Faults

PIECE = bytes(range(256)) * 256


def send(pieces, *, leaves=False):
    """Sends pieces of a body, which ends there unless the client leaves; returns what the application got."""
    count = len(pieces)
    messages = iter(
        [
            *(
                {"type": "http.request", "body": piece, "more_body": leaves or number < count}
                for number, piece in enumerate(pieces, 1)
            ),
            {"type": "http.disconnect"},
        ]
    )
    seen = []

    async def receive():
        return next(messages)

    async def app(_scope, receive_body, _send):
        while (message := await receive_body())["type"] != "http.disconnect":
            seen.append((len(message["body"]), message["body"][:1], message["more_body"]))

    scope = {"method": "POST", "raw_path": b"/"}
    asyncio.run(FaultMiddleware(app, Faults(), asyncio.Event())(scope, receive, None))
    return seen


@pytest.mark.parametrize("pieces", [[b""], [b"a"], [b"a", b""], [PIECE] * 5, [PIECE] * 64])
def test_a_body_comes_whole_and_its_last_message_says_so(pieces):
    seen = send(pieces)

    assert sum(size for size, _, _ in seen) == sum(len(piece) for piece in pieces)
    assert [more for _, _, more in seen] == [True] * (len(seen) - 1) + [False]


def test_a_request_whose_client_leaves_before_its_end_is_not_handled():
    assert send([PIECE, PIECE], leaves=True) == []


def test_a_large_body_is_not_held_in_memory():
    tracemalloc.start()
    try:
        assert send([PIECE] * 320)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
