"""Tables of events and of what has been done about them."""

import uuid

from django.db import models

# table → what the app role may do beyond reading.
PROTECTED = {"events_event": ("INSERT", "DELETE")}


class Event(models.Model):
    """Something that happened (事件): its type, whom it concerns, and ids. Never rows, never names.

    Never altered; delivered ones go after the period of a rule (base/keeping). `subject` orders
    reactions: those to one subject run in the order of its events.
    """

    uid = models.UUIDField("编号", unique=True, default=uuid.uuid4)
    type = models.CharField("种类", max_length=80, db_collation="C")
    subject = models.CharField("主题", max_length=160, db_collation="C")
    ids = models.JSONField("标识")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "事件"
        indexes = [models.Index(fields=["type", "subject", "id"], name="event_subject")]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class ReactionDone(models.Model):
    """A reaction that has been done for an event (已处理事件), so that it is done once."""

    event = models.ForeignKey(
        Event, verbose_name="事件", on_delete=models.CASCADE, related_name="done"
    )
    reaction = models.CharField("处理", max_length=120, db_collation="C")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "已处理事件"
        constraints = [
            models.UniqueConstraint(fields=["event", "reaction"], name="reaction_once_per_event")
        ]

    def __str__(self) -> str:
        return f"{self.reaction} {self.event_id}"
