from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "mingcha.domains.portal"
    label = "portal"
    verbose_name = "公开页面"
