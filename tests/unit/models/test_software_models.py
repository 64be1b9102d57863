"""Packages and their files are read under every name that servers and clients use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pywats.models import Package, PackageFile, PackageFileAttribute, VirtualFolder
from pywats.models.base import LENIENT

MOMENT = "2025-03-18T09:15:00.1234567Z"


@pytest.mark.parametrize("name", ["packageFileId", "fileId", "id"])
def test_the_id_of_a_file_has_three_names(name: str) -> None:
    file = PackageFile.model_validate({name: "17"}, context=LENIENT)
    assert file.package_file_id == "17"
    assert file.to_wire() == {"packageFileId": "17"}


@pytest.mark.parametrize("name", ["name", "filename", "fileName"])
def test_the_name_of_a_file_has_three_names(name: str) -> None:
    assert PackageFile.model_validate({name: "a.exe"}, context=LENIENT) == PackageFile(name="a.exe")


@pytest.mark.parametrize("model", [Package, PackageFile])
@pytest.mark.parametrize("event", ["created", "modified"])
@pytest.mark.parametrize("suffix", ["", "Utc"])
def test_moments_have_two_names(model: type[Package | PackageFile], event: str, suffix: str) -> None:
    record = model.model_validate({event + suffix: MOMENT}, context=LENIENT)
    assert getattr(record, event) == datetime(2025, 3, 18, 9, 15, 0, 123456, UTC)
    assert record.to_wire() == {event: MOMENT}


@pytest.mark.parametrize("name", ["id", "folderId"])
def test_the_id_of_a_folder_has_two_names(name: str) -> None:
    identifier = "6f1d2b1c-3c1e-4c55-9d0a-2f7b8f1a9e01"
    folder = VirtualFolder.model_validate({name: identifier}, context=LENIENT)
    assert str(folder.id) == identifier


def test_an_attribute_that_is_not_known_yet_is_kept_as_it_was_sent() -> None:
    file = PackageFile.model_validate({"attributes": "ExecuteTwice"}, context=LENIENT)
    assert file.to_wire() == {"attributes": "ExecuteTwice"}


def test_a_known_attribute_is_one() -> None:
    file = PackageFile.model_validate({"attributes": "ExecuteOnce"}, context=LENIENT)
    assert file.attributes is PackageFileAttribute.EXECUTE_ONCE
