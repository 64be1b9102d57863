"""Downloads: the whole file or nothing, in constant memory, within the call's time."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from pywats import (
    NotFoundError,
    SyncConfig,
    WatsConnectionError,
    WatsResponseError,
    WatsTimeoutError,
    correlation_id,
)
from pywats.core.client import AsyncHttpClient
from pywats.core.files import saved
from tests.support import TOKEN
from tests.unit.transport.helpers import Body, Clock, Network, run


def download(response: Any, target: Any, config: SyncConfig | None = None, **options: Any) -> int:
    return run(downloading(response, target, config, **options))


async def downloading(response: Any, target: Any, config: SyncConfig | None = None, **options: Any) -> int:
    server = AsyncHttpClient("http://wats.test", TOKEN, config, transport=Network(response))
    return await server.download("/api/file", target, **options)


def body(
    *chunks: bytes, error: BaseException | None = None, delay: float = 0, **headers: str
) -> httpx.Response:
    return httpx.Response(200, headers=headers, stream=Body(*chunks, error=error, delay=delay))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("form", [str, Path])
def test_a_path_gets_the_whole_file(tmp_path: Path, form: Any):
    download(body(b"a", b"b", b"c"), form(tmp_path / "file"))
    assert (tmp_path / "file").read_bytes() == b"abc"


def test_the_number_of_bytes_written_is_returned(tmp_path: Path):
    assert download(body(b"a", b"bc"), tmp_path / "file") == 3


def test_an_empty_answer_is_an_empty_file(tmp_path: Path):
    assert download(body(), tmp_path / "file") == 0
    assert (tmp_path / "file").read_bytes() == b""


def test_a_large_file_arrives_whole(tmp_path: Path):
    chunk = bytes(range(256)) * 256
    assert download(body(*[chunk] * 40), tmp_path / "file") == 40 * 65536
    assert (tmp_path / "file").read_bytes() == chunk * 40


def test_an_existing_file_is_replaced(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"old and longer")
    download(body(b"new"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_only_the_file_is_left(tmp_path: Path):
    download(body(b"a"), tmp_path / "file")
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(sys.platform == "win32", reason="no POSIX permissions")
def test_a_file_has_the_permissions_of_any_new_file(tmp_path: Path):
    download(body(b"a"), tmp_path / "file")
    (tmp_path / "other").touch()
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "other").stat().st_mode
    )


FAILURES: dict[str, tuple[Callable[[], Any], type[Exception]]] = {
    "connection": (lambda: httpx.ConnectError("x"), WatsConnectionError),
    "status": (lambda: 404, NotFoundError),
    "breaks off": (lambda: body(b"a" * 2_000_000, error=httpx.ReadError("x")), WatsConnectionError),
    "read timeout": (lambda: body(b"a", error=httpx.ReadTimeout("x")), WatsTimeoutError),
    "unpackable": (lambda: body(b"no gzip", **{"Content-Encoding": "gzip"}), WatsResponseError),
}


@pytest.mark.parametrize(("failure", "kind"), FAILURES.values(), ids=FAILURES)
def test_a_failed_download_raises_its_error(
    tmp_path: Path, failure: Callable[[], Any], kind: type[Exception]
):
    with pytest.raises(kind):
        download(failure(), tmp_path / "file")


@pytest.mark.parametrize(("failure", "kind"), FAILURES.values(), ids=FAILURES)
def test_the_error_of_a_failed_download_holds_no_token(
    tmp_path: Path, failure: Callable[[], Any], kind: type[Exception]
):
    with pytest.raises(Exception) as caught:
        download(failure(), tmp_path / "file")
    error: BaseException | None = caught.value
    while error is not None:
        request = getattr(error, "_request", None)
        assert request is None or "Authorization" not in request.headers
        error = error.__cause__


@pytest.mark.parametrize(("failure", "kind"), FAILURES.values(), ids=FAILURES)
def test_a_failed_download_leaves_nothing_behind(
    tmp_path: Path, failure: Callable[[], Any], kind: type[Exception]
):
    with contextlib.suppress(Exception):
        download(failure(), tmp_path / "file")
    assert names(tmp_path) == []


def test_a_failed_download_leaves_the_old_file(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(WatsConnectionError):
        download(body(b"new", error=httpx.ReadError("x")), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_cancelled_download_leaves_nothing_behind(tmp_path: Path, clock: Clock):
    async def impatient() -> None:
        async with asyncio.timeout(5):
            await downloading(body(*[b"x"] * 100, delay=1), tmp_path / "file")

    with pytest.raises(TimeoutError):
        clock.run(impatient())
    assert names(tmp_path) == []


def test_a_download_that_breaks_off_carries_the_facts(tmp_path: Path):
    with correlation_id("job-42"), pytest.raises(WatsConnectionError) as caught:
        download(body(b"a", error=httpx.ReadError("x")), tmp_path / "file")
    error = caught.value
    assert (error.method, error.url, error.attempts, error.correlation_id) == (
        "GET",
        "http://wats.test/api/file",
        1,
        "job-42",
    )


def test_a_download_that_breaks_off_is_not_retried(tmp_path: Path):
    network = Network(lambda _: body(b"a", error=httpx.ReadError("x")))
    server = AsyncHttpClient("http://wats.test", TOKEN, SyncConfig(retry_enabled=True), transport=network)
    with pytest.raises(WatsConnectionError):
        run(server.download("/api/file", tmp_path / "file"))
    assert len(network.requests) == 1


def test_a_download_is_retried_before_its_head_has_come(tmp_path: Path, clock: Clock):
    network = Network(503, httpx.ConnectError("x"), lambda _: body(b"abc"))
    server = AsyncHttpClient("http://wats.test", TOKEN, SyncConfig(retry_enabled=True), transport=network)
    target = io.BytesIO()
    clock.run(server.download("/api/file", target))
    assert target.getvalue() == b"abc"


def test_the_body_of_a_redirect_is_closed():
    moved = Body(b"moved")
    redirect = httpx.Response(302, headers={"Location": "/api/other"}, stream=moved)
    network = Network(redirect, lambda _: body(b"abc"))
    run(AsyncHttpClient("http://wats.test", TOKEN, transport=network).download("/api/file", io.BytesIO()))
    assert moved.closed == 1


def test_total_timeout_holds_for_the_whole_download(tmp_path: Path, clock: Clock):
    with pytest.raises(WatsTimeoutError, match="total_timeout: 5 s"):
        clock.run(downloading(body(*[b"x"] * 100, delay=1), tmp_path / "file", SyncConfig(total_timeout=5)))
    assert clock.elapsed() == pytest.approx(5, abs=0.05)
    assert names(tmp_path) == []


def test_timeout_does_not_hold_for_the_whole_download(tmp_path: Path, clock: Clock):
    target = io.BytesIO()
    clock.run(downloading(body(*[b"x"] * 10, delay=1), target, SyncConfig(timeout=2)))
    assert clock.elapsed() == pytest.approx(10)


def test_the_path_and_the_query_are_sent():
    network = Network(lambda _: body(b"abc"))
    server = AsyncHttpClient("http://wats.test", TOKEN, transport=network)
    run(server.download("/api/{id}", io.BytesIO(), path_params={"id": "A/B"}, params={"x": 1, "y": None}))
    assert network.requests[0].url.raw_path == b"/api/A%2FB?x=1"


# --- file objects


def test_a_file_object_gets_the_bytes():
    target = io.BytesIO()
    download(body(b"a", b"b"), target)
    assert target.getvalue() == b"ab"


def test_a_large_file_is_written_as_it_comes():
    # In constant memory: a megabyte or so at a time.
    written: list[int] = []

    class Watching(io.BytesIO):
        def write(self, data: Any) -> int:
            written.append(len(data))
            return len(data)

    download(body(*[b"x" * 2**18] * 20), Watching())
    assert sum(written) == 20 * 2**18
    assert max(written) <= 2**21


def test_small_pieces_are_not_written_one_by_one():
    written: list[int] = []

    class Watching(io.BytesIO):
        def write(self, data: Any) -> int:
            written.append(len(data))
            return len(data)

    download(body(*[b"x"] * 1000), Watching())
    assert written == [1000]


def test_a_file_object_stays_open():
    target = io.BytesIO()
    download(body(b"a"), target)
    assert not target.closed


def test_a_file_that_takes_less_than_it_is_given_gets_it_all():
    class Small(io.RawIOBase):
        got = b""

        def write(self, data: Any) -> int:
            taken = bytes(data)[:3]
            self.got += taken
            return len(taken)

    target = Small()
    download(body(b"abcdefgh"), target)
    assert target.got == b"abcdefgh"


class Failing(io.RawIOBase):
    def __init__(self, error: Exception) -> None:
        self._error = error

    def write(self, _: Any) -> int:
        raise self._error


def test_a_full_disk_is_an_os_error():
    error = OSError(28, "No space left on device")
    with pytest.raises(OSError) as caught:
        download(body(b"abc"), Failing(error))
    assert caught.value is error


def test_a_download_that_cannot_be_written_gives_its_connection_back():
    response = Body(*[b"x" * 2**20] * 3)
    with pytest.raises(OSError):
        download(httpx.Response(200, stream=response), Failing(OSError(28, "No space left on device")))
    assert response.closed == 1


def test_a_disk_that_times_out_is_not_taken_for_the_server():
    # A network share: ETIMEDOUT is a TimeoutError in Python.
    error = TimeoutError(110, "Connection timed out")
    with pytest.raises(OSError) as caught:
        download(body(b"abc"), Failing(error))
    assert not isinstance(caught.value, WatsTimeoutError)


def test_a_folder_that_does_not_exist_is_an_os_error(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        download(body(b"abc"), tmp_path / "no" / "file")


def test_a_folder_in_the_place_of_the_file_is_an_os_error_and_leaves_nothing_behind(tmp_path: Path):
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError):
        download(body(b"abc"), tmp_path / "file")
    assert names(tmp_path) == ["file"]


def test_writing_does_not_hold_up_the_event_loop():
    threads = set()

    class Watching(io.BytesIO):
        def write(self, data: Any) -> int:
            threads.add(threading.get_ident())
            return super().write(data)

    download(body(b"abc"), Watching())
    assert threads
    assert threading.get_ident() not in threads


def test_a_cancelled_write_is_done_with_the_file_before_it_is_closed(tmp_path: Path):
    began, go_on, closed_in_time = threading.Event(), threading.Event(), []

    class Slow(io.BytesIO):
        def write(self, data: Any) -> int:
            began.set()
            go_on.wait(10)
            closed_in_time.append(len(bytes(data)))
            return len(data)

    async def scenario() -> None:
        async def save() -> None:
            async with saved(Slow()) as write:
                await write(b"x" * 2**20)

        task = asyncio.ensure_future(save())
        await asyncio.get_running_loop().run_in_executor(None, began.wait, 10)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        go_on.set()
        await task

    with pytest.raises(asyncio.CancelledError):
        run(scenario())
    assert closed_in_time == [2**20]


# --- progress


def progress_of(response: httpx.Response) -> list[tuple[int, int | None]]:
    seen: list[tuple[int, int | None]] = []
    download(response, io.BytesIO(), progress=lambda done, total: seen.append((done, total)))
    return seen


def test_progress_tells_bytes_done_and_in_total():
    assert progress_of(body(b"ab", b"c", **{"Content-Length": "3"})) == [(2, 3), (3, 3)]


@pytest.mark.parametrize(
    "length", [{}, {"Content-Length": "-1"}, {"Content-Length": "٣"}, {"Content-Length": "x"}]
)
def test_progress_tells_none_if_the_total_is_not_known(length: dict[str, str]):
    response = httpx.Response(
        200, headers=[(k.encode(), v.encode()) for k, v in length.items()], stream=Body(b"abc")
    )
    assert progress_of(response) == [(3, None)]


def test_a_content_length_of_thousands_of_digits_does_no_harm():
    # h11 refuses it; another transport, such as httpx-aiohttp, may not.
    assert progress_of(body(b"abc", **{"Content-Length": "9" * 5000}))[-1][0] == 3


def test_progress_tells_none_as_total_of_a_packed_body():
    packed = gzip.compress(b"abc")
    response = body(packed, **{"Content-Length": str(len(packed)), "Content-Encoding": "gzip"})
    assert {total for _, total in progress_of(response)} == {None}


def test_an_error_in_progress_ends_the_download_and_is_raised(tmp_path: Path):
    def stop(done: int, total: int | None) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        download(body(b"a"), tmp_path / "file", progress=stop)
    assert names(tmp_path) == []


def test_os_is_asked_for_the_file_in_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # A rename across file systems is not atomic.
    seen: list[list[str]] = []
    download(body(b"a"), tmp_path / "file", progress=lambda *_: seen.append(names(tmp_path)))
    assert len(seen[0]) == 1
    assert seen[0] != ["file"]


def test_a_file_opened_for_text_is_refused():
    with pytest.raises(TypeError, match="for writing bytes"):
        download(body(b"abc"), io.StringIO())


def test_the_error_about_a_missing_folder_names_the_folder(tmp_path: Path):
    with pytest.raises(FileNotFoundError) as caught:
        download(body(b"abc"), tmp_path / "no" / "file")
    assert caught.value.filename == str(tmp_path / "no")


class Sink:
    """A file object of the user's own, whose write returns nothing."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: Any) -> None:
        self.data += bytes(data)


def test_a_file_object_need_not_say_what_it_took():
    sink = Sink()
    download(body(b"abc"), sink)
    assert sink.data == b"abc"


def test_a_file_that_takes_no_more_is_an_error():
    class Full(io.RawIOBase):
        def write(self, _: Any) -> None:
            return None

    with pytest.raises(BlockingIOError):
        download(body(b"abc"), Full())


def test_a_link_stays_and_its_target_is_written(tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    download(body(b"abc"), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"abc"


def test_a_device_is_written_to_and_stays_one():
    download(body(b"abc"), os.devnull)
    assert not Path(os.devnull).is_file()


def test_a_download_is_asked_for_unpacked():
    network = Network(body(b"abc"))
    run(AsyncHttpClient("http://wats.test", TOKEN, transport=network).download("/api/x", io.BytesIO()))
    assert network.headers("Accept-Encoding") == ["identity"]


def test_a_pipe_that_nobody_reads_does_not_outlast_the_total_timeout():
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb", buffering=0) as pipe:
        with pytest.raises(WatsTimeoutError):
            download(body(b"x" * 3_000_000), pipe, SyncConfig(total_timeout=0.1))
        os.close(reader)


@pytest.mark.parametrize("target", [None, 7, b"name"])
def test_what_is_no_target_is_refused_before_anything_is_sent(target: Any):
    network = Network()
    server = AsyncHttpClient("http://wats.test", TOKEN, transport=network)
    with pytest.raises(TypeError, match="must be a path"):
        run(server.download("/api/file", target))
    assert not network.requests
