"""The report of grammar rows that no document uses, on the samples and on one invented decision."""

from __future__ import annotations

from pathlib import Path

import pytest
import unused_rows
from unused_rows import Seen, unused

import ingest
from corpus import samples
from parsers import decision

TEXT = """ỦY BAN NHÂN DÂN
TỈNH SƠN LA
Số: 12/QĐ-UBND
Sơn La, ngày 05 tháng 3 năm 2024

QUYẾT ĐỊNH
Ban hành Kế hoạch cải cách hành chính năm 2024

Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;
Căn cứ Nghị quyết số 76/NQ-CP ngày 15 tháng 7 năm 2021 của Chính phủ;
Theo đề nghị của Giám đốc Sở Nội vụ.

QUYẾT ĐỊNH:

Điều 1. Bãi bỏ Quyết định số 7/QĐ-UBND ngày 04 tháng 01 năm 2023 của UBND tỉnh.
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    file = tmp_path_factory.mktemp("texts") / "a.txt"
    file.write_text(TEXT, encoding="utf-8")
    found = Seen()
    found.add(decision.parse(ingest.read(file)))
    return found


@pytest.mark.parametrize(
    ("table", "used", "not_used"),
    [
        ("regulations", "vn/qh/luat/2015/77", "vn/qh/luat/2025/72"),
        ("regulations", "vn/cp/nq/2021/76", "vn/cp/nq/2013/76"),
        ("agencies", "so-noi-vu", "so-thuy-san"),
        ("issuers", "CP", "BYT"),
        ("document_types", "NQ", "TTLT"),
        ("provinces", "son-la", "ca-mau"),
        ("relations", "cue.proposal.words: theo đề nghị của", "cue.repeals.words: hủy bỏ"),
        ("layout", "attachment_kinds.Kế hoạch: kế hoạch", "attachment_kinds.Đề án: đề án"),
        ("topics", "par", "digital"),
    ],
)
def test_a_row_is_listed_where_nothing_used_it(seen: Seen, table: str, used: str, not_used: str) -> None:
    count, rows = unused(seen, table)
    assert len(rows) < count
    assert not [row for row in rows if f"{row} ".startswith(f"{used} ")]
    assert [row for row in rows if f"{row} ".startswith(f"{not_used} ")]


@pytest.mark.parametrize("table", unused_rows.tables())
def test_without_documents_every_row_is_unused(table: str) -> None:
    count, rows = unused(Seen(), table)
    assert count == len(rows) > 0


def test_every_sample_uses_rows_and_no_example_is_taken_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(samples.__file__).parent
    assert unused_rows.main([str(folder), "--table", "targets", "--table", "provinces"]) == 0
    printed = capsys.readouterr().out
    texts = [path for path in samples.paths() if path.suffix in unused_rows.TEXTS]
    assert printed.startswith(f"{len(texts)} documents")
    assert "provinces: " in printed and "Phấn đấu" not in printed


def test_nothing_to_read_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        unused_rows.main([str(tmp_path)])
    assert stopped.value.code == 2
