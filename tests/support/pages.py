"""The README and the documentation, as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[tuple[str, str]]:
    """The fenced blocks of a page: each its language and its text."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text_of(page), re.DOTALL | re.MULTILINE)


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text_of(page), flags=re.DOTALL | re.MULTILINE)


def saved_scripts(page: Path) -> dict[str, str]:
    """The scripts that a page tells its reader to save, by name."""
    saved = r"^Save this as `(.+?)`:\n\n```python\n(.*?)^```$"
    return dict(re.findall(saved, text_of(page), re.DOTALL | re.MULTILINE))


def commands(page: Path) -> Iterator[list[str]]:
    """The commands in the shell blocks of a page, each as a list of words."""
    for language, text in blocks(page):
        if language in ("sh", "powershell"):
            for line in text.replace("\\\n", " ").replace("\\", "/").splitlines():
                for command in re.split(r"&&|\|", re.sub(r"(^|\s)#.*", "", line)):
                    words = re.findall(r"'[^']*'|\"[^\"]*\"|\S+", command)
                    if words:
                        yield [word.strip("'\"") for word in words]


def links(page: Path) -> list[str]:
    """Where the links of a page lead within the repository."""
    return re.findall(r"\]\((?!https?://)(.+?)\)", prose(page))


def anchors(page: Path) -> set[str]:
    """What a link to a heading of a page ends in, on GitHub as in the site."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip()) for heading in headings}
