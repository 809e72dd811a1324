"""What people and machine decide about who is whom: each decision can be undone."""

from mingcha.domains.records.models import LinkAnswer
from mingcha.domains.records.services.links.asking import answer, ask, withdraw
from mingcha.domains.records.services.links.deciding import follow, undo
from mingcha.domains.records.services.links.merging import Cut, merge, split
from mingcha.domains.records.services.links.pending import Question
from mingcha.domains.records.services.links.questions import accept, accept_many, own, refuse

__all__ = [
    "Cut",
    "LinkAnswer",
    "Question",
    "accept",
    "accept_many",
    "answer",
    "ask",
    "follow",
    "merge",
    "own",
    "refuse",
    "split",
    "undo",
    "withdraw",
]
