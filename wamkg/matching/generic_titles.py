"""Titles that many papers have: prefaces, editorials, corrections, placeholders. None is matched by its title alone."""

import re

from wamkg.identifiers import normalise

_PART_WORDS = """
editorial preface foreword afterword prologue epilogue introduction conclusion conclusions summary
discussion background overview appendix contents acknowledgment acknowledgments acknowledgement
acknowledgements abstract abstracts index bibliography references glossary news announcement
announcements obituary miscellany editorials masthead imprint frontmatter backmatter cover colophon
commentary comment response reply correspondence letter letters review reviews vorwort einleitung
einfuhrung nachruf geleitwort inhalt inhaltsverzeichnis avant propos preambule editorialbericht
sommaire prologo presentacion introduccion prefacio introducao apresentacao presentazione prefazione
introduzione voorwoord inleiding forord indledning предисловие введение содержание 前言 序言 序 编者按 引言 目录
卷首语 はじめに 序文 머리말 서문
"""
"""Words that name a part of a publication."""
_STARTS = (
    r"(?:guest )?editor(?:s|ial)?\b(?! (?:for|in|with|that))",
    r"(?:guest )?editors? (?:introduction|note|notes|message|column|choice|preface|foreword|comments?)",
    r"(?:a )?(?:message|word|letter|note|report|remarks) (?:from|by) (?:the )?(?:\w+ )?(?:guest |general |"
    r"program |programme )?(?:editors?|chairs?|organizers|organisers|president|director|publisher|"
    r"committee)",
    r"(?:preface|foreword|introduction|prologue|afterword|welcome|editorial) (?:to|for|of|by|"
    r"from) (?:the |this |our )?(?:\w+ ){0,4}(?:special|issue|issues|section|proceedings|minitrack|"
    r"mini track|track|volume|symposium|workshop|conference|meeting|edition|book|collection|festschrift|"
    r"supplement|readers?)",
    r"introduction to (?:the )?special (?:issue|section|track|session)",
    r"special (?:issue|section|session)(?: introduction)?(?: on)?$",
    r"welcome(?: (?:message|address|note|remarks|to|from)| $)",
    r"in this issue",
    r"(?:erratum|errata|corrigend(?:um|a)|addend(?:um|a)|retraction|expression of concern|"
    r"publisher correction|author correction)\b",
    r"corrections? (?:to|for|of|notice)\b",
    r"(?:retracted|withdrawn)(?: article)?\b",
    r"(?:table of|list of) (?:contents|contributors|authors|reviewers|participants|figures|tables|"
    r"abbreviations|publications|symbols)",
    r"(?:front|back|end) (?:matter|cover)",
    r"(?:author|subject|keyword|name|annual|volume|cumulative) index",
    r"(?:title|copyright|half title) page",
    r"(?:conference|workshop|symposium|organizing|organising|program|programme|steering|technical|"
    r"technical program) (?:committees?|organization|organisation|chairs?|officers|information|schedule|"
    r"program|programme)",
    r"(?:editorial|advisory|review) (?:board|team|office)",
    r"(?:issue|journal|publication|publisher|society|subscription|author) (?:information|contents|s note)",
    r"(?:information|instructions|guidelines|guide) (?:for|to) (?:the )?(?:authors|contributors|reviewers)",
    r"(?:call|invitation) (?:for|to submit) (?:papers|participation|nominations|proposals|contributions|"
    r"abstracts)",
    r"(?:book|software|product|media|film|literature) reviews?$",
    r"(?:acknowledg\w+|thanks|list) (?:to|of) (?:the )?(?:reviewers|referees)",
    r"(?:reviewers|referees)(?: list)?$",
    r"(?:keynote|invited|plenary|opening|closing|panel|poster|oral)(?: (?:talks?|speech|speakers?|address|"
    r"lectures?|remarks|session|sessions|discussion|abstracts|papers))?(?: [\divx]+)?$",
    r"(?:abstracts?|proceedings|papers|contributions) (?:of|from|presented at|to) (?:the|an|a|\d)",
    r"in memoriam\b|obituar(?:y|ies)\b|in memory of\b",
    r"(?:year|month|week) in review",
    r"session (?:[\divx]+|details|chair|overview|summary)\b",
    r"(?:vorwort|geleitwort|editorial|avant propos|presentation) (?:zum|zur|der|des|du|de) ",
)
_FILLER_WORDS = """
a an and the of to in on for by from with i ii iii iv v vi part chapter section volume vol number no
issue
"""
_PLACEHOLDER_WORDS = """
title titles untitled unknown unnamed missing none null nan na placeholder tbd tba todo xxx xx test
sample example dummy lorem ipsum document article paper record entry item citation reference
publication manuscript abstract text not available here this that your my new insert enter add
provided given found is no any some without with empty blank undefined draft preprint submission
submitted work anonymous page website homepage home pdf download file link
goes go text content name names unavailable
"""
"""Words of placeholder titles."""
_GENERIC = re.compile(f"(?:the )?(?:{'|'.join(_STARTS)})")
_FILLER = frozenset(_FILLER_WORDS.split())
_WORDS = frozenset(normalise(_PART_WORDS).split()) | _FILLER
_PLACEHOLDER = frozenset(_PLACEHOLDER_WORDS.split()) | _FILLER


def is_generic(title: str) -> bool:
    """Whether a title names only a part of a publication, or nothing, instead of a topic."""
    words = normalise(title).split()
    if not words:
        return True
    numbered = [word for word in words if not word.isdigit()]
    if all(word in _WORDS for word in numbered) or all(word in _PLACEHOLDER for word in numbered):
        return True
    return bool(_GENERIC.match(" ".join(words)))
