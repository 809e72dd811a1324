"""Every model names its legal term, and the glossary knows it, one term to one identifier."""

import re
from collections import Counter

import pytest
from django.apps import apps

from mingcha.config.docs.generate import DOCS

ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \| `([^`|]+)` \|", re.MULTILINE)
MODELS = [model for model in apps.get_models() if model.__module__.startswith("mingcha.")]
CHINESE = re.compile(r"（[^）]*[\u4e00-\u9fff][^）]*）|\([^)]*[\u4e00-\u9fff][^)]*\)")


def glossary() -> list[tuple[str, str, str]]:
    """(Chinese term, English, identifier) of every line of docs/glossary.md."""
    return ROW.findall((DOCS / "glossary.md").read_text())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_names_its_term_in_its_docstring(model):
    first = (model.__doc__ or "").split("\n\n")[0]

    assert CHINESE.search(first), f"{model.__name__} 的说明没有中文术语"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_glossary_knows_every_model_by_its_term(model):
    terms = {identifier: term for term, _, identifier in glossary()}

    assert terms.get(model.__name__) == model._meta.verbose_name


@pytest.mark.parametrize("column", [0, 1, 2], ids=["term", "english", "identifier"])
def test_the_glossary_is_one_to_one(column):
    often = Counter(row[column] for row in glossary())

    assert [text for text, count in often.items() if count > 1] == []
