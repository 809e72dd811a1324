"""Addresses of the data centre's pages."""

from django.urls import include, path

from mingcha.domains.records.views import (
    batches,
    consents,
    datasets,
    mapping,
    refused,
    saved_mappings,
    upload,
)
from mingcha.domains.records.views.links import (
    alike,
    authority,
    conflicts,
    decisions,
    linking,
    merging,
    queue,
    relations,
    work,
)

app_name = "records"
links_urls = [
    path("", queue.queue, name="links"),
    path("next", queue.next_question, name="link_next"),
    path("alike/", alike.alike, name="links_alike"),
    path("alike/<int:number>/", alike.equal, name="links_equal"),
    path("questions/<int:number>/", work.question, name="link"),
    path("questions/<int:number>/decide", work.decide, name="link_decide"),
    path("decisions/", decisions.decision_list, name="decisions"),
    path("decisions/<int:number>/", decisions.decision, name="decision"),
    path("merge/", merging.merge, name="merge"),
    path("split/<slug:number>/", merging.split, name="split"),
    path("conflicts/", conflicts.conflict_list, name="conflicts"),
    path("conflicts/<slug:number>/<slug:name>/", conflicts.conflict, name="conflict"),
    path("authorities/", authority.authorities, name="authorities"),
    path("authorities/new", authority.authority_new, name="authority_new"),
    path("relations/<slug:number>/new", relations.relation_new, name="relation_new"),
    path("relations/<slug:number>/<int:pk>/end", relations.relation_end, name="relation_end"),
    path("how/", linking.linking, name="linking"),
]
urlpatterns = [
    path("intake/", upload.upload, name="upload"),
    path("batches/", batches.batch_list, name="batches"),
    path("batches/<slug:number>/", batches.batch, name="batch"),
    path("batches/<slug:number>/progress", batches.progress, name="progress"),
    path("batches/<slug:number>/cancel", batches.cancel, name="cancel"),
    path("batches/<slug:number>/resume", batches.resume, name="resume"),
    path("batches/<slug:number>/refused", refused.refused, name="refused"),
    path("batches/<slug:number>/refused/file", refused.refused_file, name="refused_file"),
    path("batches/<slug:number>/original", batches.original, name="original"),
    path("batches/<slug:number>/mapping", mapping.mapping, name="mapping"),
    path("batches/<slug:number>/mapping/preview", mapping.preview, name="mapping_preview"),
    path("mappings/", saved_mappings.mapping_list, name="mappings"),
    path("mappings/<int:number>/", saved_mappings.mapping_version, name="mapping_version"),
    path("links/", include(links_urls)),
    path("datasets/", datasets.dataset_list, name="datasets"),
    path("datasets/<slug:table>/", datasets.dataset, name="dataset"),
    path("exports/<slug:number>/", datasets.export, name="export"),
    path("exports/<slug:number>/progress", datasets.export_progress, name="export_progress"),
    path("exports/<slug:number>/cancel", datasets.export_cancel, name="export_cancel"),
    path("exports/<slug:number>/file", datasets.export_file, name="export_file"),
    path("consents/", consents.consent_list, name="consents"),
    path("consents/new", consents.consent_new, name="consent_new"),
    path("consents/withdraw", consents.consent_withdraw, name="consent_withdraw"),
    path("consents/<slug:number>/", consents.consent, name="consent"),
]
