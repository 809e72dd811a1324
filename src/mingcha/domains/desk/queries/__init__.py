"""What the desk's pages read: places to go, what waits, why, and acts in words."""

from mingcha.domains.desk.queries.acts import Line, changes_seen_by, kinds, lines, sought_by
from mingcha.domains.desk.queries.case_page import case_page, why_url
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
from mingcha.domains.desk.queries.proof import BASIS, Service, document, services, testimony
from mingcha.domains.desk.queries.why import (
    Answer,
    Asked,
    RuleLine,
    about_page,
    about_rows,
    row_rules,
)
from mingcha.domains.desk.queries.work import (
    CaseRow,
    TodoRow,
    case_rows,
    due_of,
    kinds_seen,
    sender_of,
    standing,
    todo_rows,
)

__all__ = [
    "BASIS",
    "SOON",
    "Answer",
    "Asked",
    "CalendarDay",
    "CaseRow",
    "Line",
    "Link",
    "Place",
    "RuleLine",
    "Service",
    "TodoRow",
    "about_page",
    "about_rows",
    "calendar_years",
    "case_page",
    "case_rows",
    "chain",
    "changes_seen_by",
    "day_in_words",
    "day_set",
    "days_of",
    "document",
    "doors",
    "due_of",
    "figures",
    "figures_since",
    "kinds",
    "kinds_seen",
    "lines",
    "links",
    "places",
    "providers",
    "recent",
    "rights_of",
    "row_rules",
    "sender_of",
    "services",
    "sought_by",
    "standing",
    "testimony",
    "title_of",
    "todo_rows",
    "waiting",
    "why_url",
]
