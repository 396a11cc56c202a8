"""Addresses of the year's money."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import funds, spending

urlpatterns: list[URLPattern] = [
    path("fund/", funds.show_fund, name="fund"),
    path("fund/new/", funds.open_fund, name="new_fund"),
    path("fund/<int:fund_id>/source/", funds.add_source, name="new_source"),
    path("fund/<int:fund_id>/purpose/", funds.add_purpose, name="new_purpose"),
    path("fund/<int:fund_id>/close/", funds.close, name="close_fund"),
    path("fund/<int:fund_id>/account.xlsx", funds.download_account, name="account"),
    path("purposes/<int:purpose_id>/", funds.show_purpose, name="purpose"),
    path("purposes/<int:purpose_id>/adjust/", funds.adjust, name="adjust"),
    path("purposes/<int:purpose_id>/commit/", spending.commit, name="commit"),
    path("purposes/<int:purpose_id>/pay/", spending.pay, name="pay"),
    path("commitments/<int:commitment_id>/", spending.show_commitment, name="commitment"),
    path("commitments/<int:commitment_id>/change/", spending.change_commitment, name="change_commitment"),
    path("commitments/<int:commitment_id>/end/", spending.end_commitment, name="end_commitment"),
    path("payments/<int:payment_id>/", spending.show_payment, name="payment"),
    path("payments/<int:payment_id>/receipt/", spending.attach_receipt, name="attach_receipt"),
    path("payments/<int:payment_id>/refund/", spending.refund, name="refund"),
    path("lines/<int:line_id>/remove/", spending.remove_line, name="remove_line"),
    path("receipts/<int:receipt_id>/", spending.show_receipt, name="receipt"),
]
