"""No serial number is handed out twice, by however many threads and over however bad a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pywats import NotFoundError, RetryConfig, WatsConnectionError, pyWATS
from pywats.models import SerialNumberFileFormat, SerialNumberPool, SerialNumberRecord
from pywats.simulator import WatsSimulator

XML, CSV = SerialNumberFileFormat.XML, SerialNumberFileFormat.CSV
THREADS = 16
SIZE = 1000
QUANTITY = 7
POOL = [f"CB-{number:06}" for number in range(SIZE)]
TAKE = "/api/Production/SerialNumbers/Take"
NUMBERS = "/api/Production/SerialNumbers"


@pytest.fixture
def server() -> Iterator[WatsSimulator]:
    with WatsSimulator() as server:
        yield server


@pytest.fixture
def api(server: WatsSimulator) -> Iterator[pyWATS]:
    retry = RetryConfig(max_retries=10, max_backoff=0, jitter=0)  # one call may meet all refusals
    with pyWATS(server.url, server.token, timeout=20, retry_config=retry) as api:
        yield api


@pytest.fixture
def pool_file(tmp_path: Path) -> Path:
    file = tmp_path / "pool.xml"
    file.write_bytes(SerialNumberPool(numbers=[SerialNumberRecord(id=number) for number in POOL]).to_xml())
    return file


@pytest.fixture
def pool(api: pyWATS, pool_file: Path) -> None:
    api.production.upload_serial_numbers("Board", XML, pool_file)


def in_threads(station: Callable[[str], tuple[list[str], int]]) -> dict[str, tuple[list[str], int]]:
    """Run all stations at once; return what each took, and how many of its calls failed."""
    names = [f"STATION-{number}" for number in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as executor:
        return dict(zip(names, executor.map(station, names), strict=True))


def take_until_empty(api: pyWATS, name: str, **options: bool) -> tuple[list[str], int]:
    taken: list[str] = []
    failures = 0
    while True:
        try:
            numbers = api.production.take_serial_numbers("Board", QUANTITY, ref_sn=name, **options)
        except NotFoundError:
            return taken, failures
        except WatsConnectionError:
            failures += 1
        else:
            taken += numbers


@pytest.mark.usefixtures("pool")
def test_sixteen_threads_share_a_pool_until_it_is_dry(api: pyWATS) -> None:
    stations = in_threads(lambda name: take_until_empty(api, name))

    taken = [number for numbers, _ in stations.values() for number in numbers]
    assert len(taken) == SIZE
    assert sorted(taken) == POOL
    assert not any(failures for _, failures in stations.values())


@pytest.mark.usefixtures("pool")
def test_the_server_knows_who_took_each_number(api: pyWATS) -> None:
    stations = in_threads(lambda name: take_until_empty(api, name))

    for name, (numbers, _) in stations.items():
        if numbers:
            recorded = api.production.get_serial_numbers_by_reference("Board", ref_sn=name)
            assert sorted(numbers) == [record.id for record in recorded]


@pytest.mark.usefixtures("pool")
def test_runs_stay_unbroken_when_all_want_one(api: pyWATS) -> None:
    def take_a_run(_: int) -> list[str]:
        return api.production.take_serial_numbers("Board", QUANTITY, only_in_sequence=True)

    with ThreadPoolExecutor(THREADS) as executor:
        runs = list(executor.map(take_a_run, range(SIZE // QUANTITY)))

    for run in runs:
        first = POOL.index(run[0])
        assert run == POOL[first : first + QUANTITY]
    assert len({number for run in runs for number in run}) == SIZE // QUANTITY * QUANTITY


@pytest.mark.usefixtures("pool")
def test_a_bad_network_loses_numbers_but_hands_none_out_twice(server: WatsSimulator, api: pyWATS) -> None:
    server.rate_limit(TAKE, retry_after=0, times=5)
    server.fail(TAKE, status=503, retry_after=0, times=5)
    server.drop(TAKE, times=5)
    server.drop(TAKE, after=True, times=5)
    server.reset(TAKE, after=True, times=5)
    server.cut(TAKE, times=5)

    stations = in_threads(lambda name: take_until_empty(api, name))

    taken = [number for numbers, _ in stations.values() for number in numbers]
    # Refusals are retried. Where an answer was lost nobody can know, so the call fails: 5 dropped before the
    # server took any numbers, 15 after.
    assert sum(failures for _, failures in stations.values()) == 20
    assert len(set(taken)) == len(taken) == SIZE - 15 * QUANTITY


@pytest.mark.usefixtures("pool")
def test_numbers_whose_answer_was_lost_are_found_by_their_reference(
    server: WatsSimulator, api: pyWATS
) -> None:
    server.drop(TAKE, after=True)

    with pytest.raises(WatsConnectionError):
        api.production.take_serial_numbers("Board", 3, ref_sn="UNIT-1")

    lost = api.production.get_serial_numbers_by_reference("Board", ref_sn="UNIT-1")
    assert [number.id for number in lost] == POOL[:3]
    assert api.production.take_serial_numbers("Board", 1) == POOL[3:4]


@pytest.mark.parametrize("fault", [WatsSimulator.drop, WatsSimulator.reset])
def test_an_upload_that_is_repeated_adds_each_number_once(
    server: WatsSimulator, api: pyWATS, pool_file: Path, fault: Callable[..., None]
) -> None:
    fault(server, NUMBERS, method="PUT", after=True)

    api.production.upload_serial_numbers("Board", XML, pool_file)

    assert [request.retry_count for request in server.requests] == [0, 1]
    assert sorted(take_until_empty(api, "STATION")[0]) == POOL


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize("format", [XML, CSV])
def test_an_export_makes_the_same_pool_of_another_type(
    api: pyWATS, tmp_path: Path, format: SerialNumberFileFormat
) -> None:
    api.production.take_serial_numbers("Board", 10, ref_sn="UNIT/1 ä", ref_pn="A & B")
    steps: list[tuple[int, int | None]] = []

    size = api.production.export_serial_numbers("Board", format, tmp_path / "board")
    api.production.upload_serial_numbers(
        "Serial number", format, tmp_path / "board", progress=lambda *step: steps.append(step)
    )
    api.production.export_serial_numbers("Serial number", format, tmp_path / "plain")

    assert steps[-1] == (size, size)
    assert (tmp_path / "plain").read_bytes() == (tmp_path / "board").read_bytes()
    assert api.production.take_serial_numbers("Serial number", SIZE) == POOL[10:]
