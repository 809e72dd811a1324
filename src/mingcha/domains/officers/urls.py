"""Addresses of the register of officers, and of its public list."""

from django.urls import path

from mingcha.domains.officers import views

app_name = "officers"
urlpatterns = [
    path("officers", views.officer_list, name="officers"),
    path("officers/public", views.public_list, name="public"),
    path("officers/<str:certificate>", views.officer, name="officer"),
    path("officers/<str:certificate>/absent", views.absent, name="absent"),
    path("officers/<str:certificate>/holder", views.holder, name="holder"),
    path("officers/<str:certificate>/back/<int:absence>", views.back, name="back"),
]
