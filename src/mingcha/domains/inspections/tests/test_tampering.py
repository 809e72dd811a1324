"""One changed weight, one moved row, one edited officer: every checker fails and names the place."""

from datetime import date

import pytest

from mingcha.domains.inspections.rules import bundle
from mingcha.domains.inspections.tests import checking, made

CHECKERS = [checking.by_script, checking.by_browser_code]
every_checker = pytest.mark.parametrize("check", CHECKERS)


@pytest.fixture(name="files", scope="module")
def _files():
    said = made.with_a_round(made.published(size=3000, officers=made.officers(cap=2)))
    assert said.pairing.vacant
    return bundle.files(said, on=date(2026, 12, 1), is_audit=True)


@every_checker
def test_a_bundle_as_it_was_published_holds(files, check, tmp_path):
    holds, said = check(files, tmp_path)

    assert holds, said
    assert "round-1.txt：已重新计算 4 个补位，与公布的一致" in said


@every_checker
def test_a_public_bundle_holds_as_far_as_it_goes(check, tmp_path):
    files = bundle.files(made.published(), on=date(2026, 12, 1))

    holds, said = check(files, tmp_path)

    assert holds, said
    assert "不公开，故不能重新配对" in said
    assert not {"X.txt", "A.txt"} & files.keys()


@every_checker
def test_without_avoidances_the_public_recomputes_the_pairing_too(check, tmp_path):
    files = bundle.files(made.published(avoidances=[]), on=date(2026, 12, 1))

    holds, said = check(files, tmp_path)

    assert holds, said
    assert "已重新计算 71 个检查组" in said


@every_checker
def test_an_embargoed_bundle_shows_commitment_and_seed_until_its_day(check, tmp_path):
    said = made.published(level="embargoed", embargo=date(2027, 1, 1))

    before, after = (bundle.files(said, on=date(year, 1, 1)) for year in (2026, 2027))

    assert sorted(before) == ["commitment.txt", "counts.txt", "reveal.txt"]
    holds, words = check(before, tmp_path)
    assert holds
    assert "名单延后到 2027-01-01 公开" in words
    assert check(after, tmp_path)[0]


def changed(name, old, new):
    """Replace the first occurrence in a file."""

    def change(files):
        assert old in files[name], f"{old!r} is not in {name}"
        return files | {name: files[name].replace(old, new, 1)}

    return change


def moved(name, line):
    """Swap a line with the next."""

    def move(files):
        lines = files[name].split(b"\n")
        lines[line], lines[line + 1] = lines[line + 1], lines[line]
        return files | {name: b"\n".join(lines)}

    return move


def without(name, line):
    """Drop a line."""

    def drop(files):
        lines = files[name].split(b"\n")
        return files | {name: b"\n".join(lines[:line] + lines[line + 1 :])}

    return drop


TAMPERED = {
    "a weight": (
        changed("F.txt", "00001500\x1f高风险\x1f86".encode(), "00001500\x1f高风险\x1f87".encode()),
        "F.txt 第 1025 至 2048 行",
    ),
    "a moved row": (moved("F.txt", 2100), "F.txt 第 2102 行"),
    "a dropped row": (without("F.txt", 10), "F.txt 第 1 至 1024 行"),
    "an officer's cap": (changed("O.txt", b"\x1f0\x1f2\n", b"\x1f0\x1f9\n"), "O.txt"),
    "a demand": (changed("D.txt", "食品\x1f2".encode(), "食品\x1f3".encode()), "D.txt"),
    "a stratum's number": (changed("S.txt", b"\x1f30\x1f4", b"\x1f31\x1f4"), "S.txt"),
    "a tile": (changed("tiles.txt", b"F\x1f", b"F\x1f00"), "tiles.txt"),
    "an avoidance": (without("A.txt", 0), "A.txt"),
    "an exclusion's reason": (changed("X.txt", "已满".encode(), "已超".encode()), "X.txt"),
    "the seed": (changed("reveal.txt", b"09 14", b"10 14"), "reveal.txt"),
    "a value out of order": (changed("reveal.txt", b"ssq=03 09", b"ssq=09 03"), "reveal.txt"),
    "a nonce": (changed("reveal.txt", b"nonce.D1=0011", b"nonce.D1=1011"), "reveal.txt"),
    "the place of an object": (moved("drawn.txt", 3), "drawn.txt 第 4 行"),
    "a team": (moved("teams.txt", 3), "teams.txt 第 4 行"),
    "a vacancy": (without("vacant.txt", 0), "vacant.txt"),
    "a root": (changed("commitment.txt", b"F.root=", b"F.root=0"), "tiles.txt"),
    "the counts": (changed("counts.txt", b"\x1f1", b"\x1f2"), "counts.txt"),
    "a missing file": (lambda files: {n: d for n, d in files.items() if n != "O.txt"}, "O.txt"),
    "a later round": (changed("round-1.txt", b"ZF900\n", b"ZF005\n"), "round-1.txt"),
}


@every_checker
@pytest.mark.parametrize("tampered", TAMPERED)
def test_whatever_is_altered_is_found_and_named(files, check, tampered, tmp_path):
    alter, place = TAMPERED[tampered]

    holds, said = check(alter(files), tmp_path)

    assert not holds
    assert f"不一致：{place}" in said


def test_the_script_has_an_sm3_of_its_own_and_says_so(monkeypatch, tmp_path):
    script = checking.script()
    monkeypatch.setattr(script.hashlib, "algorithms_available", set())
    path, said = tmp_path / "bundle.zip", []
    path.write_bytes(bundle.zipped(bundle.files(made.published(size=90, strata=[
        made.Stratum(f"{level}风险", 30, 3, 1, "pps") for level in "高中低"
    ]), on=date(2026, 12, 1))))  # fmt: skip

    assert script.main(path, said.append) == 0, said
    assert "使用脚本自带的实现" in said[0]


def test_the_script_reads_a_folder_and_refuses_what_is_no_bundle(files, tmp_path):
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    script, said = checking.script(), []
    assert script.main(tmp_path, said.append) == 0, said
    (tmp_path / "other.zip").write_bytes(b"no zip")
    assert script.main(tmp_path / "other.zip", said.append) == 1
