"""Which value of a rule is in force on a day."""

from datetime import date

from django.db.models import Q

from mingcha.base.errors import MingchaError
from mingcha.base.rules.models import Rule


class NoRule(MingchaError):
    """No value of a rule is in force on the day."""

    code = "rules/no-rule"
    status = 409
    message = "规则“{key}”在 {on} 没有有效的取值。"
    remedy = "请系统管理员在规则表中补充该日期有效的取值及依据。"


def in_force(key: str, *, on: date) -> Rule:
    """The rule `key` on a day. Raises NoRule."""
    dated = Rule.objects.filter(Q(until__isnull=True) | Q(until__gte=on), key=key, since__lte=on)
    rule = dated.order_by("-since").first()
    if rule is None:
        raise NoRule(key=key, on=on)
    return rule
