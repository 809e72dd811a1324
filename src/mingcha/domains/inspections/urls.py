"""Addresses of the pages of inspections."""

from django.urls import path

from mingcha.domains.inspections.views import (
    checkcode,
    documents,
    draws,
    lists,
    parts,
    plans,
    tasks,
    visit_ledger,
)

app_name = "inspections"
_TASK = "inspections/tasks/<slug:number>"
_DRAW = "inspections/draws/<slug:draw_id>"
urlpatterns = [
    path("inspections/items/", lists.item_list, name="items"),
    path("inspections/items/new", lists.item_new, name="item_new"),
    path("inspections/items/<slug:number>/", lists.item, name="item"),
    path("inspections/items/<slug:number>/version", lists.item_new, name="item_version"),
    path(
        "inspections/items/<slug:number>/<int:version>/publish",
        lists.item_publish,
        name="item_publish",
    ),
    path("inspections/registers/", lists.register_list, name="registers"),
    path("inspections/registers/new", lists.register_new, name="register_new"),
    path("inspections/registers/<slug:number>/", lists.register, name="register"),
    path("inspections/registers/<slug:number>/write", lists.register_write, name="register_write"),
    path("inspections/plans/", plans.plan_list, name="plans"),
    path("inspections/plans/new", plans.plan_new, name="plan_new"),
    path("inspections/plans/<slug:number>/lines", plans.plan_lines, name="plan_lines"),
    path("inspections/tasks/", tasks.task_list, name="tasks"),
    path("inspections/tasks/new", tasks.task_write, name="task_new"),
    path(f"{_TASK}/", tasks.task_frame, name="task_frame"),
    path(f"{_TASK}/write", tasks.task_write, name="task_write"),
    path(f"{_TASK}/strata", tasks.task_strata, name="task_strata"),
    path(f"{_TASK}/shares", tasks.task_shares, name="task_shares"),
    path(f"{_TASK}/sources", tasks.task_sources, name="task_sources"),
    path(f"{_TASK}/rows", tasks.task_rows, name="task_rows"),
    path(f"{_TASK}/progress", tasks.task_progress, name="task_progress"),
    path(f"{_TASK}/freeze", tasks.task_freeze, name="task_freeze"),
    path(f"{_TASK}/stop", tasks.task_stop, name="task_stop"),
    path(f"{_TASK}/issue", tasks.task_issue, name="task_issue"),
    path(f"{_DRAW}/", draws.draw, name="draw"),
    path(f"{_DRAW}/value", draws.draw_value, name="draw_value"),
    path(f"{_DRAW}/reveal", draws.draw_reveal, name="draw_reveal"),
    path(f"{_DRAW}/hold", draws.draw_hold, name="draw_hold"),
    path(f"{_TASK}/merges", tasks.task_merges, name="task_merges"),
    path(f"{_DRAW}/refill", draws.draw_refill, name="draw_refill"),
    path(f"{_DRAW}/units/<int:unit>/replace", draws.unit_replace, name="unit_replace"),
    path(f"{_DRAW}/cancel", draws.draw_cancel, name="draw_cancel"),
    path("inspections/parts/", parts.part_list, name="parts"),
    path("inspections/parts/<slug:number>/", parts.part, name="part"),
    path("inspections/parts/<slug:number>/plan", parts.plan, name="plan"),
    path("inspections/parts/<slug:number>/officers", parts.name_officers, name="name_officers"),
    path("inspections/parts/<slug:number>/record", parts.record, name="record"),
    path("inspections/parts/<slug:number>/evidence", parts.attach, name="attach"),
    path("inspections/parts/<slug:number>/evidence/<int:file>", parts.evidence, name="evidence"),
    path("inspections/parts/<slug:number>/statement", parts.statement, name="statement"),
    path("inspections/parts/<slug:number>/notice.pdf", documents.notice_pdf, name="notice_pdf"),
    path("inspections/parts/<slug:number>/record.pdf", documents.record_pdf, name="record_pdf"),
    path("inspections/orders/<slug:number>/order.pdf", documents.order_pdf, name="order_pdf"),
    path("inspections/visits/", visit_ledger.ledger, name="visit_ledger"),
    path("c/<slug:token>", checkcode.check_code, name="check_code"),
]
