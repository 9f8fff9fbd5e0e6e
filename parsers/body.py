"""From outline nodes to the contract's sections and articles, with areas inherited and misnumbering reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parsers.model import Article, Section
from parsers.outline import Node, problems
from parsers.trace import Trace
from parsers.view import View

Range = tuple[int, int]
CitedIn = Callable[[Range], tuple[int, ...]]
AreaOf = Callable[[str], str | None]

_PROBLEMS = {
    "section-number-doubled": "Số thứ tự “{}” lặp lại trong văn bản.",
    "section-out-of-order": "Mục “{}” đứng không đúng thứ tự trong văn bản.",
}


@dataclass(frozen=True, slots=True)
class Body:
    """Builds sections and articles; `cited` gives the citations inside a span, `area` a heading's reform area."""

    trace: Trace
    cited: CitedIn
    area: AreaOf = lambda _: None

    def sections(self, nodes: Sequence[Node]) -> tuple[Section, ...]:
        """The sections of an attachment, levels from 1."""
        self._report(nodes)
        return tuple(self._section(n, 1, None) for n in nodes)

    def articles(self, nodes: Sequence[Node]) -> tuple[Article, ...]:
        """The decision's own Điều."""
        self._report(nodes)
        return tuple(self._article(n, k) for k, n in enumerate(nodes))

    def _section(self, node: Node, level: int, inherited: str | None) -> Section:
        heading = node.heading()
        own = heading or (node.body() if node.children and len(node.body().text) < 200 else None)
        area = inherited or (self.area(own.text) if own else None)
        span = own_span(node)
        return Section(
            label=node.label,
            mark=node.kind,
            level=level,
            heading=heading.text if heading else None,
            text=View.concat(node.text_views()).text or None,
            area=area,
            citations=self.cited(span),
            span=span,
            children=tuple(self._section(c, level + 1, area) for c in node.children),
        )

    def _article(self, node: Node, index: int) -> Article:
        heading = node.heading()
        views = [*node.text_views(), *(p.view for p in node.tail)]
        for para in node.tail:
            self.trace.spot(f"/articles/{index}/text", para.span(), "article.tail")
        span = own_span(node)
        cited = dict.fromkeys(i for s in (span, *(p.span() for p in node.tail)) for i in self.cited(s))
        return Article(
            label=(node.label or "").split()[-1],
            heading=heading.text if heading else None,
            text=View.concat(views).text or None,
            children=tuple(self._section(c, 1, None) for c in node.children),
            citations=tuple(cited),
            span=span,
        )

    def _report(self, nodes: Sequence[Node]) -> None:
        for code, node in problems(nodes):
            self.trace.warn(code, _PROBLEMS[code].format(node.label), node.paras[0].view.span(0, node.mark.length))


def own_span(node: Node) -> Range:
    """A node's span: its mark, heading and own text, without its children."""
    return (node.paras[0].span()[0], node.paras[-1].span()[1])
