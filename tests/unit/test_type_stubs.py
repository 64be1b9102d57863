import inspect
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import pywats.services
from pywats.pywats import SyncServiceWrapper
from scripts.generate_type_stubs import StubError, generate

ROOT = Path(__file__).resolve().parents[2]
STUB = "src/pywats/services/sync.pyi"
SERVICES = "src/pywats/services"
COMMAND = "python scripts/generate_type_stubs.py"
METHOD = "async def get_processes("

BASE = """\
class AsyncResource:
    def close(self) -> None:
        '''Let go.'''

class AsyncService:
    _client: object
"""

SERVICE = '''\
from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal
from uuid import UUID as Id

from pywats.models.product import Product
from pywats.services.base import AsyncResource, AsyncService

if TYPE_CHECKING:
    from .progress import Progress

Kind = Literal["good", "bad"]
_LIMIT = 10


class _Counted:
    count: int
    """How many."""


class AsyncLot(_Counted, AsyncResource):
    """A lot.

    Args:
        name: Its name.

    Example:
        ``lot.split()``
    """

    limits: ClassVar[tuple[int, ...]] = (1, 2)
    _secret = "s"

    def __init__(self, name: str) -> None:
        self.name = name

    def __len__(self) -> int:
        return 0

    @property
    def kind(self) -> Kind:
        return "good"

    @kind.setter
    def kind(self, value: Kind) -> None: ...

    @cached_property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    async def split(self) -> AsyncLot | None:
        r"""Split at a ``\\``."""


class AsyncSpecialLot(AsyncLot):
    """A special lot."""

    async def join(self, *ids: Id, limit: int = _LIMIT, word: str = 'x', least: int = -1, **etc: str) -> None:
        """Join."""


class AsyncLotService(AsyncService):
    """Lots."""

    async def find_lot(self, a: int, /, b: Id | None = None, *, kind: Kind = "bad", on: Progress) -> AsyncLot:
        """Find a lot.

        Args:
            a: A "number".
        """
        return AsyncLot(str(a))

    def iter_lots(self) -> AsyncIterator[Product]:
        """Iterate over the "lots"."""

    async def generate_lots(self, key: Callable[[Product], bool]) -> AsyncIterator[tuple[int, str]]:
        yield 1, ""

    @staticmethod
    def name_of_a_really_long_method(some_parameter: int, another_parameter: int, third: int) -> str:
        return ""

    async def _private(self) -> None: ...
'''

TWINS = '''\
# Generated from the async services by python scripts/generate_type_stubs.py: run it rather than edit this.
# For type checkers only: at run time there is no such module, and the objects are SyncServiceWrappers.

import ssl
from collections.abc import Callable, Iterator
from typing import Never
from uuid import UUID as Id

from pywats.models.product import Product
from pywats.services.lot import Kind
from pywats.services.progress import Progress

class SyncLot:
    """A lot.

    Example:
        ``lot.split()``
    """

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def close(self) -> None:
        """Let go."""

    @property
    def count(self) -> int:
        """How many."""

    @property
    def limits(self) -> tuple[int, ...]: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def context(self) -> ssl.SSLContext: ...
    def split(self) -> SyncLot | None:
        """Split at a ``\\\\``."""

class SyncSpecialLot(SyncLot):
    """A special lot."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def join(self, *ids: Id, limit: int = ..., word: str = "x", least: int = -1, **etc: str) -> None:
        """Join."""

class SyncLotService:
    """Lots."""

    def __init__(self, made_by_pywats_only: Never, /) -> None: ...
    def find_lot(self, a: int, /, b: Id | None = None, *, kind: Kind = "bad", on: Progress) -> SyncLot:
        """Find a lot.

        Args:
            a: A "number".
        """

    def iter_lots(self) -> Iterator[Product]:
        """Iterate over the "lots"."""

    def generate_lots(self, key: Callable[[Product], bool]) -> Iterator[tuple[int, str]]: ...
    @staticmethod
    def name_of_a_really_long_method(some_parameter: int, another_parameter: int, third: int) -> str: ...
'''


def run_script(root: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    script = root / "scripts" / "generate_type_stubs.py"
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, cwd=cwd or root, capture_output=True, text=True, check=False)


def run_mypy(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", "--strict", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the script needs: itself and the services."""
    for folder in ("scripts", SERVICES):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def generate_from(folder: Path, service: str, *, other: str = "") -> str:
    for name, source in {"base": BASE, "lot": service, "other": other}.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    return generate(folder)


def service_with(member: str) -> str:
    return (
        "from pywats.services.base import AsyncResource, AsyncService\n"
        "class AsyncLot(AsyncResource): ...\n"
        "class AsyncLotService(AsyncService):\n" + textwrap.indent(member, "    ")
    )


def test_the_stub_of_the_repository_is_up_to_date(tmp_path):
    checked = run_script(ROOT, "--check", cwd=tmp_path)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_changed_service_fails_the_check_which_names_file_difference_and_remedy(copy):
    edit(
        copy / SERVICES / "product.py",
        "get_product(self, part_number: str)",
        "get_product(self, part_no: str)",
    )
    stub_before = (copy / STUB).read_bytes()

    checked = run_script(copy, "--check")

    assert checked.returncode == 1
    assert f"{STUB} is out of date; run: {COMMAND}" in checked.stdout
    assert "+    def get_product(self, part_no: str) -> Product:" in checked.stdout
    assert (copy / STUB).read_bytes() == stub_before


def test_an_edited_stub_fails_the_check(copy):
    with (copy / STUB).open("a", encoding="utf-8") as stub:
        stub.write("# mine: ß\n")

    checked = run_script(copy, "--check")

    assert checked.returncode == 1
    assert "-# mine: \\xdf" in checked.stdout


def test_a_missing_stub_fails_the_check(copy):
    (copy / STUB).unlink()

    checked = run_script(copy, "--check")

    assert checked.returncode == 1
    assert f"{STUB} is missing; run: {COMMAND}" in checked.stdout
    assert not (copy / STUB).exists()


def test_a_checkout_with_windows_line_ends_passes_the_check(copy):
    stub = copy / STUB
    stub.write_bytes(stub.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    assert run_script(copy, "--check").returncode == 0


def test_writing_mends_drift_and_a_second_run_changes_nothing(copy):
    (copy / STUB).unlink()

    created = run_script(copy)
    written = (copy / STUB).read_bytes()
    again = run_script(copy)

    assert (created.returncode, created.stdout) == (0, f"{STUB} created\n")
    assert (again.returncode, again.stdout) == (0, f"{STUB} is up to date\n")
    assert (copy / STUB).read_bytes() == written
    assert b"\r" not in written
    assert run_script(copy, "--check").returncode == 0


def test_a_new_method_appears_in_the_stub(copy):
    edit(
        copy / SERVICES / "process.py", METHOD, f"async def count_processes(self) -> int: ...\n\n    {METHOD}"
    )

    updated = run_script(copy)

    assert updated.returncode == 0
    assert "+    def count_processes(self) -> int: ..." in updated.stdout
    assert f"{STUB} updated" in updated.stdout
    assert "    def count_processes(self) -> int: ...\n" in (copy / STUB).read_text("utf-8")


def test_a_default_that_is_a_member_of_an_enumeration_stays_and_is_imported(tmp_path):
    service = "from pywats.models import Color\n" + service_with(
        "async def paint(self, color: object = Color.RED) -> None: ..."
    )

    stub = generate_from(tmp_path, service)

    assert "from pywats.models import Color\n" in stub
    assert "def paint(self, color: object = Color.RED) -> None: ..." in stub


def test_a_service_that_cannot_be_made_synchronous_fails_without_writing(copy):
    edit(
        copy / SERVICES / "process.py",
        METHOD,
        f"async def forgotten(self, value) -> int: ...\n\n    {METHOD}",
    )

    for arguments in ((), ("--check",)):
        refused = run_script(copy, *arguments)
        assert refused.returncode == 1
        assert (
            "pywats.services.process.AsyncProcessService.forgotten: an annotation is missing"
            in refused.stderr
        )
    assert (copy / STUB).read_bytes() == (ROOT / STUB).read_bytes()


def test_a_new_module_is_picked_up_and_made_synchronous(tmp_path):
    assert generate_from(tmp_path, SERVICE) == TWINS


def test_long_lines_are_wrapped_as_the_formatter_does(tmp_path):
    names = [f"parameter_{number}" for number in range(6)]
    fits_inside = ", ".join(f"{name}: int" for name in names[:5])
    too_long = ", ".join(f"{name}: int" for name in names)

    text = generate_from(
        tmp_path,
        service_with(f"def fits(self, {fits_inside}) -> int: ...\ndef breaks(self, {too_long}) -> int: ..."),
    )

    assert f"    def fits(\n        self, {fits_inside}\n    ) -> int: ...\n" in text
    exploded = "".join(f"        {name}: int,\n" for name in names)
    assert f"    def breaks(\n        self,\n{exploded}    ) -> int: ...\n" in text


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ("async def bad(self) -> AsyncIterator[int]: ...", "leaves AsyncIterator as it is"),
        ("async def bad(self) -> list[AsyncLot]: ...", "leaves AsyncLot as it is"),
        ("def bad(self) -> AsyncIterator[AsyncLot]: ...", "leaves AsyncLot as it is"),
        ("def bad(self) -> abc.Awaitable[int]: ...", "leaves Awaitable as it is"),
        ("async def bad(self, lot: AsyncLot) -> None: ...", "leaves AsyncLot as it is"),
        ("@property\ndef bad(self) -> AsyncLot: ...", "leaves AsyncLot as it is"),
        ("bad: AsyncLot", "leaves AsyncLot as it is"),
        ("@property\nasync def bad(self) -> int: ...", "does not await properties"),
        ("@cached\ndef bad(self) -> int: ...", "don't know what @cached makes of it"),
        ("def bad(self): ...", "an annotation is missing"),
        ("bad = 3", "neither a method nor an annotated attribute: bad = 3"),
    ],
)
def test_what_the_wrapper_would_not_make_synchronous_is_refused(tmp_path, member, reason):
    with pytest.raises(StubError, match=r"^pywats\.services\.lot\.AsyncLotService") as refusal:
        generate_from(tmp_path, service_with(member))

    assert reason in str(refusal.value)


def test_a_base_class_from_elsewhere_is_refused(tmp_path):
    with pytest.raises(StubError, match=r"AsyncLot: its base class Mapping is no class of pywats\.services"):
        generate_from(tmp_path, "class AsyncLot(AsyncService, Mapping): ...")


def test_a_service_that_is_not_named_async_is_refused(tmp_path):
    with pytest.raises(StubError, match=r"has to begin with Async: LotService"):
        generate_from(tmp_path, "class LotService(AsyncService): ...")


def test_two_classes_of_one_name_are_refused(tmp_path):
    source = "class AsyncLot(AsyncService): ..."
    with pytest.raises(StubError, match=r"other and pywats\.services\.lot both have a AsyncLot"):
        generate_from(tmp_path, source, other=source)


def test_one_name_for_two_types_is_refused(tmp_path):
    template = "from pywats.{0} import Item\nclass Async{0}(AsyncService):\n    def get(self) -> Item: ..."
    with pytest.raises(StubError, match=r"Item is imported from pywats\.A and from pywats\.B"):
        generate_from(tmp_path, template.format("A"), other=template.format("B"))


@pytest.mark.parametrize("name", pywats.services.__all__)
def test_the_stub_has_what_the_wrapper_offers(name):
    """Run the stub as if it were a module, and compare its classes with the real ones."""
    namespace: dict[str, type] = {}
    source = "from __future__ import annotations\n" + (ROOT / STUB).read_text("utf-8")
    exec(compile(source, STUB, "exec"), namespace)
    twin = namespace[name.replace("Async", "Sync")]
    original = getattr(pywats.services, name)
    wrapper = SyncServiceWrapper(original.__new__(original))

    offered = {member for member in dir(wrapper) if not member.startswith("_")}
    assert {member for member in dir(twin) if not member.startswith("_")} == offered
    for member in offered:
        stubbed, real = inspect.getattr_static(twin, member), inspect.getattr_static(original, member)
        assert inspect.getdoc(stubbed) == inspect.getdoc(real)
        if callable(real):
            assert inspect.signature(stubbed).parameters == inspect.signature(real).parameters


@pytest.mark.timeout(300)
def test_type_checkers_accept_good_use_and_refuse_misuse():
    checked = run_mypy("--warn-unused-ignores", "tests/typing")

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.timeout(300)
def test_a_misuse_that_stops_being_an_error_fails_the_check(tmp_path):
    module = tmp_path / "misuse.py"
    module.write_text("from pywats import pyWATS\n\npyWATS()  # type: ignore[call-arg]\n", "utf-8")

    checked = run_mypy("--warn-unused-ignores", str(module))

    assert checked.returncode == 1
    assert "misuse.py:3: error: Unused" in checked.stdout
