"""The way to a connection: which addresses are tried, in which order, and what is left open."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import weakref
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any, Self

import httpx
import pytest

from pywats.transport import connect as module
from pywats.transport.connect import connect
from tests.unit.transport.helpers import Clock, run

V4, V6 = socket.AF_INET, socket.AF_INET6
CONTEXT = ssl.create_default_context()

Outcome = BaseException | type[BaseException] | float | None


class Socket:
    """A socket that is not the system's."""

    def __init__(self, net: Net, family: int) -> None:
        if family in net.unsupported:
            raise OSError("address family not supported")
        self.family = family
        self.blocking = True
        self.closed = False

    def setblocking(self, blocking: bool) -> None:
        self.blocking = blocking

    def close(self) -> None:
        self.closed = True


class Net:
    """A system and a network whose names and addresses do what the test says.

    Args:
        addresses: The addresses of any name, and what connecting to them does: an error, or the seconds it
            takes, or None if it never ends.
        lookup: What looking up a name raises, if it does.
    """

    def __init__(self, addresses: dict[str, Outcome], *, lookup: BaseException | None = None) -> None:
        self._addresses = addresses
        self._lookup = lookup
        self.unsupported: set[int] = set()
        self.tried: list[str] = []
        self.targets: list[Any] = []
        self.sockets: dict[str, Socket] = {}
        self.created: list[tuple[str, dict[str, Any]]] = []
        self.looked_up: list[str] = []

    async def __aenter__(self) -> Self:
        loop: Any = asyncio.get_running_loop()
        loop.getaddrinfo = self._getaddrinfo
        loop.sock_connect = self._sock_connect
        loop.create_connection = self._create_connection
        return self

    async def __aexit__(self, *_: object) -> None:
        # What is cancelled is closed in the next turns.
        for _ in range(3):
            await asyncio.sleep(0)

    async def _getaddrinfo(self, host: str, port: int, **_: Any) -> list[Any]:
        self.looked_up.append(host)
        if self._lookup is not None:
            raise self._lookup
        return [
            (V6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (V4, socket.SOCK_STREAM, 6, "", (address, port))
            for address in self._addresses
        ]

    async def _sock_connect(self, sock: Socket, target: Any) -> None:
        address = target[0]
        self.tried.append(address)
        self.targets.append(target)
        self.sockets[address] = sock
        assert not sock.blocking
        outcome = self._addresses.get(address, 0.0)
        if isinstance(outcome, BaseException | type):
            raise outcome
        if outcome is None:
            await asyncio.Event().wait()
        elif outcome:
            await asyncio.sleep(outcome)

    async def _create_connection(self, factory: Any, *, sock: Socket, **options: Any) -> tuple[Any, Any]:
        (address,) = [address for address, one in self.sockets.items() if one is sock]
        self.created.append((address, options))
        return None, address

    def left_open(self) -> list[str]:
        return [address for address, sock in self.sockets.items() if not sock.closed]


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that makes a net in which the system's sockets are the net's own."""

    def make(addresses: dict[str, Outcome] | None = None, **options: Any) -> Net:
        made = Net(addresses or {}, **options)

        def new_socket(family: int, *_: Any) -> Socket:
            return Socket(made, family)

        # The rest of the module is the system's.
        monkeypatch.setattr(module, "socket", SimpleNamespace(**{**vars(socket), "socket": new_socket}))
        return made

    return make


async def connected(net: Net, url: str = "http://wats.test/", seconds: float | None = None) -> Any:
    async with net:
        return await connect(httpx.URL(url), CONTEXT, seconds)


REFUSED = ConnectionRefusedError("refused")


# --- which address


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://10.0.0.1/", ("10.0.0.1", 80)),
        ("https://10.0.0.1/", ("10.0.0.1", 443)),
        ("http://10.0.0.1:8080/", ("10.0.0.1", 8080)),
        ("https://10.0.0.1:80/", ("10.0.0.1", 80)),
        ("http://10.0.0.1:0/", ("10.0.0.1", 0)),
        ("http://[fd00::1]/", ("fd00::1", 80, 0, 0)),
        ("https://[fd00::1]:8443/", ("fd00::1", 8443, 0, 0)),
    ],
)
def test_an_address_is_connected_to(net: Any, url: str, target: Any):
    made = net()
    run(connected(made, url))
    assert made.targets == [target]


@pytest.mark.parametrize("host", ["10.0.0.1", "[fd00::1]"])
def test_an_address_is_not_looked_up(net: Any, host: str):
    made = net()
    run(connected(made, f"http://{host}/"))
    assert made.looked_up == []


@pytest.mark.parametrize(
    ("url", "host"), [("http://WATS.test/", "wats.test"), ("http://münchen.test/", "xn--mnchen-3ya.test")]
)
def test_a_name_is_looked_up_as_it_is_on_the_wire(net: Any, url: str, host: str):
    made = net({"10.0.0.1": 0})
    run(connected(made, url))
    assert made.looked_up == [host]


def test_a_name_that_does_not_exist_is_a_connect_error(net: Any):
    with pytest.raises(httpx.ConnectError, match="not known") as caught:
        run(connected(net(lookup=socket.gaierror("Name or service not known"))))
    assert isinstance(caught.value.__cause__, socket.gaierror)


def test_a_name_that_cannot_exist_is_a_connect_error(net: Any):
    with pytest.raises(httpx.ConnectError):
        run(connected(net(), f"http://{'a' * 64}.test/"))


def test_a_name_without_addresses_is_a_connect_error(net: Any):
    with pytest.raises(httpx.ConnectError, match="no address"):
        run(connected(net({})))


# --- TLS


def test_http_is_not_encrypted(net: Any):
    made = net()
    run(connected(made, "http://10.0.0.1/", 7))
    ((_, options),) = made.created
    assert set(options.values()) == {None}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://WATS.test/", "wats.test"),
        ("https://10.0.0.1/", "10.0.0.1"),
        ("https://[fd00::1]/", "fd00::1"),
    ],
)
def test_https_is_encrypted_for_the_name_of_the_server(net: Any, url: str, name: str):
    made = net({"10.0.0.1": 0})
    run(connected(made, url))
    ((_, options),) = made.created
    assert (options["ssl"], options["server_hostname"]) == (CONTEXT, name)


@pytest.mark.parametrize("seconds", [7, 90])
def test_a_handshake_may_take_as_long_as_the_connection(net: Any, seconds: float):
    # asyncio has a limit of its own, which is 60 seconds if none is given.
    made = net()
    run(connected(made, "https://10.0.0.1/", seconds))
    ((_, options),) = made.created
    assert options["ssl_handshake_timeout"] == seconds


# --- several addresses


def test_the_first_address_is_tried_first(net: Any):
    made = net({"10.0.0.1": 0, "10.0.0.2": 0})
    assert run(connected(made)) == "10.0.0.1"
    assert made.tried == ["10.0.0.1"]


def test_the_next_address_is_tried_when_one_fails(net: Any):
    assert run(connected(net({"10.0.0.1": REFUSED, "10.0.0.2": 0}))) == "10.0.0.2"


def test_the_next_address_is_tried_when_its_kind_is_not_supported(net: Any):
    made = net({"fd00::1": 0, "10.0.0.2": 0})
    made.unsupported = {V6}
    assert run(connected(made)) == "10.0.0.2"


def test_the_next_address_is_tried_at_once_when_one_fails(net: Any, clock: Clock):
    clock.run(connected(net({"10.0.0.1": REFUSED, "10.0.0.2": REFUSED, "10.0.0.3": 0})))
    assert clock.elapsed() == 0


def test_the_next_address_is_tried_soon_when_one_does_not_answer(net: Any, clock: Clock):
    assert clock.run(connected(net({"10.0.0.1": None, "10.0.0.2": 0}))) == "10.0.0.2"
    assert clock.elapsed() == pytest.approx(0.25)


def test_an_address_that_answers_late_may_still_be_first(net: Any, clock: Clock):
    assert clock.run(connected(net({"10.0.0.1": 0.3, "10.0.0.2": 0.3}))) == "10.0.0.1"


def test_a_failure_does_not_hurry_those_who_are_still_trying(net: Any, clock: Clock):
    made = net({"10.0.0.1": None, "10.0.0.2": REFUSED, "10.0.0.3": None, "10.0.0.4": 0})
    assert clock.run(connected(made)) == "10.0.0.4"
    assert clock.elapsed() == pytest.approx(0.5)


def test_the_last_address_is_waited_for(net: Any, clock: Clock):
    assert clock.run(connected(net({"10.0.0.1": REFUSED, "10.0.0.2": 20}))) == "10.0.0.2"


def test_addresses_of_both_kinds_are_tried_in_turn(net: Any):
    made = net(
        {
            "fd00::1": REFUSED,
            "fd00::2": REFUSED,
            "fd00::3": REFUSED,
            "10.0.0.1": REFUSED,
            "10.0.0.2": REFUSED,
        }
    )
    with pytest.raises(httpx.ConnectError):
        run(connected(made))
    assert made.tried == ["fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2", "fd00::3"]


def test_the_error_of_the_best_address_is_reported(net: Any):
    made = net({"10.0.0.1": REFUSED, "fd00::1": OSError("network is unreachable")})
    with pytest.raises(httpx.ConnectError, match="refused") as caught:
        run(connected(made))
    assert caught.value.__cause__ is REFUSED


def test_an_attempt_that_is_done_before_it_is_waited_for_counts(net: Any):
    # As with asyncio.eager_task_factory.
    class Done(asyncio.Future[Any]):
        def set_name(self, name: str) -> None:
            """Be what Python 3.13 expects of a task."""

    def eager(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **_: Any) -> Any:
        done = Done(loop=loop)
        try:
            coroutine.send(None)
        except StopIteration as end:
            done.set_result(end.value)
        except OSError as error:
            done.set_exception(error)
        return done

    async def scenario(made: Net) -> Any:
        asyncio.get_running_loop().set_task_factory(eager)
        return await connected(made)

    made = net({"10.0.0.1": REFUSED, "10.0.0.2": 0, "10.0.0.3": 0})
    assert run(scenario(made)) == "10.0.0.2"
    assert made.left_open() == ["10.0.0.2"]


# --- what is left open


def test_those_who_lose_the_race_are_closed(net: Any, clock: Clock):
    made = net({"10.0.0.1": None, "10.0.0.2": REFUSED, "10.0.0.3": 0})
    clock.run(connected(made))
    assert made.left_open() == ["10.0.0.3"]


def test_of_two_who_win_at_once_one_is_closed(net: Any, clock: Clock):
    made = net({"10.0.0.1": 0.5, "10.0.0.2": 0.25})
    winner = clock.run(connected(made))
    assert made.left_open() == [winner]


def test_of_two_who_end_at_once_the_one_with_an_error_is_forgotten(net: Any, clock: Clock):
    made = net({"10.0.0.1": None, "10.0.0.2": 0.25, "10.0.0.3": REFUSED})
    assert clock.run(connected(made)) == "10.0.0.2"


def test_a_connection_that_is_not_made_in_time_is_a_connect_timeout(net: Any, clock: Clock):
    with pytest.raises(httpx.ConnectTimeout):
        clock.run(connected(net({"10.0.0.1": None, "10.0.0.2": None}), seconds=7))
    assert clock.elapsed() == pytest.approx(7)


def test_a_connection_that_is_not_made_in_time_is_closed(net: Any, clock: Clock):
    made = net({"10.0.0.1": None, "10.0.0.2": None})
    with pytest.raises(httpx.ConnectTimeout):
        clock.run(connected(made, seconds=7))
    assert made.left_open() == []


def test_the_limit_of_the_system_is_a_connect_timeout_as_well(net: Any):
    with pytest.raises(httpx.ConnectTimeout):
        run(connected(net({"10.0.0.1": TimeoutError(110, "timed out")})))


@pytest.mark.parametrize("turns", range(8))
def test_a_connection_that_is_cancelled_at_any_moment_is_closed(net: Any, turns: int):
    made = net({"10.0.0.1": REFUSED, "10.0.0.2": None, "10.0.0.3": 0})

    async def scenario() -> bool:
        connecting = asyncio.ensure_future(connected(made))
        for _ in range(turns):
            await asyncio.sleep(0)
        connecting.cancel()
        await asyncio.wait([connecting])
        return connecting.cancelled()

    assert run(scenario())
    assert made.left_open() == []


def test_an_error_is_not_kept_alive_by_itself(net: Any):
    # Its traceback would keep the request, and so the token, until garbage is collected.
    alive: weakref.WeakSet[BaseException] = weakref.WeakSet()

    class WatchedError(OSError):
        def __init__(self) -> None:
            alive.add(self)

    async def scenario() -> None:
        with pytest.raises(httpx.ConnectError):
            await connected(net({"10.0.0.1": WatchedError, "10.0.0.2": WatchedError}))

    gc.disable()
    try:
        run(scenario())
        assert not alive
    finally:
        gc.enable()
