"""The spaCy component, DocBin files that spaCy trains on, and the page that shows what a decision names."""

from __future__ import annotations

import tomllib
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import select

from schema import tables as t
from schema.load import load_many
from tests.exported import COUNT, HOSTILE, exported, hostile

spacy = pytest.importorskip("spacy")
from corpus import nlp  # noqa: E402

pytest_plugins = ["tests.exported"]

TEXT = (
    "Căn cứ Nghị quyết số 30c/NQ-CP ngày 08/11/2011 của\nChính phủ;\n"
    "Giao Sở Nội vụ chủ trì, phối hợp với Sở Tài\nchính báo cáo trước ngày 05/6/2024."
)
EXPECTED = {
    "citations": [("Nghị quyết số 30c/NQ-CP ngày 08/11/2011 của\nChính phủ", "CITATION", "vn/cp/nq/2011/30c")],
    "agencies": [
        ("Chính phủ", "AGENCY", "chinh-phu"),
        ("Sở Nội vụ", "AGENCY", "so-noi-vu"),
        ("Sở Tài\nchính", "AGENCY", "so-tai-chinh"),
    ],
    "deadlines": [("trước ngày 05/6/2024", "DEADLINE", "/2024-06-04")],
}


def seen(doc):
    return {
        group: [(unicodedata.normalize("NFC", span.text), span.label_, span.kb_id_) for span in spans]
        for group, spans in doc.spans.items()
    }


@pytest.fixture(scope="module")
def pipeline():
    made = spacy.blank("xx")
    made.add_pipe("vanban", config={"date": "2024-01-05"})
    return made


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
def test_spans_whatever_the_form_of_the_text(pipeline, form) -> None:
    text = unicodedata.normalize(form, TEXT)
    doc = pipeline(text)
    assert doc.text == text
    assert seen(doc) == EXPECTED


def test_a_pipeline_with_other_parts_keeps_them(pipeline) -> None:
    other = spacy.blank("en")
    other.add_pipe("sentencizer")
    other.add_pipe("vanban", last=True)
    doc = other(f"{TEXT} Xong việc này. Hết.")
    assert seen(doc)["agencies"] == EXPECTED["agencies"]
    assert len(list(doc.sents)) == 3


def test_texts_without_anything(pipeline) -> None:
    for text in ("", " \n ", "\u0301", "không có gì"):
        assert all(not spans for spans in pipeline(text).spans.values())


def test_spacy_finds_the_component_where_it_is_installed() -> None:
    setup = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    module, name = setup["project"]["entry-points"]["spacy_factories"]["vanban"].split(":")
    assert (module, name) == (nlp.__name__, nlp.create.__name__)
    assert spacy.blank("xx").has_factory("vanban")


def test_places_in_a_text_of_another_form_are_its_own() -> None:
    for text in (TEXT, unicodedata.normalize("NFD", TEXT)):
        found = [(unicodedata.normalize("NFC", text[one.start : one.end]), one.meaning) for one in nlp.find(text)]
        assert ("Sở Nội vụ", "so-noi-vu") in found and ("trước ngày 05/6/2024", "/2024-06-04") in found


# --- decisions -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plan(sampled):
    with sampled.connect() as connection:
        number = connection.execute(select(t.decisions.c.id).where(t.decisions.c.number == "118/QĐ-UBND")).scalar_one()
        return next(load_many(connection, [number]))


def test_a_decision_as_a_document(plan) -> None:
    doc = nlp.document(plan)
    assert doc.text == plan.text and doc.user_data["key"] == plan.document.key
    starts = {span.start_char for span in doc.spans["citations"]}
    assert all(any(start <= cited.span[0] for start in starts) for cited in plan.citations)
    assert len(doc.spans["citations"]) == len({cited.span for cited in plan.citations})
    keys = {span.kb_id_ for span in doc.spans["citations"]}
    assert {cited.key for cited in plan.citations if cited.key} == keys - {""}
    assert {task.deadline.end for task in plan.tasks if task.deadline and task.deadline.end} <= {
        span.kb_id_.rpartition("/")[2] for span in doc.spans["deadlines"]
    }


def read_back(folder):
    vocabulary = spacy.blank("xx").vocab
    files = sorted(folder.glob("*.spacy"))
    return [doc for file in files for doc in spacy.tokens.DocBin().from_disk(file).get_docs(vocabulary)]


def test_docbin_comes_back_and_is_cut_into_files(filled, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("corpus.exports.to_docbin.SHARD", 4)
    docs = read_back(exported(filled, "docbin", tmp_path))
    assert len(docs) == COUNT and len(list(tmp_path.iterdir())) == 3
    with filled.connect() as connection:
        ids = connection.execute(select(t.decisions.c.id)).scalars().all()
        texts = {decision.text for decision in load_many(connection, ids)}
    assert {doc.text for doc in docs} == texts


def test_a_pipeline_learns_from_the_docbin(sampled, tmp_path) -> None:
    from spacy.training import Example

    with sampled.connect() as connection:
        ids = connection.execute(select(t.decisions.c.id).order_by(t.decisions.c.key).limit(3)).scalars().all()
    docs = read_back(exported(sampled, "docbin", tmp_path, ids=ids))
    assert all(set(doc.spans) == set(nlp.LABELS) for doc in docs) and any(doc.spans["agencies"] for doc in docs)
    learner = spacy.blank("xx")
    learner.add_pipe(
        "spancat", config={"spans_key": "agencies", "suggester": {"@misc": "spacy.ngram_suggester.v1", "sizes": [2, 3]}}
    )
    examples = [Example(learner.make_doc(doc.text), doc) for doc in docs]
    learner.initialize(lambda: examples)
    losses: list[float] = []
    for _ in range(2):
        losses.append(learner.update(examples)["spancat"])
    assert 0 < losses[1] < losses[0]


# --- the page ------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The tags and attributes of a page, and its words without the labels (which stand in `span`)."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words, self.inside = "", 0

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.inside += tag == "span"

    def handle_endtag(self, tag) -> None:
        self.inside -= tag == "span"

    def handle_data(self, data) -> None:
        if not self.inside:
            self.words += data


def parsed(html: str) -> Page:
    page = Page()
    page.feed(html)
    return page


def test_the_page_shows_the_whole_text_marked(plan) -> None:
    html = nlp.html(plan)
    page = parsed(html)
    assert {"mark"} <= page.tags and '<html lang="vi">' in html
    assert "".join(plan.text.split()) in "".join(page.words.split())
    assert plan.document.number in html


def test_a_hostile_decision_runs_nothing() -> None:
    decision = hostile()
    html = nlp.html(decision)
    page = parsed(html)
    assert not page.tags & {"script", "img", "iframe", "link", "object"}
    assert not {name for name in page.attributes if name.startswith("on")} and "src" not in page.attributes
    assert HOSTILE[1] in page.words and "default-src 'none'" in html
