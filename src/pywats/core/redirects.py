"""Redirects, as far as nothing can be lost or leak (RFC 9110 section 15.4)."""

from __future__ import annotations

import httpx

from pywats.core.answers import facts_of
from pywats.exceptions import WatsResponseError, bare_url

__all__ = ["redirected"]

_SAFE_METHODS = ("GET", "HEAD")


def redirected(request: httpx.Request, response: httpx.Response) -> httpx.Request:
    """Return the request that a redirect asks for.

    The token is not sent to another origin. A request that changes something is sent on only as it is, and
    only to the same origin.

    Args:
        request: What was sent.
        response: Its answer, a redirect.

    Raises:
        WatsResponseError: The redirect leads to nowhere, or the request must not follow it.
    """
    url = _target(request.url, response)
    method = _method(request.method, response.status_code)
    stays = _is_same_origin(request.url, url)
    unchanged = stays and method == request.method and _is_replayable(request)
    if request.method not in _SAFE_METHODS and not unchanged:
        raise WatsResponseError(
            f"the server redirects this {request.method} to {bare_url(url)}; "
            "use that address as the base URL",
            **facts_of(response),
        )
    headers = request.headers.copy()
    headers.pop("Cookie", None)  # each cookie has its own rules
    headers["Host"] = url.netloc.decode("ascii")
    if not stays:
        headers.pop("Authorization", None)
    return httpx.Request(method, url, headers=headers, stream=request.stream, extensions=request.extensions)


def _target(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    try:
        target = url.join(response.headers["Location"])
        # Some servers leave the host out: "https:///path".
        target = target if target.host else target.copy_with(host=url.host)
    except (httpx.InvalidURL, ValueError) as error:  # ValueError is that of idna and urllib
        raise _nowhere(str(error), response) from error
    if target.scheme not in ("http", "https"):
        raise _nowhere(f"{target.scheme} is not http", response)
    return target


def _nowhere(problem: str, response: httpx.Response) -> WatsResponseError:
    return WatsResponseError(f"the server redirects to nowhere: {problem:.100}", **facts_of(response))


def _method(method: str, status_code: int) -> str:
    # What browsers made of 302, and 303 then said (RFC 9110 sections 15.4.3 and 15.4.4).
    if status_code in (httpx.codes.FOUND, httpx.codes.SEE_OTHER) and method != "HEAD":
        return "GET"
    if status_code == httpx.codes.MOVED_PERMANENTLY and method == "POST":
        return "GET"
    return method


def _is_replayable(request: httpx.Request) -> bool:
    return isinstance(request.stream, httpx.ByteStream) or request.extensions.get("wats_replayable", False)


def _is_same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    def parts(url: httpx.URL) -> tuple[str, str, int | None]:
        return url.scheme, url.host, url.port

    upgraded = one.copy_with(scheme="https") if one.scheme == "http" and one.port is None else one
    return parts(other) in (parts(one), parts(upgraded))
