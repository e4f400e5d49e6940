#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies the documents into the folder where they are installed, so that each link in them works there.

    installed_docs.py SOURCE-TREE FOLDER

FOLDER gets README.md, CHANGELOG.md, SECURITY.md, docs/ and examples/ as they lie in the source. A link to another file of the
source, which is not installed, becomes its text. broken_links() is for tests: it names the links that lead nowhere.
"""
import pathlib
import re
import shutil
import sys

INSTALLED = ("README.md", "CHANGELOG.md", "SECURITY.md", "docs", "examples")
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]\[]*)\]\((?P<target>[^()\s]+)\)")


def is_elsewhere(target):
    return re.match(r"[a-z]+:", target) is not None


def file_of(document, target):
    """The file that a link in the document leads to."""
    return (document.parent / target.split("#")[0]).resolve() if target.split("#")[0] else document.resolve()


def headings(document):
    """The anchors of a document, as a browser of the source makes them of its headings."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.M | re.S)
    titles = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in re.findall(r"^#+ +(.*?) *$", text, re.M))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(documents):
    broken = []
    for document in documents:
        for link in LINK.finditer(document.read_text(encoding="utf-8")):
            target = link["target"]
            if is_elsewhere(target):
                continue
            file = file_of(document, target)
            anchor = target.partition("#")[2]
            if not file.exists() or (anchor and file.suffix == ".md" and anchor not in headings(file)):
                broken.append(f"{document.name}: {target}")
    return broken


def install(source, folder):
    for name in INSTALLED:
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name, dirs_exist_ok=True)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, folder / name)
    for document in folder.rglob("*.md"):
        def kept(link, document=document):
            is_there = is_elsewhere(link["target"]) or file_of(document, link["target"]).exists()
            return link[0] if is_there else link["text"]
        document.write_text(LINK.sub(kept, document.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    install(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
