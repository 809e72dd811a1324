"""The dossier as a spreadsheet that a clerk reads, or as one long CSV. Leaves one act."""

from collections.abc import Iterator, Sequence
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import second_text, utc_now
from mingcha.base.exports import Book, Pages, csv_response
from mingcha.base.ledger import queries as ledger
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.domains.insight.views import wording
from mingcha.domains.insight.views.moment import Moment, moment_of
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records import services as records
from mingcha.domains.records.queries import dossier as files
from mingcha.domains.records.queries import then
from mingcha.standards import loader
from mingcha.standards.model import Family
from mingcha.standards.words import FAMILIES

ABOUT = (
    "数据表",
    "发生日期",
    "事项编码",
    "事项名称",
    "报送单位",
    "得知时间",
    "版本",
    "状态",
    "来源文件",
    "行号",
)
LONG = ("类别", *ABOUT, "字段", "内容")


@door("insight.export")
@require_GET
def export(request: HttpRequest, number: str) -> HttpResponseBase:
    """Everything in the dossier that this viewer may see today, as of the moment asked for. No cap."""
    account = cast(Account, request.user)
    party = parties.party_for(account, number)
    moment = moment_of(request)
    as_of = moment.as_of
    records.note_export(party, actor=account, as_of=as_of)
    known = (then.party_at(party, as_of) if as_of else None) or party
    file = files.opened(account, party, as_of=as_of)
    name = f"{wording.name_of(known)}-一户一档"
    if request.GET.get("export") == "csv":
        return csv_response(name, LONG, _lines(file))
    book = Book()
    _first_sheet(book, account, known, moment)
    sheets = {family: _sheet(book, family, names) for family, names in _present(file)}
    for entry in file.all_entries():
        pages, labels = sheets[entry.family]
        said = {field.field: files.label_of(field) for field in entry.fields}
        pages.write([*_about(entry), *(_cell(entry, said, label) for label in labels)])
    return book.response(name)


def _first_sheet(book: Book, account: Account, party: Party, moment: Moment) -> None:
    """Who it is or was, as of when, and who took it out."""
    as_of = moment.as_of
    seal = ledger.seal_at(as_of) if as_of else ledger.last_seal()
    region = people.region_names({party.region}).get(party.region, party.region)
    known_by = then.codes_at(party, as_of) if as_of else None
    codes = [(code["label"], code["value"]) for code in wording.codes_of(party, known_by=known_by)]
    pages = book.add("对象", ("项目", "内容"))
    for row in (
        ("名称", wording.name_of(party)),
        *codes,
        ("对象类型", wording.kind_label(party)),
        ("登记状态", wording.status_label(party)),
        ("行政区划", region),
        ("行政区划依据", wording.region_note(party) or ("记录写明" if party.region else "")),
        ("行业", wording.industry_label(party)),
        ("地址", wording.address_of(party)),
        ("责任主体", party.owner.name if party.owner else ""),
        ("截至", f"{moment.words}已知" if as_of else "导出时"),
        ("依据封签", f"第 {seal.no} 号" if seal else "尚无封签"),
        ("导出人", f"{account.organisation.name} {account.real_name}"),
        ("导出时间", second_text(utc_now())),
        ("说明", "只含导出人有权查看的记录；遮盖的内容以＊代替。本次导出已留痕。"),
    ):
        pages.write(row)


def _present(file: files.Opened) -> Iterator[tuple[Family, list[str]]]:
    """The families of the dossier in the order of tabs, each with its tables."""
    tables = [loader.current().table(name) for name in file.counts]
    for family in FAMILIES:
        names = [table.name for table in tables if table.family is family]
        if names:
            yield family, names


def _sheet(book: Book, family: Family, names: Sequence[str]) -> tuple[Pages, list[str]]:
    """The sheet of a family: what is said of each record, then every field of its tables once."""
    tables = [loader.current().table(name) for name in names]
    labels = list(dict.fromkeys(spec.label for table in tables for spec in table.fields.values()))
    return book.add(FAMILIES[family], (*ABOUT, *labels)), labels


def _cell(entry: files.Entry, said: dict[str, str], label: str) -> str:
    """What the record says under a label; two fields of one label are both said."""
    fields = entry.table.fields.items()
    return "；".join(said[key] for key, spec in fields if spec.label == label and key in said)


def _about(entry: files.Entry) -> list[str]:
    learnt = entry.learnt_at
    return [
        entry.table.label, _day(entry), entry.item, entry.item_name,
        entry.provider.name,
        second_text(learnt) if learnt else "待封签",
        str(entry.version), "已撤回" if entry.is_withdrawn else "有效", entry.file_name, str(entry.row),
    ]  # fmt: skip


def _day(entry: files.Entry) -> str:
    """The day as surely as it is known; "" where the record has none."""
    if entry.dated == "intake":
        return ""
    return entry.occurred_on.isoformat()[: 4 if entry.dated == "year" else None]


def _lines(file: files.Opened) -> Iterator[list[str]]:
    for entry in file.all_entries():
        about = [FAMILIES[entry.family], *_about(entry)]
        for field in entry.fields:
            yield [*about, field.spec.label, files.label_of(field)]
