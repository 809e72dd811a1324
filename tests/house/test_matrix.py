"""Every page and endpoint has a door, and every role finds the doors open that it should.

The doors and the rights of the roles are written out by hand here, apart from the code and from
config/rights.yaml: a new page, a changed door or a changed role fails until somebody decides.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, get_resolver, reverse
from tests.house.matrix_of_inspections import INSPECTIONS, SPOT_CHECKS

from mingcha.base.access import PUBLIC, SIGNED_IN
from mingcha.config.api import api

PAGES = INSPECTIONS | {
    "desk:signin": PUBLIC,
    "desk:signin_code": PUBLIC,
    "desk:signout": SIGNED_IN,
    "desk:home": SIGNED_IN,
    "desk:me": SIGNED_IN,
    "desk:password": SIGNED_IN,
    "desk:second_factor": SIGNED_IN,
    "desk:remove_second_factor": SIGNED_IN,
    "desk:token_new": SIGNED_IN,
    "desk:token_revoke": SIGNED_IN,
    "desk:deputy_new": SIGNED_IN,
    "desk:deputy_end": SIGNED_IN,
    "desk:deputy_for": "people.manage",
    "desk:view_keep": SIGNED_IN,
    "desk:inbox": SIGNED_IN,
    "desk:claim_several": SIGNED_IN,
    "desk:note_several": SIGNED_IN,
    "desk:cases": SIGNED_IN,
    "desk:urge_several": "cases.urge",
    "desk:case": SIGNED_IN,
    "desk:case_move": SIGNED_IN,
    "desk:case_claim": SIGNED_IN,
    "desk:case_hand_over": SIGNED_IN,
    "desk:case_extend": SIGNED_IN,
    "desk:case_urge": SIGNED_IN,
    "desk:case_link": SIGNED_IN,
    "desk:case_service": SIGNED_IN,
    "desk:case_service_pdf": SIGNED_IN,
    "desk:rules": SIGNED_IN,
    "desk:rule": SIGNED_IN,
    "desk:rule_set": "rules.manage",
    "desk:responsible": SIGNED_IN,
    "desk:responsible_of": SIGNED_IN,
    "desk:responsible_new": "people.organisations",
    "desk:responsible_end": "people.organisations",
    "desk:operations": "desk.operate",
    "desk:reaction_retry": "desk.operate",
    "desk:people": "people.manage",
    "desk:person_new": "people.manage",
    "desk:changes": "people.manage",
    "desk:person": "people.manage",
    "desk:close": "people.manage",
    "desk:reopen": "people.manage",
    "desk:reset": "people.manage",
    "desk:reset_factor": "people.manage",
    "desk:unlock": "people.manage",
    "desk:move": "people.manage",
    "desk:machine_token": "people.manage",
    "desk:grant": "people.manage",
    "desk:revoke": "people.manage",
    "desk:organisations": "people.organisations",
    "desk:organisation_new": "people.organisations",
    "desk:organisation": "people.organisations",
    "desk:organisation_move": "people.organisations",
    "desk:organisation_close": "people.organisations",
    "desk:regions": SIGNED_IN,
    "desk:region_new": "regions.manage",
    "desk:region": "regions.manage",
    "desk:region_abolish": "regions.manage",
    "desk:holidays": SIGNED_IN,
    "desk:holiday_new": "calendar.manage",
    "desk:holiday": "calendar.manage",
    "desk:audit": "audit.search",
    "desk:act": "audit.search",
    "desk:jobs_act": "desk.operate",
    "desk:record_acts": "audit.search",
    "desk:why": SIGNED_IN,
    "desk:why_rows": SIGNED_IN,
    "records:upload": "records.intake",
    "records:entry": "records.intake",
    "records:entry_drafts": "records.intake",
    "records:entry_draft": "records.intake",
    "records:entry_grid_draft": "records.intake",
    "records:entry_discard": "records.intake",
    "records:entries": "records.receipts",
    "records:entry_record": "records.receipts",
    "records:entry_correct": "records.intake",
    "records:entry_copy": "records.intake",
    "records:entry_withdraw": "records.intake",
    "records:entry_new": "records.intake",
    "records:entry_grid": "records.intake",
    "records:entry_numbers": "records.intake",
    "records:entry_lookup": "records.intake",
    "records:batches": "records.receipts",
    "records:batch": "records.receipts",
    "records:progress": "records.receipts",
    "records:cancel": "records.intake",
    "records:resume": "records.intake",
    "records:refused": "records.receipts",
    "records:refused_file": "records.receipts",
    "records:original": "records.receipts",
    "records:mapping": "records.mapping",
    "records:mapping_preview": "records.mapping",
    "records:mappings": "records.mapping",
    "records:mapping_version": "records.mapping",
    "records:datasets": "insight.export",
    "records:dataset": "insight.export",
    "records:export": "insight.export",
    "records:export_progress": "insight.export",
    "records:export_cancel": "insight.export",
    "records:export_file": "insight.export",
    "records:links": "records.link",
    "records:link_next": "records.link",
    "records:links_alike": "records.link",
    "records:links_equal": "records.link",
    "records:link": "records.link",
    "records:link_decide": "records.link",
    "records:decisions": "records.link",
    "records:decision": "records.link",
    "records:merge": "records.link",
    "records:split": "records.link",
    "records:conflicts": "records.link",
    "records:conflict": "records.link",
    "records:authorities": "parties.search",
    "records:authority_new": "rules.manage",
    "records:relation_new": "records.link",
    "records:relation_end": "records.link",
    "records:quality": "records.link",
    "records:sample_new": "records.link",
    "records:sample": "records.link",
    "records:sample_pair": "records.link",
    "records:linking": "parties.search",
    "insight:search": "parties.search",
    "insight:dossier": "insight.dossier",
    "insight:export": "insight.export",
    "insight:versions": "insight.dossier",
    "insight:reveal": "insight.dossier",
    "insight:lookup": SIGNED_IN,
    "officers:officers": "officers.see",
    "officers:public": PUBLIC,
    "officers:officer": "officers.see",
    "officers:absent": "officers.manage",
    "officers:holder": "officers.manage",
    "officers:back": "officers.manage",
    "quality:cards": "records.receipts",
    "quality:returns": "records.receipts",
    "quality:hints": "records.receipts",
    "quality:hint": "records.receipts",
    "quality:digests": "records.receipts",
    "quality:digest": "records.receipts",
    "quality:provider": "records.receipts",
    "quality:card": "records.receipts",
    "quality:rows": "records.receipts",
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "portal:items": PUBLIC,
    "portal:book_file": PUBLIC,
    "portal:book_schema": PUBLIC,
    "portal:item": PUBLIC,
    "portal:item_version": PUBLIC,
    "portal:checklists": PUBLIC,
    "portal:checklist": PUBLIC,
    "portal:checklist_version": PUBLIC,
    "portal:exceptions": PUBLIC,
    "portal:exception": PUBLIC,
    "portal:objection_new": PUBLIC,
    "portal:objections": PUBLIC,
    "portal:dictionary": PUBLIC,
    "portal:codes": PUBLIC,
    "portal:table": PUBLIC,
    "portal:template": PUBLIC,
    "portal:schema": PUBLIC,
    "portal:schemas": PUBLIC,
    "catalog:items": SIGNED_IN,
    "catalog:item_new": "catalog.draft",
    "catalog:item": SIGNED_IN,
    "catalog:item_compare": SIGNED_IN,
    "catalog:item_change": "catalog.draft",
    "catalog:item_withdraw": "catalog.draft",
    "catalog:checklists": SIGNED_IN,
    "catalog:checklist_new": "catalog.draft",
    "catalog:checklist": SIGNED_IN,
    "catalog:checklist_compare": SIGNED_IN,
    "catalog:checklist_change": "catalog.draft",
    "catalog:checklist_withdraw": "catalog.draft",
    "catalog:checklist_preview": SIGNED_IN,
    "catalog:reviews": "cases.see",
    "catalog:catch_up": "catalog.draft",
    "catalog:draft": "catalog.draft",
    "catalog:claims": "cases.see",
    "catalog:lay_out": "catalog.publish",
    "catalog:claim_answer": "catalog.draft",
    "catalog:laws": "cases.see",
    "catalog:law_new": "catalog.draft",
    "desk:coverage": "parties.search",
    "desk:coverage_rows": "parties.search",
    "catalog:uniformity": SIGNED_IN,
    "catalog:mappings": SIGNED_IN,
    "desk:exceptions": "cases.see",
    "desk:exception_new": "catalog.draft",
    "desk:excepted": "cases.see",
    "desk:objector": "catalog.hear",
    "desk:objection_file": "catalog.hear",
    "desk:affected": "cases.see",
    "desk:affected_rows": "cases.see",
    "records:consents": "insight.dossier",
    "records:consent": "insight.dossier",
    "records:consent_new": "records.consent",
    "records:consent_withdraw": "records.consent",
    "portal:seals": PUBLIC,
    "portal:seal": PUBLIC,
    "portal:seal_json": PUBLIC,
    "portal:seals_file": PUBLIC,
    "portal:seal_key": PUBLIC,
}

API = {
    "POST /intake": "records.intake",
    "POST /records/{table}": "records.intake",
    "GET /batches": "records.receipts",
    "GET /batches/{number}": "records.receipts",
    "POST /batches/{number}/cancel": "records.intake",
    "POST /batches/{number}/resume": "records.intake",
    "GET /batches/{number}/refused": "records.receipts",
    "GET /batches/{number}/refused/file": "records.receipts",
    "POST /exports": "insight.export",
    "GET /exports/{number}": "insight.export",
    "POST /exports/{number}/cancel": "insight.export",
    "GET /exports/{number}/file": "insight.export",
    "GET /inbox": SIGNED_IN,
    "GET /cases": SIGNED_IN,
    "GET /cases/{number}": SIGNED_IN,
    "POST /cases/{number}/moves/{move}": SIGNED_IN,
    "POST /cases/{number}/claim": SIGNED_IN,
    "POST /cases/{number}/urge": SIGNED_IN,
    "GET /responsible": SIGNED_IN,
    "GET /officers/eligible": "officers.see",
    "GET /officers/{certificate}/eligibility": "officers.see",
    "GET /catalog/{shelf}": PUBLIC,
    "GET /catalog/items/in-force": PUBLIC,
    "GET /catalog/{shelf}/{code}": PUBLIC,
    "GET /catalog/items/{code}/in-force": PUBLIC,
    "GET /catalog/{shelf}/{code}/compare": PUBLIC,
    "GET /exceptions": PUBLIC,
    "GET /exceptions/{number}": PUBLIC,
    "POST /exceptions/{number}/objections": PUBLIC,
    "POST /exceptions/{number}/objections/with-files": PUBLIC,
    "POST /objections/{number}/status": PUBLIC,
    "POST /objections/{number}/withdrawal": PUBLIC,
    **SPOT_CHECKS,
    "GET /standards": PUBLIC,
    "GET /standards/{name}/schema": PUBLIC,
    "GET /codes/{name}": PUBLIC,
    "GET /consents": "insight.dossier",
    "GET /consents/{number}": "insight.dossier",
    "POST /consents": "records.consent",
    "POST /consents/{number}/withdraw": "records.consent",
    "GET /claims": "cases.see",
    "GET /claims/{number}": "cases.see",
    "POST /claims/{number}/answers": "catalog.draft",
    "GET /laws": "cases.see",
    "GET /laws/{number}": "cases.see",
    "POST /laws": "catalog.draft",
    "POST /laws/{number}/confirm": "catalog.publish",
    "POST /laws/{number}/drop": "catalog.publish",
    "GET /acts": "audit.search",
    "GET /operations": "desk.operate",
    "POST /operations/jobs/{number}/retry": "desk.operate",
    "POST /operations/jobs/{number}/drop": "desk.operate",
    "GET /metrics": "desk.operate",
    "GET /inspections/parts": "inspections.inspect",
    "GET /inspections/parts/{number}": "inspections.see",
    "PUT /inspections/parts/{number}/findings": "inspections.inspect",
}

ROLES = {
    "clerk": {
        "cases.see", "insight.dossier", "officers.see", "parties.search", "records.consent",
        "records.intake", "records.mapping", "records.receipts",
    },
    "officer": {
        "cases.see", "insight.dossier", "inspections.follow", "inspections.inspect",
        "inspections.see", "officers.see", "parties.search", "records.reveal",
    },
    "head": {
        "cases.see", "cases.urge", "insight.dossier", "insight.export", "inspections.draw",
        "inspections.follow", "inspections.publish", "inspections.review", "inspections.see",
        "officers.see", "parties.search", "records.consent", "records.receipts", "records.reveal",
    },
    "plan-manager": {
        "cases.see", "cases.urge", "insight.dossier", "inspections.draw", "inspections.plan",
        "inspections.publish", "inspections.see", "inspections.task", "officers.see",
        "parties.search",
    },
    "plan-filer": {
        "cases.see", "cases.urge", "inspections.draw", "inspections.file", "inspections.see",
        "officers.see", "parties.search",
    },
    "catalog-manager": {
        "cases.see", "catalog.draft", "insight.dossier", "officers.see", "parties.search",
        "records.receipts",
    },
    "catalog-reviewer": {
        "cases.see", "cases.urge", "catalog.except", "catalog.hear", "catalog.publish",
        "catalog.review", "insight.dossier", "officers.see", "parties.search", "records.receipts",
    },
    "department-admin": {
        "cases.see", "cases.urge", "catalog.draft", "insight.dossier", "insight.export",
        "inspections.draw", "inspections.file", "inspections.follow", "inspections.inspect",
        "inspections.plan", "inspections.publish", "inspections.review", "inspections.see",
        "inspections.task",
        "officers.import", "officers.manage", "officers.see", "parties.search", "people.manage",
        "people.organisations", "records.consent", "records.intake", "records.link",
        "records.mapping", "records.receipts", "records.reveal",
    },
    "linker": {
        "cases.see", "cases.urge", "insight.dossier", "insight.export", "parties.search",
        "records.link", "records.receipts",
    },
    "data-bureau": {
        "calendar.manage", "cases.see", "cases.urge", "catalog.draft", "catalog.except",
        "catalog.hear", "catalog.import", "catalog.publish", "catalog.review", "insight.dossier",
        "insight.export",
        "inspections.draw", "inspections.file", "inspections.follow", "inspections.inspect",
        "inspections.plan", "inspections.publish", "inspections.review", "inspections.see",
        "inspections.task",
        "officers.import", "officers.manage", "officers.see",
        "parties.search", "people.manage", "people.organisations", "records.consent",
        "records.intake", "records.link", "records.mapping", "records.receipts",
        "records.reveal", "regions.manage", "rules.manage",
    },
    "inspector-of-inspectors": {
        "audit.search", "cases.see", "cases.urge", "insight.dossier", "insight.export",
        "inspections.see", "ledger.verify", "officers.see", "parties.search", "records.receipts",
    },
    "system-admin": {
        "desk.operate",
    },
    "security-admin": {
        "people.credentials", "people.manage",
    },
    "auditor": {
        "audit.search", "ledger.verify",
    },
}  # fmt: skip

# What operations want in their body, by the end of their address.
BODIES = {
    "/exports": '{"table": "nothing"}',
    "/consents": '{"provider": "nobody", "table": "nothing", "since": "2026-01-01", "basis": "x",'
    ' "purpose": "x"}',
    "/withdraw": '{"reason": "x"}',
    "/objections": '{"objector": "person", "name": "x", "contact": "x", "act": "x", "reason": "x"}',
    "/laws": '{"law": "x", "deed": "amended", "since": "2026-01-01", "document": "x"}',
    "/drop": '{"reason": "x"}',
    "/status": '{"code": "x"}',
    "/ask": '{"code": "x"}',
    "/withdrawal": '{"code": "x"}',
    "/findings": '[{"item": 1, "number": 1, "answer": "01"}]',
    "/answers": '{"answers": [{"code": "x", "answer": "claimed"}]}',
}

SAMPLE = {"int": 999_999, "str": "nobody", "slug": "nothing", "path": "nothing"}


def patterns(found=None, namespace=""):
    """Every address: (name with its namespace, pattern)."""
    for entry in get_resolver().url_patterns if found is None else found:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry
        else:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from patterns(entry.url_patterns, inner)


def pages():
    return {name: entry for name, entry in patterns() if not name.startswith("api:")}


def operations():
    """Every operation of the API: "GET /batches" → (operation, its address)."""
    schema = api.get_openapi_schema()
    for path, methods in schema["paths"].items():
        for method in methods:
            yield f"{method.upper()} {path.removeprefix('/api/v1')}", path


def address(name):
    """An address of the page with arguments that name nothing."""
    entry = pages()[name]
    given = {key: _sample(converter) for key, converter in entry.pattern.converters.items()}
    return reverse(name, kwargs=given)


def _sample(converter):
    kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
    return SAMPLE[kind]


def test_every_page_is_in_the_table():
    assert set(pages()) == set(PAGES)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_page_has_the_door_that_the_table_says(name):
    found = getattr(pages()[name].callback, "door", None)

    assert found is not None, f"{name} 没有 @door"
    assert found.right == PAGES[name]


def may(right, rights):
    return right in (PUBLIC, SIGNED_IN) or right in rights


@pytest.mark.django_db
@pytest.mark.row("SEC-2")
@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_passes_exactly_its_doors(role, city, client):
    client.force_login(city.person(role))

    wrong = {}
    for name, right in PAGES.items():
        if name == "desk:signout":
            continue
        status = client.get(address(name)).status_code
        if (status != 403) != may(right, ROLES[role]):
            wrong[name] = status

    assert wrong == {}


@pytest.mark.django_db
@pytest.mark.row("SEC-2")
def test_nobody_signed_in_sees_the_public_pages_only(city, client):
    wrong = {}
    for name, right in PAGES.items():
        answer = client.get(address(name))
        led_away = answer.status_code == 302 and answer["Location"].startswith("/signin?next=")
        if led_away == (right == PUBLIC):
            wrong[name] = answer.status_code

    assert wrong == {}


@pytest.mark.django_db
@pytest.mark.row("SEC-2")
@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_passes_exactly_its_doors_of_the_api(role, city, client):
    client.force_login(city.person(role))

    assert _api_answers(client, lambda right: may(right, ROLES[role]), refusal=403) == {}


@pytest.mark.django_db
@pytest.mark.row("SEC-2")
def test_nobody_signed_in_uses_the_public_api_only(city, client):
    assert _api_answers(client, lambda right: right == PUBLIC, refusal=401) == {}


def _api_answers(client, allowed, *, refusal):
    """The operations that let in whom they should not, or keep out whom they should not."""
    wrong = {}
    for operation, path in operations():
        method, _ = operation.split(" ", 1)
        filled = path.replace("{", "").replace("}", "")
        answer = _sent(client, method, filled)
        if (answer.status_code != refusal) != allowed(API.get(operation, PUBLIC)):
            wrong[operation] = answer.status_code
    return wrong


def _sent(client, method, path):
    """The answer to a request that has the form asked for, so that the door is reached."""
    path = path.replace("/jobs/number", "/jobs/999999")
    if path.endswith("/intake"):
        file = SimpleUploadedFile("x.csv", b"x")
        return client.post(path, {"file": file, "provider": "nobody"})
    path += "?provider=nobody" if "/records/" in path else ""
    body = next((text for end, text in BODIES.items() if path.endswith(end)), "{}")
    return client.generic(method, path, body, content_type="application/json")


def test_every_operation_is_in_the_table():
    assert {operation for operation, _ in operations()} == set(API)


def test_the_roles_are_those_of_the_table(city_roles):
    assert city_roles == ROLES


@pytest.fixture(name="city_roles")
def _city_roles(city):
    """What the loaded roles hold."""
    return {role.key: set(role.rights) for role in city.roles()}
