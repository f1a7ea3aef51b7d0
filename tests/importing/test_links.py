"""What an address is: a paper, or a page about people, a search or a list at the same host."""

import pytest

from wamkg.importing.links import is_scholarly, kind_of


@pytest.mark.parametrize(
    "url",
    [
        "https://openreview.net/profile?id=~Una_Moss1",
        "https://openreview.net/profile?email=una@example.org",
        "https://openreview.net/group?id=ICLR.cc/2026/Conference",
        "https://openreview.net/?id=%7EUna_Moss1",
        "https://www.semanticscholar.org/author/Una-Moss/1234567",
        "https://api.semanticscholar.org/graph/v1/author/1234567",
        "https://www.semanticscholar.org/search?q=towels",
        "https://dl.acm.org/profile/99658710934",
        "https://ieeexplore.ieee.org/author/37085400000",
        "https://aclanthology.org/people/u/una-moss/",
        "https://arxiv.org/a/moss_u_1",
        "https://arxiv.org/list/cs.RO/recent",
        "https://arxiv.org/search/?query=moss&searchtype=author",
        "https://papers.ssrn.com/sol3/cf_dev/AbsByAuth.cfm?per_id=123",
        "https://hal.science/search/index?q=moss",
    ],
)
def test_pages_about_people_are_no_papers(url: str) -> None:
    assert not is_scholarly(url)
    assert kind_of("Una Moss", url) != "paper"


@pytest.mark.parametrize(
    "url",
    [
        "https://openreview.net/forum?id=AbC123xyz",
        "https://openreview.net/pdf?id=a~bc",
        "https://www.semanticscholar.org/paper/Towels-Moss/0123456789abcdef0123456789abcdef01234567",
        "https://arxiv.org/abs/2401.00001",
        "https://arxiv.org/abs/cs/0301001",
        "https://www.ijcai.org/proceedings/2020/123",
        "https://www.usenix.org/conference/osdi20/presentation/moss",
        "https://www.computer.org/csdl/journal/tp/2022/05/09354872/1s",
        "https://aclanthology.org/2023.acl-long.1/",
        "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0000001",
        "https://proceedings.mlr.press/v205/moss23a.html",
        "https://example.org/author/moss.pdf",
    ],
)
def test_papers_stay_papers(url: str) -> None:
    assert is_scholarly(url)
