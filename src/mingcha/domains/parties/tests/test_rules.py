"""Names and addresses in their pieces, and two of them weighed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.domains.parties import rules

WEIGHTS = rules.standard_weights()


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("上海市浦东新区鑫源贸易有限公司", "310115|鑫源|贸易|有限公司|"),
        ("上海鑫源贸易有限责任公司", "310000|鑫源|贸易|有限公司|"),
        ("鑫源（上海）貿易有限公司", "310000|鑫源|贸易|有限公司|"),
        ("上海鑫源贸易有限公可", "310000|鑫源|贸易|有限公司|"),
        ("江苏省苏州市昆山市宏达建材经营部", "320583|宏达|建材|经营部|"),
        ("宏图（集团）股份有限公司", "|宏图||集团股份有限公司|"),
        ("上海源泉投资管理合伙企业（有限合伙）", "310000|源泉|投资管理|合伙企业|"),
        ("上海鑫源贸易有限公司浦东分公司", "310000|鑫源|贸易|有限公司|浦东分公司"),
        ("上海鑫源贸易浦东分公司", "310000|鑫源|贸易||浦东分公司"),
        ("上海红星律师事务所", "310000|红星|律师|事务所|"),
        ("鼓楼区张记面馆", "|张记|面馆||"),  # several cities have a 鼓楼区
        ("卢湾区张记面馆", "310103|张记|面馆||"),  # abolished in 2011
        ("吉安有限公司", "360800|吉安||有限公司|"),  # the place is all the name there is
        ("NRGIZE LIFESTYLE CAFE", "|NRGIZELIFESTYLECAFE|||"),
        ("Café du Nord, Inc.", "|CAFEDUNORD||有限公司|"),
        ("TACO", "|TACO|||"),
        ("ＭｃＤｏｎａｌｄ’ｓ", "|MCDONALDS|||"),
        ("", "||||"),
        ("（）", "||||"),
    ],
)
def test_a_name_has_one_spelling(text, canonical):
    assert rules.parse_name(text).canonical == canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("上海市浦东新区张江镇博云路２号3幢401室", "310115|博云路|2|401"),
        ("博云路2号4楼401", "|博云路|2|401"),
        ("上海市 浦东新区 博云路 2# 401室", "310115|博云路|2|401"),
        ("徐汇區漕溪北路1200弄3號1203室", "310104|漕溪北路|1200|1203"),
        ("张江高科技园区3号", "|张江高科技园区|3|"),
        ("2794 24TH STREET", "|24THST路|2794|"),
        ("", "|||"),
    ],
)
def test_an_address_has_one_spelling(text, canonical):
    assert rules.parse_address(text).canonical == canonical


@given(st.text(max_size=40))
def test_any_text_is_parsed(text):
    rules.parse_name(text)
    rules.parse_address(text)


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("91110000600037341L", True),
        ("91350100M000100Y43", True),
        ("91310115077567433M", False),
        ("91350100M000100Y4A", False),
        ("9135010OM000100Y43", False),
        ("", False),
    ],
)
def test_the_check_character_of_a_code(code, right):
    assert rules.is_uscc(code) is right


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("鑫源贸易", "鑫原贸易", True),
        ("鑫源贸易", "鑫源贸", True),
        ("鑫源贸易", "源鑫贸易", True),
        ("鑫源贸易", "鑫源贸易", False),
        ("鑫源贸易", "贸易鑫源", False),
        ("鑫源", "鑫源贸易", False),
    ],
)
def test_one_slip_of_the_pen(a, b, near):
    assert rules.one_edit(a, b) is near


def total(a: rules.Profile, b: rules.Profile) -> int:
    return sum(points for _, points, _ in rules.explain(a, b, WEIGHTS))


def test_the_reasons_can_be_read():
    a = rules.profile("上海市浦东新区鑫源贸易有限公司", "上海市浦东新区张杨路500号1203室")
    b = rules.profile("鑫源（上海）贸易有限责任公司", "张杨路500号")
    reasons = {piece: words for piece, _, words in rules.explain(a, b, WEIGHTS)}
    assert reasons == {
        "字号": "字号相同",
        "行业": "行业用语相同",
        "组织形式": "组织形式相同",
        "地区": "同一城市",
        "地址": "同一门牌，室号未写",
    }
    assert total(a, b) >= WEIGHTS.tie


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (
            ("上海鑫源贸易有限公司", "张杨路500号"),
            ("上海鑫源贸易有限公司浦东分公司", "张杨路500号"),
        ),
        (("上海市徐汇区鑫源餐厅", ""), ("上海市长宁区鑫源餐厅", "")),
        (("上海鑫源贸易有限公司", "张杨路500号"), ("上海鑫源殡葬用品有限公司", "张杨路500号")),
        (("上海鑫源贸易有限公司", "张杨路500号"), ("上海宏达贸易有限公司", "张杨路500号")),
    ],
)
def test_a_branch_a_homonym_and_a_neighbour_are_others(a, b):
    assert total(rules.profile(*a), rules.profile(*b)) < WEIGHTS.tie


def test_weighing_does_not_depend_on_who_comes_first():
    a = rules.profile("上海鑫源", "浦东新区张杨路500号", code="91110000600037341L")
    b = rules.profile("鑫原贸易有限公司", "张杨路500号1203室", "310115")
    assert rules.explain(a, b, WEIGHTS) == rules.explain(b, a, WEIGHTS)
