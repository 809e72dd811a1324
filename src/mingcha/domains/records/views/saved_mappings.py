"""Saved mappings: the list, and one with its versions and what each changed."""

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import minute_text
from mingcha.base.listing import Column, Listing
from mingcha.base.people.models import Account
from mingcha.domains.records.models import SourceMapping
from mingcha.domains.records.queries import batches, mappings
from mingcha.standards import loader


def _table(mapping: SourceMapping) -> str:
    return loader.current().table(mapping.table).label


COLUMNS: Sequence[Column[SourceMapping]] = (
    Column("name", "名称", lambda m: m.name, "name"),
    Column("table", "数据表", _table, "table"),
    Column("provider", "报送单位", lambda m: m.provider.name, "provider__name"),
    Column("version", "版本", lambda m: f"第 {m.version} 版", "version"),
    Column("by", "制定人", lambda m: m.made_by.real_name, "made_by__real_name"),
    Column("at", "保存", lambda m: minute_text(m.made_at), "made_at"),
)


@door("records.mapping")
@require_GET
def mapping_list(request: HttpRequest) -> HttpResponseBase:
    """The newest version of every mapping of the organisations I map for."""
    account, said = cast(Account, request.user), request.GET
    words, provider = said.get("q", "").strip(), said.get("provider", "")
    listing = Listing(request, mappings.latest(account, words, provider), COLUMNS, sort="-at")
    if "export" in said:
        return listing.export("字段对应")
    providers = batches.providers_for(account, mappings.MAPPING).values_list("code", "name")
    options = [{"value": c, "label": n, "selected": c == provider} for c, n in providers]
    context = {
        "filter": {
            "fields": [
                {
                    "name": "q",
                    "label": "名称、数据表",
                    "kind": "text",
                    "value": words,
                    "wide": True,
                },
                {"name": "provider", "label": "报送单位", "kind": "select", "options": options},
            ]
        },
        "table": {
            "id": "mappings",
            "caption": "字段对应",
            "columns": listing.headers,
            "empty": {
                "title": "还没有保存过字段对应",
                "text": "报送的文件列名与标准不同时，在批次页选“字段对应”，逐列指明后保存。",
            },
        },
        "rows": [_row(mapping) for mapping in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    }
    return render(request, "records/mapping_list.html", context)


@door("records.mapping")
@require_GET
def mapping_version(request: HttpRequest, number: int) -> HttpResponse:
    """One version in sentences, and every version with what it changed."""
    account = cast(Account, request.user)
    found = mappings.mapping_for(account, number)
    versions = mappings.versions(account, found)
    changes = {new.pk: mappings.difference(new, old) for new, old in pairwise(versions)}
    context = {
        "mapping": found,
        "table_label": _table(found),
        "sentences": mappings.sentences(found),
        "versions": [{"mapping": one, "change": changes.get(one.pk)} for one in versions],
    }
    return render(request, "records/mapping_version.html", context)


def _row(mapping: SourceMapping) -> dict[str, object]:
    cells = [{"text": column.text(mapping)} for column in COLUMNS]
    return {"url": reverse("records:mapping_version", args=[mapping.pk]), "cells": cells}
