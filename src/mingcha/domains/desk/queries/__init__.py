"""What the desk's pages read: places to go, what waits, why, and acts in words."""

from mingcha.domains.desk.queries.acts import Line, changes_seen_by, kinds, lines, sought_by
from mingcha.domains.desk.queries.days import CalendarDay, calendar_years, day_set, days_of
from mingcha.domains.desk.queries.overview import SOON, figures, recent, rights_of, waiting
from mingcha.domains.desk.queries.places import Place, doors, places
from mingcha.domains.desk.queries.why import (
    Answer,
    Asked,
    RuleLine,
    about_page,
    about_rows,
    row_rules,
)

__all__ = [
    "SOON",
    "Answer",
    "Asked",
    "CalendarDay",
    "Line",
    "Place",
    "RuleLine",
    "about_page",
    "about_rows",
    "calendar_years",
    "changes_seen_by",
    "day_set",
    "days_of",
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
