"""A raw-socket HTTP/1.1 server that misbehaves on request.

    with FaultServer([close_before_answer(), respond(503)]) as server:
        httpx.get(server.url)

Every request takes the next behaviour of the script; when the script has ended, `then` answers.
A callable instead of a list chooses the behaviour by the request. A test never sleeps: it waits with
`server.wait_until(condition)`, which wakes whenever the server has seen something.
"""

from __future__ import annotations

import contextlib
import json
import re
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import httpx

Behaviour = Callable[["Exchange"], None]
Chooser = Callable[["Request"], Behaviour]

_REASONS = {
    200: "OK",
    302: "Found",
    307: "Temporary Redirect",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came over the wire."""

    number: int
    """0 for the first request this server got."""
    connection: int
    """0 for the first connection this server accepted."""
    method: str
    target: str
    """The request target as sent: absolute-form when the client takes this server for a proxy."""
    headers: httpx.Headers
    body: bytes
    time: float
    """When it was complete, on `time.monotonic()`'s clock."""

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> str:
        return urlsplit(self.target).query

    @property
    def correlation_id(self) -> str | None:
        return self._header("X-Correlation-ID")

    @property
    def retry_count(self) -> str | None:
        return self._header("X-Retry-Count")

    def _header(self, name: str) -> str | None:
        return self.headers[name] if name in self.headers else None  # noqa: SIM401


class ClientGone(Exception):  # noqa: N818
    """The client closed the connection, or the server is being stopped."""


class FaultServer:
    """A context manager around one listening port of 127.0.0.1, with a thread per connection."""

    def __init__(
        self,
        script: Iterable[Behaviour] | Chooser = (),
        *,
        then: Behaviour | None = None,
        tls: ssl.SSLContext | None = None,
        listen: bool = True,
    ) -> None:
        self._choose = script if callable(script) else _play(script, then or wats())
        self._tls = tls
        self._listen_at_once = listen
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._requests: list[Request] = []
        self._connections: list[_Connection] = []
        self._accepting: threading.Thread | None = None
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        self.url = f"{'https' if tls else 'http'}://{self.host}:{self.port}"

    @property
    def requests(self) -> list[Request]:
        with self._changed:
            return list(self._requests)

    @property
    def connections(self) -> int:
        """Connections ever accepted."""
        with self._changed:
            return len(self._connections)

    @property
    def open_connections(self) -> int:
        with self._changed:
            return sum(connection.open for connection in self._connections)

    @property
    def disconnects(self) -> int:
        """Connections that the client, not this server, has ended."""
        with self._changed:
            return sum(connection.client_left for connection in self._connections)

    def wait_until(self, condition: Callable[[], object], timeout: float = 5.0) -> None:
        """Return as soon as `condition` holds; fail the test when it does not within `timeout`."""
        with self._changed:
            if not self._changed.wait_for(condition, timeout):
                raise AssertionError(
                    f"not so after {timeout} s: {len(self._requests)} requests, {len(self._connections)} "
                    f"connections, {self.open_connections} open, {self.disconnects} ended by the client"
                )

    def listen(self) -> None:
        """Start to accept. Until then the port refuses connections."""
        self._listener.listen(1024)
        self._accepting = threading.Thread(target=self._accept, name="fault-server", daemon=True)
        self._accepting.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._accepting is not None:
            with contextlib.suppress(OSError):
                socket.create_connection((self.host, self.port), timeout=1).close()
            self._accepting.join()
        self._listener.close()
        for connection in self._connections:
            connection.stop()

    def __enter__(self) -> Self:
        if self._listen_at_once:
            self.listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self._stopping.is_set():
                sock.close()
                return
            with self._changed:
                connection = _Connection(self, len(self._connections), sock)
                self._connections.append(connection)
                self._changed.notify_all()
            connection.start()

    def _record(self, connection: int, head: _Head, body: bytes) -> Request:
        with self._changed:
            request = Request(
                len(self._requests),
                connection,
                head.method,
                head.target,
                head.headers,
                body,
                time.monotonic(),
            )
            self._requests.append(request)
            self._changed.notify_all()
            return request


@contextlib.contextmanager
def refused_url() -> Iterator[str]:
    """A URL whose port is taken but not listened on, so that every connection is refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


class Exchange:
    """One request and what a behaviour can do to its connection."""

    def __init__(self, connection: _Connection, request: Request) -> None:
        self.request = request
        self._connection = connection

    def send(self, data: bytes) -> None:
        self._connection.send(data)

    def send_response(
        self, status: int = 200, body: Any = b"", headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()
    ) -> None:
        data = _encode(body)
        self.send(_head(status, [("Content-Length", str(len(data))), *_pairs(headers)]) + data)

    def wait(self, seconds: float | None = None, until: threading.Event | None = None) -> None:
        """Wait; leave by ClientGone when the client or the server goes first."""
        self._connection.wait(seconds, until)

    def close(self) -> None:
        """Close in good order: FIN."""
        self._connection.close()

    def reset(self) -> None:
        """Close in bad order: RST."""
        self._connection.close(reset=True)

    def on_next_request(self, behaviour: Behaviour) -> None:
        """Decide the next request of this connection, past the script."""
        self._connection.next_behaviour = behaviour


def wats() -> Behaviour:
    """What a healthy WATS server answers on the few endpoints the tests use."""

    def answer(exchange: Exchange) -> None:
        exchange.send_response(200, healthy_body(exchange.request), {"Content-Type": "application/json"})

    return answer


def healthy_body(request: Request) -> Any:
    if request.path.startswith("/api/Product/") and request.method == "GET":
        return {"partNumber": request.path.rpartition("/")[2]}
    if request.path == "/api/Report/WSJF":
        report_id = json.loads(request.body)["id"]
        return [{"ID": report_id, "uuid": report_id}]
    if request.path == "/api/App/Processes":
        return []
    return b""


def respond(
    status: int = 200, body: Any = b"", headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()
) -> Behaviour:
    """Answer; a body that is not bytes or text is sent as JSON."""
    return lambda exchange: exchange.send_response(status, body, headers)


def hold(event: threading.Event, then: Behaviour | None = None) -> Behaviour:
    """Answer only after `event`."""

    def answer(exchange: Exchange) -> None:
        exchange.wait(until=event)
        (then or wats())(exchange)

    return answer


def delay(seconds: float, then: Behaviour | None = None) -> Behaviour:
    """Answer after so many seconds."""

    def answer(exchange: Exchange) -> None:
        exchange.wait(seconds)
        (then or wats())(exchange)

    return answer


def hang() -> Behaviour:
    """Read the request and never answer."""
    return lambda exchange: exchange.wait()


def drip_head(interval: float) -> Behaviour:
    """A response head that comes byte by byte and never ends."""

    def answer(exchange: Exchange) -> None:
        _drip(exchange, _head(200, [("X-Padding", "x" * 100_000)]), interval)

    return answer


def drip_body(interval: float, body: bytes = b" " * 100_000) -> Behaviour:
    """The whole head, then the body byte by byte."""

    def answer(exchange: Exchange) -> None:
        exchange.send(_head(200, [("Content-Length", str(len(body)))]))
        _drip(exchange, body, interval)

    return answer


def truncate(body: bytes = b'{"partNumber": "X', missing: int = 10) -> Behaviour:
    """A Content-Length that is `missing` bytes longer than what is sent before the connection closes."""

    def answer(exchange: Exchange) -> None:
        exchange.send(_head(200, [("Content-Length", str(len(body) + missing))]) + body)
        exchange.close()

    return answer


def truncate_chunked(body: bytes = b'{"partNumber": "X"}') -> Behaviour:
    """A chunked body whose last, empty chunk is missing."""

    def answer(exchange: Exchange) -> None:
        exchange.send(_head(200, [("Transfer-Encoding", "chunked")]) + b"%x\r\n%b\r\n" % (len(body), body))
        exchange.close()

    return answer


def close_before_answer() -> Behaviour:
    return Exchange.close


def reset_before_answer() -> Behaviour:
    return Exchange.reset


def reset_in_body(body: bytes = b'{"partNumber": "X') -> Behaviour:
    def answer(exchange: Exchange) -> None:
        exchange.send(_head(200, [("Content-Length", str(len(body) + 10))]) + body)
        exchange.reset()

    return answer


def close_kept_alive(answer: Behaviour | None = None, *, reset: bool = False) -> Behaviour:
    """Answer, keep the connection, and close it just when the next request on it has come."""

    def behave(exchange: Exchange) -> None:
        (answer or wats())(exchange)
        exchange.on_next_request(reset_before_answer() if reset else close_before_answer())

    return behave


def garbage(data: bytes = b"\x00\xff this is no HTTP \r\n\r\n") -> Behaviour:
    def answer(exchange: Exchange) -> None:
        exchange.send(data)
        exchange.close()

    return answer


class _Connection:
    """One accepted socket and the thread that serves it."""

    def __init__(self, server: FaultServer, number: int, sock: socket.socket) -> None:
        self.open = True
        self.client_left = False
        self.next_behaviour: Behaviour | None = None
        self._server = server
        self._number = number
        self._sock = sock
        self._buffer = b""
        self._thread = threading.Thread(target=self._serve, name=f"fault-server-{number}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def send(self, data: bytes) -> None:
        try:
            self._sock.sendall(data)
        except OSError as error:
            raise ClientGone from error

    def close(self, *, reset: bool = False) -> None:
        if reset:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._shut(client_left=False)

    def wait(self, seconds: float | None, until: threading.Event | None) -> None:
        deadline = None if seconds is None else time.monotonic() + seconds
        while until is None or not until.is_set():
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return
            step = 0.005 if until is not None else left
            if select.select([self._sock], [], [], step)[0]:
                self._buffer += self._receive()

    def _serve(self) -> None:
        try:
            if self._server._tls is not None:
                self._sock = self._server._tls.wrap_socket(
                    self._sock, server_side=True, do_handshake_on_connect=False
                )
                self._sock.do_handshake()
            while self.open:
                head = _Head.parse(self._read_head())
                request = self._server._record(self._number, head, self._read_body(head))
                behaviour, self.next_behaviour = self.next_behaviour, None
                (behaviour or self._server._choose(request))(Exchange(self, request))
        except (ClientGone, OSError):
            self._shut(client_left=not self._server._stopping.is_set())
        finally:
            self._shut(client_left=False)

    def _shut(self, *, client_left: bool) -> None:
        self._sock.close()
        with self._server._changed:
            if self.open:
                self.open, self.client_left = False, client_left
                self._server._changed.notify_all()

    def _receive(self) -> bytes:
        try:
            data = self._sock.recv(65536)
        except OSError as error:
            raise ClientGone from error
        if not data:
            raise ClientGone
        return data

    def _read_head(self) -> bytes:
        return self._read_past(b"\r\n\r\n")

    def _read_past(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._buffer += self._receive()
        data, _, self._buffer = self._buffer.partition(mark)
        return data

    def _read_exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._buffer += self._receive()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _read_body(self, head: _Head) -> bytes:
        if head.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self._read_exactly(int(head.headers.get("Content-Length", "0")))
        body = b""
        while size := int(self._read_past(b"\r\n"), 16):
            body += self._read_exactly(size)
            self._read_past(b"\r\n")
        self._read_past(b"\r\n")
        return body


@dataclass(frozen=True, slots=True)
class _Head:
    method: str
    target: str
    headers: httpx.Headers

    @classmethod
    def parse(cls, data: bytes) -> _Head:
        first, *lines = data.split(b"\r\n")
        if not re.fullmatch(rb"[A-Z]+ \S+ HTTP/1\.1", first):
            raise ClientGone
        method, target, _ = first.decode("ascii").split(" ")
        pairs = [line.partition(b":") for line in lines]
        return cls(method, target, httpx.Headers([(name, value.strip()) for name, _, value in pairs]))


def _play(script: Iterable[Behaviour], then: Behaviour) -> Chooser:
    behaviours, lock = iter(script), threading.Lock()

    def choose(request: Request) -> Behaviour:
        with lock:
            return next(behaviours, then)

    return choose


def _drip(exchange: Exchange, data: bytes, interval: float) -> None:
    for byte in data:
        exchange.wait(interval)
        exchange.send(bytes([byte]))


def _head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Answer')}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _pairs(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    return headers.items() if isinstance(headers, Mapping) else headers


def _encode(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()
