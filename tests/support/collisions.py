"""Fifty made-up collisions: records that try to fuse two papers, or to show one twice. Five of each of ten kinds."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def collisions() -> tuple[list[Row], list[Row]]:
    """Rows in the form of the arXiv metadata snapshot, and plain rows."""
    snapshot: list[Row] = []
    plain: list[Row] = []
    for n in range(5):
        for kind in (_same_title, _same_title_nameless, _doi_on_two, _doi_with_own_record, _several_dois):
            kind(n, snapshot, plain)
        for kind in (_title_only, _two_archives, _version_as_id, _author_and_year, _bridge):
            kind(n, snapshot, plain)
    return snapshot, plain


def _text(subject: str, n: int) -> str:
    words = " ".join(f"{subject}{n}word{k}" for k in range(30))
    return f"We study {subject} number {n} and report what we found: {words}."


def _arxiv(paper_id: str, title: str, abstract: str, **more: Any) -> Row:
    day = "Tue, 2 Jan 2024 00:00:00 GMT"
    row = {
        "id": paper_id,
        "title": title,
        "abstract": f"  {abstract}\n",
        "authors": "Ada Lovelace",
        "categories": "cs.CL",
    }
    return {**row, "versions": [{"version": "v1", "created": day}], "update_date": "2024-01-02", "doi": None, **more}


def _same_title(n: int, snapshot: list[Row], plain: list[Row]) -> None:
    title = f"A Title That Two Papers {n} Share"
    snapshot.append(_arxiv(f"2401.1{n}001", title, _text("apples", n)))
    snapshot.append(_arxiv(f"2401.1{n}002", title, _text("pears", n)))
    plain.append({"title": title, "abstract": _text("pears", n)})


def _same_title_nameless(n: int, snapshot: list[Row], plain: list[Row]) -> None:
    title = f"Nobody Gave Me an Identifier {n} at All"
    plain.extend({"title": title, "abstract": _text(subject, n)} for subject in ("plums", "figs"))
    plain.append({"title": title.upper(), "abstract": _text("figs", n) + " One more sentence."})


def _doi_on_two(n: int, snapshot: list[Row], plain: list[Row]) -> None:
    for k in (2, 1):
        snapshot.append(
            _arxiv(f"2401.2{n}00{k}", f"Claimant {k} of Number {n}", _text(f"claim{k}", n), doi=f"10.1000/two{n}")
        )


def _doi_with_own_record(n: int, snapshot: list[Row], plain: list[Row]) -> None:
    for k in (1, 2):
        snapshot.append(
            _arxiv(f"2401.3{n}00{k}", f"Claimant {k} of Own {n}", _text(f"own{k}", n), doi=f"10.1000/OWN{n}")
        )
    plain.append({"title": f"Claimant 2 of Own {n}", "id": f"https://doi.org/10.1000/own{n}"})


def _several_dois(n: int, snapshot: list[Row], plain: list[Row]) -> None:
    dois = f"10.1000/many{n}a 10.1000/many{n}b; 10.1000/many{n}c"
    snapshot.append(_arxiv(f"2401.4{n}001", f"Many Journals Took It {n}", _text("journals", n), doi=dois))
    plain.extend({"title": f"In Journal {k} {n}", "id": f"doi:10.1000/many{n}{k}"} for k in "abc")


def _title_only(n: int, snapshot: list[Row], plain: list[Row]) -> None:
    title = f"Before Between and After the Others {n}"
    plain.append({"title": title})
    snapshot.append(_arxiv(f"2401.5{n}001", title, _text("before", n)))
    if n % 2:  # with a second paper of that title, the title alone says nothing any more
        plain.append({"title": title, "abstract": _text("after", n)})
    plain.append({"title": f"{title}."})


def _two_archives(n: int, snapshot: list[Row], plain: list[Row]) -> None:
    for archive in ("hep-th", "math"):
        snapshot.append(_arxiv(f"{archive}/990100{n + 1}", f"From the Archive {archive} {n}", _text(archive, n)))
    plain.append({"title": f"From the Archive math {n}", "id": f"math.GT/990100{n + 1}"})


def _version_as_id(n: int, snapshot: list[Row], plain: list[Row]) -> None:
    snapshot.append(_arxiv(f"2401.6{n}001", f"Known by Its Version {n}", _text("versions", n)))
    plain.append({"title": f"Known by Its Second Version {n}", "id": f"arXiv:2401.6{n}001v2"})


def _author_and_year(n: int, snapshot: list[Row], plain: list[Row]) -> None:
    title = f"Short {n}"
    plain.append({"title": title, "authors": "Ada Lovelace", "date": "2023", "id": f"10.1000/short{n}"})
    plain.append({"title": title, "authors": "Lovelace, Ada; Babbage, Charles", "date": "2024-05-01"})
    plain.append({"title": title, "authors": "Grace Hopper", "date": "2024"})


def _bridge(n: int, snapshot: list[Row], plain: list[Row]) -> None:
    plain.append({"title": f"The Bridge {n}", "id": f"10.1000/bridge{n}", "abstract": _text("bridges", n)})
    plain.append({"title": f"The Bridge {n}", "abstract": _text("bridges", n)})
    snapshot.append(_arxiv(f"2401.7{n}001", f"The Other Bank {n}", _text("banks", n), doi=f"10.1000/bridge{n}"))
