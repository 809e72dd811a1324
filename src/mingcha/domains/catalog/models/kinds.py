"""What the book holds, and what can be done to it."""

from django.db import models


class Kind(models.TextChoices):
    """What the book holds."""

    ITEM = "item", "监管事项"
    CHECKLIST = "checklist", "检查实施清单"


class Change(models.TextChoices):
    """What a publication does to the book."""

    NEW = "new", "新增"
    REVISE = "revise", "修订"
    SUSPEND = "suspend", "暂停"
    RESUME = "resume", "恢复"
    ABOLISH = "abolish", "取消"
    WITHDRAW = "withdraw", "撤回"
    LIST = "list", "清单报送"
