"""What the desk's pages read: places to go, what waits, why, and acts in words."""

from mingcha.domains.desk.queries.acts import Line, changes_seen_by, kinds, lines, sought_by
from mingcha.domains.desk.queries.overview import figures, recent, rights_of, waiting
from mingcha.domains.desk.queries.places import Place, doors, places
from mingcha.domains.desk.queries.why import Answer, RuleLine, about_page, about_rows, row_rules

__all__ = [
    "Answer",
    "Line",
    "Place",
    "RuleLine",
    "about_page",
    "about_rows",
    "changes_seen_by",
    "doors",
    "figures",
    "kinds",
    "lines",
    "places",
    "recent",
    "rights_of",
    "row_rules",
    "sought_by",
    "waiting",
]
