"""The way to a connection: the server's addresses, a socket, TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Collection, Sequence
from typing import Any

import httpx

from pywats.transport.http11 import Connection

__all__ = ["connect"]

# The next address of the server is tried as well when one does not answer (RFC 8305 section 5).
_NEXT_ADDRESS_SECONDS = 0.25

_Address = tuple[int, int, int, str, Any]


async def connect(url: httpx.URL, context: ssl.SSLContext, seconds: float | None) -> Connection:
    """Connect to the server of a URL.

    Args:
        url: Its scheme is http or https.
        context: For https.
        seconds: How long it may take, the TLS handshake included; None for no limit.

    Raises:
        httpx.ConnectTimeout: It took longer.
        httpx.ConnectError: The name cannot be resolved, or the connection or the TLS handshake failed.
    """
    secure = url.scheme == "https"
    host = url.raw_host.decode("ascii")
    try:
        async with asyncio.timeout(seconds):
            sock = await _first_connected(await _addresses(host, url.port or (443 if secure else 80)))
            _, connection = await asyncio.get_running_loop().create_connection(
                Connection,
                sock=sock,
                ssl=context if secure else None,
                server_hostname=host if secure else None,
            )
    except TimeoutError as error:
        raise httpx.ConnectTimeout(str(error)) from error
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(str(error)) from error
    return connection


async def _addresses(host: str, port: int) -> Sequence[_Address]:
    try:
        # An address needs no look-up, which would take a thread.
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        loop = asyncio.get_running_loop()
        return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def _first_connected(addresses: Sequence[_Address]) -> socket.socket:
    """Return a socket that is connected to the first address to answer.

    asyncio does this too (``happy_eyeballs_delay``), but loses sockets when it is cancelled.
    """
    attempts: list[asyncio.Task[socket.socket]] = []
    winner: asyncio.Task[socket.socket] | None = None
    try:
        for number, address in enumerate(addresses, start=1):
            attempts.append(asyncio.ensure_future(_connected(address)))
            winner = await _winner(attempts, _NEXT_ADDRESS_SECONDS if number < len(addresses) else None)
            if winner is not None:
                return winner.result()
        # All have failed: the last one says why.
        return attempts[-1].result()
    finally:
        for attempt in attempts:
            if attempt is not winner:
                attempt.cancel()
                attempt.add_done_callback(_close_socket)


async def _winner(
    attempts: list[asyncio.Task[socket.socket]], seconds: float | None
) -> asyncio.Task[socket.socket] | None:
    """Return an attempt that has succeeded, or None: it is time for the next one, or all have failed."""
    running: Collection[asyncio.Task[socket.socket]] = [one for one in attempts if not one.done()]
    while running:
        done, running = await asyncio.wait(running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for attempt in done:
            if attempt.exception() is None:
                return attempt
        if seconds is not None:
            break
    return None


async def _connected(address: _Address) -> socket.socket:
    family, kind, protocol, _, target = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, target)
    except BaseException:
        sock.close()
        raise
    return sock


def _close_socket(attempt: asyncio.Task[socket.socket]) -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()
