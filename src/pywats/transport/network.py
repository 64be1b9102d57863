"""The network itself, with the proxies and CA files of the environment."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

import httpx

from pywats.transport.direct import DirectTransport
from pywats.transport.replaced import SeenTransport

__all__ = ["ProxyRouter", "VerifySSL", "network_transport", "ssl_context"]

VerifySSL = bool | str | os.PathLike[str] | ssl.SSLContext
"""True or False, a path to a file or folder of CA certificates, or TLS settings of your own."""

# An idle connection is kept for as long as httpx itself keeps one.
_KEEPALIVE_SECONDS = 5.0


def network_transport(*, verify_ssl: VerifySSL = True, max_connections: int) -> httpx.AsyncBaseTransport:
    """Return the transport that does the sending.

    httpx ignores ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` as soon as it is given a
    transport. They (and on Windows and macOS the system's settings) are honoured here; with none of them set
    this is a `DirectTransport`.

    Args:
        verify_ssl: See `ssl_context`.
        max_connections: Idle connections to keep. There is no upper limit on connections here: that is
            `LimitTransport`'s work, and httpcore's own queue, on the way to a proxy, must never be entered.

    Raises:
        ValueError: The CA file does not exist or holds no certificate, or a proxy cannot be used.
    """
    context = ssl_context(verify_ssl)
    limits = httpx.Limits(
        max_connections=None,
        max_keepalive_connections=max_connections,
        keepalive_expiry=_KEEPALIVE_SECONDS,
    )
    direct = DirectTransport(verify=context, limits=limits)
    proxies = {
        scheme: SeenTransport(verify=context, limits=limits, proxy=_proxy(scheme, url, context))
        for scheme, url in getproxies().items()
        if scheme in ("http", "https", "all") and url
    }
    return ProxyRouter(direct, proxies) if proxies else direct


def ssl_context(verify_ssl: VerifySSL) -> ssl.SSLContext:
    """Return the TLS settings.

    Args:
        verify_ssl: True for the usual certificates, or those of ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``; False
            to check none; a path to a file of CA certificates, or to a folder of them as OpenSSL's ``rehash``
            prepares it; or a context of your own.

    Raises:
        ValueError: The path does not exist, or the file or folder holds no certificate.
        TypeError: It is none of these.
    """
    if not isinstance(verify_ssl, bool | ssl.SSLContext | str | os.PathLike):
        raise TypeError(f"verify_ssl must be True, False, a path or an ssl.SSLContext, not {verify_ssl!r}")
    try:
        if isinstance(verify_ssl, bool | ssl.SSLContext):
            return httpx.create_ssl_context(verify=verify_ssl)
        if not os.fspath(verify_ssl):
            raise ValueError("verify_ssl must not be an empty path")
        if Path(verify_ssl).is_dir():
            if not any(Path(verify_ssl).glob("*.[0-9]")):
                raise ValueError(
                    f"verify_ssl: no CA certificates prepared by 'openssl rehash' in {verify_ssl!r}"
                )
            return ssl.create_default_context(capath=verify_ssl)
        return ssl.create_default_context(cafile=verify_ssl)
    except OSError as error:
        source = os.environ.get("SSL_CERT_FILE") if verify_ssl is True else verify_ssl
        raise ValueError(f"verify_ssl: no CA certificates in {source!r}: {error}") from error


def _proxy(scheme: str, url: str, context: ssl.SSLContext) -> httpx.Proxy:
    # HTTP_PROXY=proxy:8080 is a common way to write it.
    url = url if "://" in url else f"http://{url}"
    try:
        proxy = httpx.Proxy(url, ssl_context=context if url.lower().startswith("https:") else None)
    except (httpx.InvalidURL, ValueError):
        # httpx's text may hold a part of the password.
        raise ValueError(
            f"the proxy for {scheme} in the environment cannot be used: it must be a URL such as "
            "http://proxy:8080, https://... or socks5://..."
        ) from None
    if proxy.url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ValueError(f"the proxy for {scheme} is a SOCKS proxy: that needs pip install 'httpx[socks]'")
    return proxy


class ProxyRouter(httpx.AsyncBaseTransport):
    """Sends each request directly or through the proxy that the environment names for it.

    Args:
        direct: For hosts of ``NO_PROXY``, and for schemes without a proxy.
        proxies: A transport for each of "http", "https" and "all" that has a proxy.
    """

    def __init__(
        self, direct: httpx.AsyncBaseTransport, proxies: Mapping[str, httpx.AsyncBaseTransport]
    ) -> None:
        self._direct = direct
        self._proxies = proxies
        # Asking Windows or macOS may take DNS look-ups: not in the event loop, and once for each host.
        self._bypassed: dict[str, bool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request on its way."""
        return await (await self._route(request.url)).handle_async_request(request)

    async def _route(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        host = url.host if url.port is None else f"{url.host}:{url.port}"
        if host not in self._bypassed:
            self._bypassed[host] = bool(await asyncio.to_thread(proxy_bypass, host))
        if self._bypassed[host]:
            return self._direct
        return self._proxies.get(url.scheme) or self._proxies.get("all") or self._direct

    async def aclose(self) -> None:
        """Close all transports."""
        for transport in (self._direct, *self._proxies.values()):
            await transport.aclose()
