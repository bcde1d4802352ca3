"""Answers in the shapes of the services that know papers, written by hand after their manuals."""

import json
from collections.abc import Mapping
from typing import Any

ATTENTION_S2: dict[str, Any] = {
    "paperId": "204e3073870fae3d05bcbc2f6a8e263d9b72e776",
    "externalIds": {
        "MAG": "2963403868",
        "DBLP": "conf/nips/VaswaniSPUJGKP17",
        "ArXiv": "1706.03762",
        "CorpusId": 13756489,
    },
    "title": "Attention is All you Need",
    "abstract": "The dominant sequence transduction models are based on recurrent networks.",
    "venue": "Neural Information Processing Systems",
    "year": 2017,
    "citationCount": 123456,
    "openAccessPdf": {"url": "", "status": None, "license": None, "disclaimer": "..."},
    "authors": [
        {"authorId": "40348417", "name": "Ashish Vaswani"},
        {"authorId": "1846258", "name": "Noam M. Shazeer"},
        {"authorId": None, "name": "Niki Parmar"},
        {"authorId": "39328010", "name": "Jakob Uszkoreit"},
        {"authorId": "145024664", "name": "Llion Jones"},
    ],
}
BARE_S2: dict[str, Any] = {
    "paperId": None,
    "externalIds": None,
    "title": "深度学习综述",
    "abstract": None,
    "venue": "",
    "year": None,
    "citationCount": None,
    "openAccessPdf": None,
    "authors": [],
}
AUTHOR_S2: dict[str, Any] = {
    "authorId": "40348417",
    "externalIds": {"ORCID": "0000-0002-1825-0097"},
    "name": "Ashish Vaswani",
    "affiliations": ["Essential AI"],
    "paperCount": 75,
    "citationCount": 150000,
    "hIndex": 41,
}
ATTENTION_OPENALEX: dict[str, Any] = {
    "id": "https://openalex.org/W2963403868",
    "doi": "https://doi.org/10.48550/arXiv.1706.03762",
    "display_name": "Attention Is All You Need",
    "publication_year": 2017,
    "authorships": [
        {
            "author_position": "first",
            "author": {
                "id": "https://openalex.org/A5018426904",
                "display_name": "Ashish Vaswani",
                "orcid": None,
            },
            "raw_author_name": "Vaswani, Ashish",
        },
        {"author": {"id": None, "display_name": None}, "raw_author_name": "Shazeer, Noam"},
    ],
    "primary_location": {
        "is_oa": True,
        "landing_page_url": "https://arxiv.org/abs/1706.03762",
        "pdf_url": "https://arxiv.org/pdf/1706.03762",
        "source": {"display_name": "arXiv (Cornell University)", "type": "repository"},
    },
    "best_oa_location": {
        "landing_page_url": "https://arxiv.org/abs/1706.03762",
        "pdf_url": "https://arxiv.org/pdf/1706.03762",
    },
    "locations": [
        {"landing_page_url": "http://arxiv.org/abs/1706.03762v7", "pdf_url": None, "source": None}
    ],
    "cited_by_count": 6510,
    "abstract_inverted_index": {
        "dominant": [1],
        "The": [0, 5],
        "models": [2],
        "are": [3],
        "recurrent.": [4],
        "end.": [6],
    },
    "is_retracted": False,
}
RETRACTED_OPENALEX: dict[str, Any] = {
    "id": "https://openalex.org/W2100000001",
    "doi": "https://doi.org/10.1016/S0140-6736(97)11096-0",
    "display_name": "RETRACTED: <i>Ileal</i> hyperplasia &amp; disorder",
    "publication_year": 1998,
    "authorships": [],
    "primary_location": {"source": {"display_name": "The Lancet"}, "pdf_url": None},
    "best_oa_location": None,
    "locations": [{"pdf_url": "https://example.org/a.pdf"}, {"pdf_url": None}],
    "cited_by_count": 2000,
    "abstract_inverted_index": None,
    "is_retracted": True,
}
AUTHOR_OPENALEX: dict[str, Any] = {
    "id": "https://openalex.org/A5018426904",
    "orcid": "https://orcid.org/0000-0001-5109-3700",
    "display_name": "Ашиш Васвани",
    "works_count": 38,
    "cited_by_count": 20000,
    "summary_stats": {"h_index": 20, "i10_index": 25},
    "last_known_institutions": [{"id": "https://openalex.org/I1", "display_name": "Google"}],
}
ATTENTION_ARXIV = """
  <entry>
    <id>http://arxiv.org/abs/1706.03762v7</id>
    <updated>2023-08-02T00:41:18Z</updated>
    <published>2017-06-12T17:57:34Z</published>
    <title>Attention Is All
  You Need</title>
    <summary>  The dominant sequence transduction models are based on complex recurrent
or convolutional neural networks.
</summary>
    <author><name>Ashish Vaswani</name><arxiv:affiliation>Google</arxiv:affiliation></author>
    <author><name>Noam Shazeer</name></author>
    <arxiv:comment>15 pages, 5 figures</arxiv:comment>
    <link href="http://arxiv.org/abs/1706.03762v7" rel="alternate" type="text/html"/>
    <link title="pdf" href="http://arxiv.org/pdf/1706.03762v7" rel="related" type="application/pdf"/>
    <arxiv:primary_category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
  </entry>"""
WITHDRAWN_ARXIV = """
  <entry>
    <id>http://arxiv.org/abs/math/0309136v2</id>
    <published>2003-09-08T01:02:03Z</published>
    <title>On a problem of Gödel</title>
    <summary>This paper has been withdrawn by the author due to a crucial error in Lemma 2.</summary>
    <author><name>张伟</name></author>
    <arxiv:comment>This paper has been withdrawn</arxiv:comment>
    <arxiv:journal_ref>J. Math. 3 (2004) 1-9</arxiv:journal_ref>
    <arxiv:doi>10.1000/ABC.1 10.1000/abc.2</arxiv:doi>
  </entry>"""
REFUSED_ARXIV = """
  <entry>
    <id>http://arxiv.org/api/errors#incorrect_id_format_for_1234.12345678</id>
    <title>Error</title>
    <summary>incorrect id format for 1234.12345678</summary>
    <author><name>arXiv api core</name></author>
  </entry>"""


def s2_found(*papers: Mapping[str, Any], total: int | None = None, **more: int) -> str:
    told = {} if total is None else {"total": total}
    return json.dumps({**told, "offset": 0, **more, "data": list(papers)})


def s2_links(key: str, *papers: Mapping[str, Any], influential: bool = False) -> str:
    links = [{"isInfluential": influential, key: paper} for paper in papers]
    return json.dumps({"offset": 0, "data": links})


def openalex_found(*works: Mapping[str, Any], total: int | None = None, page: int = 1) -> str:
    count = len(works) if total is None else total
    meta = {"count": count, "db_response_time_ms": 9, "page": page, "per_page": 100}
    return json.dumps({"meta": meta, "results": list(works), "group_by": []})


def arxiv_found(*entries: str, total: int | None = None, start: int = 0) -> str:
    count = len(entries) if total is None else total
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"
      xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
  <title>arXiv Query: search_query=all:attention</title>
  <opensearch:itemsPerPage>{len(entries)}</opensearch:itemsPerPage>
  <opensearch:totalResults>{count}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>{"".join(entries)}
</feed>"""
