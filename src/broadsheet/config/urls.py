"""Every address the server answers."""

from django.urls import include, path

urlpatterns = [
    path("", include("broadsheet.web.urls")),
]
