"""Load the rules that the product ships with."""

from datetime import date

from mingcha.base.rules.models import Rule

SHIPPED = [
    # key, label, value, unit, since, basis
    (
        "records.report_within",
        "数据报送期限",
        5,
        "个工作日",
        date(2021, 1, 1),
        "西安市“互联网+监管”系统管理办法（试行）第十五条：产生之日起 5 个工作日内",
    ),
    (
        "records.wait_at_most",
        "待核数据保留期限",
        20,
        "个工作日",
        date(2021, 1, 1),
        "平台约定：引用对象迟迟不到的记录退回报送单位",
    ),
]


def load_shipped() -> int:
    """Add the shipped rules that are absent; what an official changed stays. Returns how many."""
    added = 0
    for key, label, value, unit, since, basis in SHIPPED:
        _, is_new = Rule.objects.get_or_create(
            key=key,
            since=since,
            defaults={"label": label, "value": value, "unit": unit, "basis": basis},
        )
        added += is_new
    return added
