"""The way to a connection: the server's addresses, a socket, TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx

from pywats.transport.http11 import Connection

__all__ = ["connect"]

# The next address of the server is tried as well when one does not answer (RFC 8305 section 5).
_NEXT_ADDRESS_SECONDS = 0.25

_DEFAULT_PORTS = {"http": 80, "https": 443}

_Address = tuple[int, int, int, str, Any]
_Attempt = asyncio.Task[socket.socket]


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
    port = _DEFAULT_PORTS[url.scheme] if url.port is None else url.port
    try:
        async with asyncio.timeout(seconds):
            sock = await _first_connected(await _addresses(host, port))
            _, connection = await asyncio.get_running_loop().create_connection(
                Connection,
                sock=sock,
                ssl=context if secure else None,
                server_hostname=host if secure else None,
                # asyncio's own limit is 60 seconds.
                ssl_handshake_timeout=(seconds or None) if secure else None,
            )
    except TimeoutError as error:
        raise httpx.ConnectTimeout(str(error)) from error
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(str(error)) from error
    return connection


async def _addresses(host: str, port: int) -> Sequence[_Address]:
    """Return the addresses of a server, in the order in which they are tried."""
    addresses: Sequence[_Address]
    try:
        # An address needs no look-up, which would take a thread.
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        loop = asyncio.get_running_loop()
        addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not addresses:
        raise OSError(f"{host} has no address")
    return _interleaved(addresses)


def _interleaved(addresses: Sequence[_Address]) -> Sequence[_Address]:
    """Return IPv6 and IPv4 addresses in turn: mostly all of one kind fail (RFC 8305 section 4)."""
    seen: Counter[int] = Counter()
    ranks = []
    for family, *_ in addresses:
        ranks.append(seen[family])
        seen[family] += 1
    return [address for _, address in sorted(zip(ranks, addresses, strict=True), key=lambda pair: pair[0])]


async def _first_connected(addresses: Sequence[_Address]) -> socket.socket:
    """Return a socket that is connected to the first address to answer.

    asyncio does this too (``happy_eyeballs_delay``), but loses sockets when it is cancelled.
    """
    attempts: list[_Attempt] = []
    winner: _Attempt | None = None
    try:
        for number, address in enumerate(addresses, start=1):
            attempts.append(asyncio.ensure_future(_connected(address)))
            winner = await _winner(attempts, _NEXT_ADDRESS_SECONDS if number < len(addresses) else None)
            if winner is not None:
                return winner.result()
        # All have failed. The system puts first what it takes for the best way, so that one says why.
        return attempts[0].result()
    finally:
        _abandon(attempts, winner)


async def _winner(attempts: list[_Attempt], seconds: float | None) -> _Attempt | None:
    """Return an attempt that has succeeded, or None: it is time for the next one, or all have failed."""
    running = {attempt for attempt in attempts if not _has_failed(attempt)}
    while running:
        done, running = await asyncio.wait(running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for attempt in done:
            if not _has_failed(attempt):
                return attempt
        if seconds is not None:
            break
    return None


def _has_failed(attempt: _Attempt) -> bool:
    return attempt.done() and attempt.exception() is not None


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


def _abandon(attempts: list[_Attempt], winner: _Attempt | None) -> None:
    # Emptied: the traceback of an error holds the list, and through it the error would hold itself.
    while attempts:
        attempt = attempts.pop()
        if attempt is not winner:
            attempt.cancel()
            attempt.add_done_callback(_close_socket)


def _close_socket(attempt: _Attempt) -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()
