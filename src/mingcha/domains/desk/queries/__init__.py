"""What the desk's pages read: places to go, what waits, why, and acts in words."""

from mingcha.domains.desk.queries.acts import Line, changes_seen_by, kinds, lines, sought_by
from mingcha.domains.desk.queries.chains import Link, chain, links, title_of
from mingcha.domains.desk.queries.days import (
    CalendarDay,
    calendar_years,
    day_in_words,
    day_set,
    days_of,
)
from mingcha.domains.desk.queries.overview import (
    SOON,
    figures,
    figures_since,
    providers,
    recent,
    rights_of,
    waiting,
)
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
    "Link",
    "Place",
    "RuleLine",
    "about_page",
    "about_rows",
    "calendar_years",
    "chain",
    "changes_seen_by",
    "day_in_words",
    "day_set",
    "days_of",
    "doors",
    "figures",
    "figures_since",
    "kinds",
    "lines",
    "links",
    "places",
    "providers",
    "recent",
    "rights_of",
    "row_rules",
    "sought_by",
    "title_of",
    "waiting",
]
