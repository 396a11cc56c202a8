"""Every address of the site. Error pages are ours, in Chinese."""

from django.urls import include, path

handler400 = "shanxue.web.views.show_bad_request"
handler403 = "shanxue.web.views.show_forbidden"
handler404 = "shanxue.web.views.show_missing"
handler500 = "shanxue.web.views.show_failure"

urlpatterns = [
    path("", include("shanxue.home.urls")),
    path("", include("shanxue.assessment.urls")),
    path("imports/", include("shanxue.home.imports.urls")),
    path("grants/", include("shanxue.orgs.grant_urls")),
    path("roster/", include("shanxue.orgs.urls")),
    path("plans/", include("shanxue.plans.urls")),
    path("sessions/", include("shanxue.activities.urls")),
    path("study/", include("shanxue.study.urls")),
    path("tests/", include("shanxue.exams.urls")),
    path("duties/", include("shanxue.supervision.urls")),
    path("resources/", include("shanxue.resources.urls")),
    path("bulletins/", include("shanxue.bulletins.urls")),
    path("archive/", include("shanxue.archive.urls")),
    path("jobs/", include("shanxue.jobs.urls")),
    path("accounts/", include("shanxue.accounts.urls")),
    path("about/", include("shanxue.web.urls")),
]
