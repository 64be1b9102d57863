"""Stations sit behind company proxies and company CAs."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from pywats import RetryConfig, WatsError, pyWATS
from tests.support import TOKEN
from tests.support.fault_server import FaultServer, close_before_answer, respond
from tests.support.tls import server_context


def ca_file(ca: trustme.CA, folder: Path) -> Path:
    path = folder / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


def test_http_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with pyWATS("http://wats.test", TOKEN) as api:
            api.product.get_product("X")
        assert [request.target for request in proxy.requests] == ["http://wats.test/api/Product/X"]


def test_https_proxy_is_asked_for_a_tunnel(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(then=respond(502)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pyWATS("https://wats.test", TOKEN) as api, pytest.raises(WatsError):
            api.product.get_product("X")
        assert [(request.method, request.target) for request in proxy.requests] == [
            ("CONNECT", "wats.test:443")
        ]


def test_a_tunnel_request_carries_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(then=respond(502)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pyWATS("https://wats.test", TOKEN) as api, pytest.raises(WatsError):
            api.product.get_product("X")
        assert TOKEN not in str(proxy.requests[0].headers.raw)


def test_a_proxy_that_wants_a_password_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(then=respond(407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with (
            pyWATS("https://wats.test", TOKEN, retry_config=RetryConfig(max_backoff=0)) as api,
            pytest.raises(WatsError),
        ):
            api.product.get_product("X")
        assert len(proxy.requests) == 1


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "other.test,127.0.0.1", "*"])
def test_no_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch, no_proxy: str) -> None:
    with FaultServer() as server, FaultServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", no_proxy)
        with pyWATS(server.url, TOKEN) as api:
            api.product.get_product("X")
        assert (len(server.requests), len(proxy.requests)) == (1, 0)


def test_without_a_proxy_the_server_is_asked_itself() -> None:
    with FaultServer() as server, pyWATS(server.url, TOKEN) as api:
        api.product.get_product("X")
        assert server.requests[0].target == "/api/Product/X"


def test_calls_through_a_proxy_are_retried_under_one_id(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer([close_before_answer(), respond(503)]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with pyWATS("http://wats.test", TOKEN, retry_config=RetryConfig(max_backoff=0)) as api:
            api.product.get_product("X")
        assert len(proxy.requests) == 3
        assert len({request.correlation_id for request in proxy.requests}) == 1


def test_ssl_cert_file_is_honoured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ca: trustme.CA) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file(ca, tmp_path)))
    with FaultServer(tls=server_context(ca)) as server, pyWATS(server.url, TOKEN) as api:
        assert api.product.get_product("X").part_number == "X"


def test_verify_ssl_takes_a_path(tmp_path: Path, ca: trustme.CA) -> None:
    path = str(ca_file(ca, tmp_path))
    with FaultServer(tls=server_context(ca)) as server, pyWATS(server.url, TOKEN, verify_ssl=path) as api:
        assert api.product.get_product("X").part_number == "X"


def test_verify_ssl_takes_a_context(ca: trustme.CA) -> None:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    with FaultServer(tls=server_context(ca)) as server, pyWATS(server.url, TOKEN, verify_ssl=context) as api:
        assert api.product.get_product("X").part_number == "X"


def test_verify_ssl_false_trusts_anyone(ca: trustme.CA) -> None:
    with FaultServer(tls=server_context(ca)) as server, pyWATS(server.url, TOKEN, verify_ssl=False) as api:
        assert api.product.get_product("X").part_number == "X"


def test_an_unknown_ca_is_refused_by_default(ca: trustme.CA) -> None:
    with (
        FaultServer(tls=server_context(ca)) as server,
        pyWATS(server.url, TOKEN) as api,
        pytest.raises(WatsError),
    ):
        api.product.get_product("X")


def test_a_certificate_for_another_name_is_refused(tmp_path: Path, ca: trustme.CA) -> None:
    path = str(ca_file(ca, tmp_path))
    with FaultServer(tls=server_context(ca, "other.test")) as server:
        with pyWATS(server.url, TOKEN, verify_ssl=path) as api, pytest.raises(WatsError):
            api.product.get_product("X")
        assert server.requests == []
