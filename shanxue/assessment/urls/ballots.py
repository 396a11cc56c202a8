from django.urls import path

from ..views import ballots, opinions

urlpatterns = [
    path("vote/", ballots.vote, name="vote"),
    path("evaluations/", ballots.list_evaluations, name="evaluations"),
    path("evaluations/open/", ballots.open_evaluation, name="evaluation_open"),
    path("evaluations/<int:evaluation_id>/", ballots.show_evaluation, name="evaluation"),
    path("evaluations/<int:evaluation_id>/self/", ballots.write_self, name="evaluation_self"),
    path("evaluations/<int:evaluation_id>/remarks/", ballots.write_remarks, name="evaluation_remarks"),
    path("evaluations/<int:evaluation_id>/hand-out/", ballots.hand_out, name="evaluation_hand_out"),
    path("evaluations/<int:evaluation_id>/paper/", ballots.show_paper, name="evaluation_paper"),
    path("evaluations/<int:evaluation_id>/takers/", ballots.add_takers, name="evaluation_takers"),
    path("evaluations/<int:evaluation_id>/void/", ballots.void_ballot, name="evaluation_void"),
    path("evaluations/<int:evaluation_id>/seen/", ballots.acknowledge, name="evaluation_seen"),
    path("evaluations/<int:evaluation_id>/count/", opinions.count_ballots, name="evaluation_count"),
    path("evaluations/<int:evaluation_id>/votes/", opinions.show_votes, name="evaluation_votes"),
    path("evaluations/<int:evaluation_id>/opinions/", opinions.write_opinions, name="evaluation_opinions"),
]
