"""One library in many Markdown layouts, and what each of them prints; a reader has to give the library back.

A layout is a function from papers of one class to lines. What it does not print cannot be read back, so each layout
names the fields it prints: authors, year, venue, method. Every layout prints title, arXiv id and class.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.helpers.libraries import Work

Lines = list[str]


@dataclass(frozen=True)
class Layout:
    """A way of writing lists: `write` gives the lines of some papers, `prints` names what can be read in them."""

    name: str
    write: Callable[[list[Work]], Lines]
    prints: frozenset[str]


LAYOUTS: list[Layout] = []


def _layout(*prints: str) -> Callable[[Callable[[list[Work]], Lines]], Callable[[list[Work]], Lines]]:
    def register(write: Callable[[list[Work]], Lines]) -> Callable[[list[Work]], Lines]:
        LAYOUTS.append(Layout(write.__name__, write, frozenset(prints)))
        return write

    return register


def render(layout: Layout, papers: list[Work]) -> str:
    """The list, one section for each class in the order in which the classes first come."""
    lines = ["# Awesome Invented Papers", ""]
    for taxon in dict.fromkeys(paper.taxon for paper in papers):
        lines += [f"## {taxon}", "", *layout.write([paper for paper in papers if paper.taxon == taxon]), ""]
    return "\n".join(lines)


def abs_url(paper: Work) -> str:
    """Address of the paper at arXiv."""
    return f"https://arxiv.org/abs/{paper.arxiv}"


def people(paper: Work) -> str:
    """Authors with commas between them."""
    return ", ".join(person.display for person in paper.authors)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


@_layout()
def bullets_with_linked_titles(papers: list[Work]) -> Lines:
    return [f"- [{p.title}]({abs_url(p)})" for p in papers]


@_layout("authors", "year", "venue")
def bold_title_then_italic_authors(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [f"**{p.title}** \\", f"*{people(p)}* \\", f"{p.venue} {p.year}. [[Paper]({abs_url(p)})] \\"]
        lines += [f"3 Mar {p.year}", ""]
    return lines


@_layout("authors", "year", "venue")
def numbered_with_quotes(papers: list[Work]) -> Lines:
    return [
        f'{n}. **"{p.title}"**. *{people(p)}.* {p.venue} {p.year}. [[Paper]({abs_url(p)})]'
        for n, p in enumerate(papers, 1)
    ]


@_layout("authors", "year", "venue", "method")
def numbered_with_underlined_names(papers: list[Work]) -> Lines:
    return [
        f'{n}. <u>{p.method}</u>: **"{p.title}"**. *{people(p)}*. {p.venue} {p.year}. [[paper]({abs_url(p)})]'
        for n, p in enumerate(papers, 1)
    ]


@_layout("authors", "year", "venue")
def date_bold_title_italic_authors(papers: list[Work]) -> Lines:
    return [
        f"- [{p.year}/03] **{p.title}.** *{people(p)}. {p.venue}.* [[paper]({abs_url(p)})] [[code](https://github.com/a/b)]"
        for p in papers
    ]


@_layout("year")
def year_inside_the_bold(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [
            f"- **[{p.year}] {p.title}**",
            f"  [[paper]({abs_url(p)})] [[project](https://example.org/{p.key})]",
            "",
        ]
    return lines


@_layout("year")
def year_before_a_plain_title(papers: list[Work]) -> Lines:
    return [f"- [{p.year}] {p.title} [[paper]({abs_url(p)})]" for p in papers]


@_layout("year", "venue")
def table_title_first(papers: list[Work]) -> Lines:
    head = ["| Title | Venue | Year | Paper |", "|:---|:---:|:---:|:---:|"]
    return head + [f"| {_cell(p.title)} | {p.venue} | {p.year} | [arXiv]({abs_url(p)}) |" for p in papers]


@_layout("year", "method", "venue")
def table_year_first(papers: list[Work]) -> Lines:
    head = ["| Year | Venue | Method | Paper | Code |", "| --- | --- | --- | --- | --- |"]
    return head + [
        f"| {p.year} | {p.venue} | **{p.method}** | [{_cell(p.title)}]({abs_url(p)}) | [code](https://github.com/a/b) |"
        for p in papers
    ]


@_layout("authors", "year")
def table_with_authors(papers: list[Work]) -> Lines:
    head = ["Title | Authors | Year | Links", "--- | --- | --- | ---"]
    return head + [f"**{_cell(p.title)}** | {people(p)} | {p.year} | [[PDF]({abs_url(p)})]" for p in papers]


@_layout("authors", "year", "venue")
def headings(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [f"### {p.title}", "", f"*{people(p)}*", "", f"{p.venue} {p.year} | [Paper]({abs_url(p)})", ""]
    return lines


@_layout()
def headings_that_are_links(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [f"### [{p.title}]({abs_url(p)})", "", "A short remark of the one who keeps the list.", ""]
    return lines


@_layout("authors", "year", "venue")
def paragraphs_with_links(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [f"[{p.title}]({abs_url(p)})  ", f"{people(p)}  ", f"*{p.venue} {p.year}*", ""]
    return lines


@_layout("authors", "year", "venue")
def key_value_tables(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [f"| Title | {_cell(p.title)} |", "| --- | --- |", f"| Authors | {people(p)} |"]
        lines += [f"| Venue | {p.venue} |", f"| Year | {p.year} |", f"| Paper | [link]({abs_url(p)}) |", ""]
    return lines


@_layout("year")
def badges(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        shield = f"[![arXiv](https://img.shields.io/badge/arXiv-{p.arxiv}-b31b1b.svg)]({abs_url(p)})"
        star = "![Star](https://img.shields.io/github/stars/a/b.svg?style=social)"
        lines += [f"- **{p.title}** ({p.year}) {shield} {star}"]
    return lines


@_layout("authors", "year", "venue")
def html_links(papers: list[Work]) -> Lines:
    lines: Lines = ["<ul>"]
    for p in papers:
        title = p.title.replace("&", "&amp;").replace("<", "&lt;")
        lines += [f'<li><a href="{abs_url(p)}">{title}</a><br><i>{people(p)}</i><br>{p.venue} {p.year}</li>']
    return [*lines, "</ul>"]


@_layout("year", "venue")
def html_tables(papers: list[Work]) -> Lines:
    lines: Lines = ["<table>", "<tr><th>Title</th><th>Venue</th><th>Year</th></tr>"]
    for p in papers:
        title = p.title.replace("&", "&amp;").replace("<", "&lt;")
        lines += ["<tr>", f'<td><a href="{abs_url(p)}">{title}</a></td><td>{p.venue}</td><td>{p.year}</td>', "</tr>"]
    return [*lines, "</table>"]


@_layout("authors", "year", "venue")
def authors_first(papers: list[Work]) -> Lines:
    return [f'- {people(p)}. "{p.title}". *{p.venue}*, {p.year}. [[pdf]({abs_url(p)})]' for p in papers]


@_layout("year", "venue")
def venue_in_brackets_first(papers: list[Work]) -> Lines:
    return [
        f"* [{p.venue} {p.year}] {p.title} [[Paper]({abs_url(p)})] [[Code](https://github.com/a/{p.key})]"
        for p in papers
    ]


@_layout("year", "venue")
def venue_in_parentheses_behind(papers: list[Work]) -> Lines:
    return [f"+ [{p.title}]({abs_url(p)}) ({p.venue} {p.year})" for p in papers]


@_layout("year", "venue", "method", "authors")
def name_then_title_and_lines_below(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [f'- **{p.method}**: "{p.title}"', f"  - Authors: {people(p)}", f"  - {p.venue} {p.year}"]
        lines += [f"  - [Paper]({abs_url(p)}) / [Code](https://github.com/a/{p.key})"]
    return lines


@_layout("authors", "year", "venue")
def numbered_with_authors_in_the_next_paragraph(papers: list[Work]) -> Lines:
    lines: Lines = []
    for n, p in enumerate(papers, 1):
        lines += [f"{n}. **{p.title}.** {p.venue} {p.year}. [paper]({abs_url(p)})", "", f"    *{people(p)}.*", ""]
    return lines


@_layout("authors", "year", "venue")
def bullets_parted_by_bars(papers: list[Work]) -> Lines:
    return [f"+ {p.year} | {p.title} | {people(p)} | {p.venue} | [`PDF`]({abs_url(p)})" for p in papers]


@_layout("authors", "year", "venue")
def lines_ended_by_br(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [f"**{p.title}.**<br>", f"*{people(p)}.*<br>", f"{p.venue} {p.year}. [[PDF]({abs_url(p)})]", ""]
    return lines


@_layout("year", "venue")
def venue_and_short_year_before_the_link(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [f"- {p.venue}-{(p.year or 0) % 100} [{p.title}]({abs_url(p)})", "  - 用于机器人的一个方法", ""]
    return lines


@_layout("authors", "year")
def title_year_authors(papers: list[Work]) -> Lines:
    return [f"- {p.title} ({p.year}), {people(p)} [[pdf]]({abs_url(p)})" for p in papers]


@_layout()
def bold_title_and_bare_addresses(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [f"**{p.title}**", "", f"- Homepage: https://example.org/{p.key}/", f"- Paper: {abs_url(p)}"]
        lines += [f"- Code: https://github.com/a/{p.key}", ""]
    return lines


@_layout("authors", "year", "venue")
def bold_title_with_venue_and_lines_below(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [f"- **{p.title} ({p.venue} {p.year})**", f"  - {people(p)}", f"  - [[Paper]]({abs_url(p)})", ""]
    return lines


@_layout("authors", "year", "venue")
def bold_title_italic_authors_and_commas(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [f"**{p.title}**, *{people(p)}*, {p.venue} {p.year}. [[Paper]]({abs_url(p)})", ""]
    return lines


@_layout("year", "venue")
def html_table_with_merged_years(papers: list[Work]) -> Lines:
    lines: Lines = ["<table>", "<tr><th>Year</th><th>Title</th><th>Venue</th><th>Links</th></tr>"]
    for year in dict.fromkeys(p.year for p in papers):
        of_year = [p for p in papers if p.year == year]
        for n, p in enumerate(of_year):
            first = "" if n else f'<td rowspan="{len(of_year)}">{year}</td>'
            title = p.title.replace("&", "&amp;").replace("<", "&lt;")
            links = f'<a href="{abs_url(p)}">Paper</a> | <a href="https://github.com/a/{p.key}">Code</a>'
            lines += [f"<tr>{first}<td>{title}</td><td>{p.venue}</td><td>{links}</td></tr>"]
    return [*lines, '<tr><td colspan="4"><b>None is older</b></td></tr>', "</table>"]


@_layout("authors", "year", "venue")
def folded(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        title = p.title.replace("&", "&amp;").replace("<", "&lt;")
        lines += ["<details>", f"<summary><b>{title}</b></summary>", ""]
        lines += [f"- Authors: {people(p)}", f"- {p.venue} {p.year}", f"- [Paper]({abs_url(p)})", "", "</details>", ""]
    return lines


@_layout("year", "venue")
def nested_links(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [
            f"- {p.title} ({p.venue} {p.year})",
            f"  - [Paper]({abs_url(p)}) | [Code](https://github.com/a/{p.key})",
        ]
    return lines


@_layout("authors", "year", "venue")
def html_definitions(papers: list[Work]) -> Lines:
    lines: Lines = ["<dl>"]
    for p in papers:
        title = p.title.replace("&", "&amp;").replace("<", "&lt;")
        lines += [f'<dt><a href="{abs_url(p)}">{title}</a></dt>', f"<dd>{people(p)}. {p.venue} {p.year}.</dd>"]
    return [*lines, "</dl>"]


@_layout("authors", "year", "venue")
def definitions(papers: list[Work]) -> Lines:
    lines: Lines = []
    for p in papers:
        lines += [p.title, f": {people(p)}. {p.venue} {p.year}. [Paper]({abs_url(p)})", ""]
    return lines
