"""The network: proxies and CA files of the environment, and TLS handshakes that are left half-way."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import certifi
import httpcore
import httpx
import pytest

from pywats.transport.httpcore_leaks import HttpcoreTransport
from pywats.transport.network import ProxyRouter, network_transport, ssl_context
from tests.unit.transport.helpers import Network, run


def transport() -> Any:
    return network_transport(verify_ssl=False, max_connections=20)


def proxy_of(made: Any, scheme: str) -> str:
    url = made._proxies[scheme]._pool._proxy_url
    return f"{url.scheme.decode()}://{url.host.decode()}:{url.port}"


# --- proxies


def test_without_proxies_it_is_a_transport_of_httpx():
    assert isinstance(transport(), httpx.AsyncHTTPTransport)


@pytest.mark.parametrize("case", [str.upper, str.lower])
@pytest.mark.parametrize("scheme", ["http", "https", "all"])
def test_the_proxies_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch, scheme: str, case: Any):
    monkeypatch.setenv(case(f"{scheme}_proxy"), "http://proxy.test:3128")
    assert proxy_of(transport(), scheme) == "http://proxy.test:3128"


def test_a_proxy_may_be_written_without_scheme(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "proxy.test:3128")
    assert proxy_of(transport(), "http") == "http://proxy.test:3128"


def test_the_credentials_of_a_proxy_are_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://user:pw@proxy.test:3128")
    assert (b"Proxy-Authorization", b"Basic dXNlcjpwdw==") in transport()._proxies[
        "http"
    ]._pool._proxy_headers


def test_an_empty_proxy_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "")
    assert isinstance(transport(), httpx.AsyncHTTPTransport)


def test_no_proxy_alone_is_no_proxy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_PROXY", "wats.test")
    assert isinstance(transport(), httpx.AsyncHTTPTransport)


@pytest.mark.parametrize("url", ["http://proxy.test:port", "ftp://proxy.test", "http://[::1"])
def test_a_proxy_that_is_no_url_is_refused(monkeypatch: pytest.MonkeyPatch, url: str):
    monkeypatch.setenv("HTTP_PROXY", url)
    with pytest.raises(ValueError):
        transport()


def test_the_error_about_a_proxy_hides_its_password(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "ftp://user:pa55@proxy.test")
    with pytest.raises(ValueError) as caught:
        transport()
    assert "pa55" not in str(caught.value)


class Way(Network):
    """Remembers that it was the one that was used."""


@pytest.fixture
def ways() -> dict[str, Way]:
    return {name: Way() for name in ("direct", "http", "https", "all")}


def taken(ways: dict[str, Way], url: str, *without: str) -> str:
    proxies = {name: way for name, way in ways.items() if name != "direct" and name not in without}
    router = ProxyRouter(ways["direct"], proxies)
    run(router.handle_async_request(httpx.Request("GET", url)))
    (name,) = [name for name, way in ways.items() if way.requests]
    return name


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_request_takes_the_proxy_of_its_scheme(ways: dict[str, Way], scheme: str):
    assert taken(ways, f"{scheme}://wats.test/") == scheme


def test_a_scheme_without_proxy_takes_all_proxy(ways: dict[str, Way]):
    assert taken(ways, "https://wats.test/", "https") == "all"


def test_a_scheme_without_any_proxy_goes_directly(ways: dict[str, Way]):
    assert taken(ways, "https://wats.test/", "https", "all") == "direct"


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        ("wats.test", "http://wats.test/"),
        ("wats.test", "http://wats.test:8080/"),
        (".wats.test", "http://sub.wats.test/"),
        ("wats.test", "http://sub.wats.test/"),
        ("other, WATS.test", "https://wats.TEST/"),
        ("*", "http://anything.test/"),
        ("127.0.0.1", "http://127.0.0.1:8080/"),
        ("wats.test:8080", "http://wats.test:8080/"),
        ("::1", "http://[::1]:8080/"),
    ],
)
def test_a_host_of_no_proxy_goes_directly(
    ways: dict[str, Way], monkeypatch: pytest.MonkeyPatch, no_proxy: str, url: str
):
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert taken(ways, url) == "direct"


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        ("wats.test", "http://notwats.test/"),
        ("wats.test:81", "http://wats.test:80/"),
        ("", "http://wats.test/"),
    ],
)
def test_a_host_outside_no_proxy_takes_the_proxy(
    ways: dict[str, Way], monkeypatch: pytest.MonkeyPatch, no_proxy: str, url: str
):
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert taken(ways, url) == "http"


def test_whether_a_server_goes_directly_is_not_asked_for_each_request(
    ways: dict[str, Way], monkeypatch: pytest.MonkeyPatch
):
    # On Windows and macOS the answer may take two DNS look-ups, which hold up the whole event loop.
    asked: list[str] = []
    monkeypatch.setattr("pywats.transport.network.proxy_bypass", lambda host: bool(asked.append(host)))
    router = ProxyRouter(ways["direct"], {"http": ways["http"]})

    async def scenario() -> None:
        for _ in range(100):
            await router.handle_async_request(httpx.Request("GET", "http://wats.test/"))

    run(scenario())
    assert len(asked) <= 1


def test_closing_closes_every_way(ways: dict[str, Way]):
    run(ProxyRouter(ways.pop("direct"), ways).aclose())
    assert [way.closed for way in ways.values()] == [1, 1, 1]


def test_idle_connections_are_kept_as_many_as_may_be_in_use():
    pool = network_transport(verify_ssl=False, max_connections=7)._pool  # type: ignore[attr-defined]
    assert pool._max_keepalive_connections == 7


def test_there_is_no_limit_in_the_pool_of_httpcore():
    # encode/httpcore#1093: its queue must never be entered.
    assert transport()._pool._max_connections >= 2**31


# --- TLS settings


def test_verify_ssl_true_checks_certificates():
    context = ssl_context(True)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_verify_ssl_true_trusts_the_usual_cas():
    assert ssl_context(True).cert_store_stats()["x509_ca"] > 50


def test_verify_ssl_false_checks_nothing():
    context = ssl_context(False)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


def test_a_context_is_used_as_it_is():
    context = ssl.create_default_context()
    assert ssl_context(context) is context


@pytest.fixture
def ca_file(tmp_path: Path) -> Path:
    """A file with the first CA of certifi's."""
    end = "-----END CERTIFICATE-----\n"
    path = tmp_path / "ca.pem"
    path.write_text(
        Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8"
    )
    return path


@pytest.mark.parametrize("form", [str, Path])
def test_a_ca_file_is_trusted_alone(ca_file: Path, form: Any):
    context = ssl_context(form(ca_file))
    assert (context.verify_mode, context.cert_store_stats()["x509_ca"]) == (ssl.CERT_REQUIRED, 1)


def test_a_ca_folder_is_accepted(ca_file: Path):
    # Folders are read during a handshake: files named by their hash, as c_rehash makes them.
    ca_file.rename(ca_file.with_name("12345678.0"))
    assert ssl_context(ca_file.parent).verify_mode == ssl.CERT_REQUIRED


def test_ssl_cert_file_is_trusted(ca_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    assert ssl_context(True).cert_store_stats()["x509_ca"] == 1


def test_ssl_cert_dir_is_trusted_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert ssl_context(True).cert_store_stats()["x509_ca"] == 0


def test_verify_ssl_false_beats_ssl_cert_file(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file.pem")
    assert ssl_context(False).verify_mode == ssl.CERT_NONE


def test_a_ca_file_that_does_not_exist_is_refused_by_name():
    with pytest.raises(ValueError, match=r"verify_ssl.*/no/such/ca\.pem"):
        ssl_context("/no/such/ca.pem")


def test_a_ca_file_without_certificate_is_refused_by_name(tmp_path: Path):
    path = tmp_path / "empty.pem"
    path.write_text("no certificate here")
    with pytest.raises(ValueError, match=r"verify_ssl.*empty\.pem"):
        ssl_context(path)


def test_ssl_cert_file_that_does_not_exist_is_refused_by_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/ca.pem")
    with pytest.raises(ValueError, match=r"/no/such/ca\.pem"):
        ssl_context(True)


@pytest.mark.parametrize("value", [None, 1, 0, b"ca.pem", ["ca.pem"]])
def test_verify_ssl_of_another_type_is_refused(value: Any):
    with pytest.raises(TypeError, match="verify_ssl"):
        ssl_context(value)


def test_the_tls_settings_reach_the_network():
    context = ssl.create_default_context()
    made: Any = network_transport(verify_ssl=context, max_connections=1)
    assert made._pool._ssl_context is context


# --- handshakes


class Stream(httpcore.AsyncNetworkStream):
    """A connection whose handshake hangs, fails or succeeds."""

    def __init__(self, outcome: BaseException | None) -> None:
        self._outcome = outcome
        self.closed = 0
        self.hanging = asyncio.Event()

    async def start_tls(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        if self._outcome is None:
            return self
        self.hanging.set()
        if isinstance(self._outcome, asyncio.CancelledError):
            await asyncio.Event().wait()
        raise self._outcome

    async def aclose(self) -> None:
        self.closed += 1


class Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.connected: list[Any] = []
        self.slept: list[float] = []

    async def connect_tcp(self, *args: Any, **_: Any) -> Stream:
        self.connected.append(args)
        return self.stream

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def guarded(backend: Backend) -> httpcore.AsyncNetworkBackend:
    guard = HttpcoreTransport(verify=False)._pool._network_backend
    guard._inner = backend  # type: ignore[attr-defined]
    return guard  # type: ignore[no-any-return]


def test_a_handshake_that_is_cancelled_closes_its_connection():
    async def scenario() -> int:
        stream = Stream(asyncio.CancelledError())
        guard = guarded(Backend(stream))
        task = asyncio.ensure_future(
            (await guard.connect_tcp("wats.test", 443)).start_tls(ssl_context(False))
        )
        await stream.hanging.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return stream.closed

    assert run(scenario()) == 1


def test_a_handshake_that_fails_closes_its_connection():
    async def scenario() -> int:
        stream = Stream(httpcore.ConnectError("x"))
        guard = guarded(Backend(stream))
        with pytest.raises(httpcore.ConnectError):
            await (await guard.connect_tcp("wats.test", 443)).start_tls(ssl_context(False))
        return stream.closed

    assert run(scenario()) == 1


def test_a_handshake_that_succeeds_leaves_its_connection_open():
    async def scenario() -> int:
        stream = Stream(None)
        secured = await (await guarded(Backend(stream)).connect_tcp("wats.test", 443)).start_tls(
            ssl_context(False)
        )
        assert secured is stream
        return stream.closed

    assert run(scenario()) == 0


def test_connecting_is_still_the_work_of_the_backend_below():
    async def scenario() -> list[Any]:
        backend = Backend(Stream(None))
        await guarded(backend).connect_tcp(
            "wats.test", 443, timeout=7, local_address="::1", socket_options=[]
        )
        return backend.connected

    assert run(scenario()) == [("wats.test", 443, 7, "::1", [])]


def test_sleeping_is_still_the_work_of_the_backend_below():
    async def scenario() -> list[float]:
        backend = Backend(Stream(None))
        await guarded(backend).sleep(3)
        return backend.slept

    assert run(scenario()) == [3]


@pytest.mark.parametrize("proxy", [None, "http://proxy.test:3128"])
def test_every_connection_of_pywats_is_guarded(monkeypatch: pytest.MonkeyPatch, proxy: str | None):
    plain = httpx.AsyncHTTPTransport(verify=False)._pool._network_backend
    if proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
    made = transport()
    pools = [made._pool] if proxy is None else [made._direct._pool, made._proxies["http"]._pool]
    assert all(type(pool._network_backend) is not type(plain) for pool in pools)


def test_an_empty_path_to_certificates_is_refused():
    with pytest.raises(ValueError, match="empty path"):
        ssl_context("")


def test_a_socks_proxy_without_its_package_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://proxy.test:1080")
    monkeypatch.setattr("pywats.transport.network.find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r"httpx\[socks\]"):
        transport()


def test_a_ca_folder_that_nobody_prepared_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="rehash"):
        ssl_context(tmp_path)


def test_a_proxy_by_https_is_checked_with_the_same_certificates(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "https://proxy.test:3128")
    context = ssl_context(False)
    made: Any = network_transport(verify_ssl=context, max_connections=1)
    assert made._proxies["https"]._pool._proxy_ssl_context is context


def test_a_body_that_is_not_closed_to_the_end_leaves_no_request_in_the_pool(monkeypatch: pytest.MonkeyPatch):
    class Unclosable(httpx.AsyncByteStream):
        def __init__(self, pool_request: object) -> None:
            self._httpcore_stream = SimpleNamespace(_pool_request=pool_request)

        async def aclose(self) -> None:
            raise asyncio.CancelledError

    made = HttpcoreTransport(verify=False)
    pool_request = SimpleNamespace(connection=None)
    made._pool._requests.append(pool_request)  # type: ignore[arg-type]

    async def respond(*_: Any) -> httpx.Response:
        return httpx.Response(200, stream=Unclosable(pool_request))

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", respond)

    async def scenario() -> None:
        response = await made.handle_async_request(httpx.Request("GET", "http://wats.test/"))
        await response.aclose()

    with pytest.raises(asyncio.CancelledError):
        run(scenario())
    assert made._pool._requests == []
