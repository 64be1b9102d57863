"""The files that come out of a report: detail levels, attachments, zip archive, certificate."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from .report_header import repair_files, step_files

_IDENTITY = {
    "type", "id", "pn", "sn", "rev", "processCode", "processName", "result", "machineName", "location",
    "purpose", "start", "startUTC",
}  # fmt: skip
_FROM_LEVEL = {
    2: {"root"},
    3: {
        "numericMeas", "stringMeas", "booleanMeas", "callExe", "messagePopup", "additionalResults", "chart",
    },
    4: {"attachment", "attachments", "binaryData"},
}  # fmt: skip
_PLOT_POINTS = 6


def reduced(
    document: Mapping[str, Any], level: int, *, charts: bool = True, attachments: bool = True
) -> dict[str, Any]:
    """A WSJF document at a detail level.

    Documented are 0 (what identifies the report), 4 (from here attachments), 6 (from here
    plot points) and 7 (everything). Made up here: 1 adds the header, 2 the step tree, 3 what
    the steps measured.

    Args:
        document: The whole document.
        level: 0 to 7.
        charts: False leaves out plot points at any level.
        attachments: False leaves out the content of attachments at any level.
    """
    if level == 0:
        return {name: value for name, value in document.items() if name in _IDENTITY}
    left_out = {name for first, names in _FROM_LEVEL.items() if level < first for name in names}
    points = charts and level >= _PLOT_POINTS

    def copy(value: Any) -> Any:
        if isinstance(value, list):
            return [copy(item) for item in value]
        if not isinstance(value, dict):
            return value
        members = {name: copy(member) for name, member in value.items() if name not in left_out}
        if not points and "xdata" in members:
            members.update(xdata=None, ydata=None)
        if not attachments and "contentType" in members:
            members["data"] = None
        return members

    result: dict[str, Any] = copy(document)
    return result


def content(file: Mapping[str, Any]) -> bytes:
    """The bytes of an attached file."""
    return base64.b64decode(file.get("data") or "")


def files(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All files of a report."""
    for _, file in step_files(document):
        yield file
    yield from repair_files(document)


def zip_archive(document: Mapping[str, Any]) -> bytes:
    """All files of a report in a zip archive; of two files with one name, one is numbered."""
    buffer = BytesIO()
    names: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files(document):
            # Only the name: a path could lead out of where the archive is unpacked.
            path = PurePosixPath(file["name"].replace("\\", "/").rpartition("/")[2] or "file")
            name, number = path.name, 1
            while name in names:
                number += 1
                name = f"{path.stem} ({number}){path.suffix}"
            names.add(name)
            archive.writestr(name, content(file))
    return buffer.getvalue()


def certificate(header: Mapping[str, Any]) -> bytes:
    """A PDF of one page with the few lines of a certificate."""
    lines = [
        "Test certificate (WATS simulator)",
        f"Part number: {header['partNumber']}, revision {header['revision']}",
        f"Serial number: {header['serialNumber']}",
        f"{header['processName']}: {header['result']} at {header['start']}",
        f"Report: {header['uuid']}",
    ]
    shown = " T* ".join(f"({_pdf_text(line)}) Tj" for line in lines)
    stream = f"BT /F1 12 Tf 18 TL 72 770 Td {shown} ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    pdf = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(pdf)
    pdf += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    pdf += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    pdf += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(pdf)


def _pdf_text(line: str) -> str:
    shown = line.encode("latin-1", "replace").decode("latin-1")
    return shown.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
