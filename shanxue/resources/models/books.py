"""Books and periodicals bought from the fund: on the shelf, lent, returned, wished for, expected and missed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shanxue.orgs.models import Bureau, Person, list_choices

from ..rules import CopyState, Frequency, IssueState, RequestState, SuggestionState
from .funds import PaymentLine


class Title(models.Model):
    """One book as the catalogue names it; its copies stand on the shelf."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="titles")
    name = models.CharField(max_length=120)
    author = models.CharField(max_length=80, blank=True)
    press = models.CharField(max_length=60, blank=True)
    isbn = models.CharField(max_length=13, blank=True)  # 13 digits, or the 10 of before 2007
    price_fen = models.BigIntegerField(null=True, blank=True)
    category = models.CharField(max_length=20, blank=True)  # 分类号
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "name", "author", "press"], name="title_once"),
            models.CheckConstraint(
                condition=Q(price_fen__isnull=True) | Q(price_fen__gte=0), name="price_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "isbn"], name="titles_by_isbn")]

    def __str__(self) -> str:
        return self.name


class Copy(models.Model):
    """One copy with its number (登记号). ``line`` is the receipt line it was bought with."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="copies")
    title = models.ForeignKey(Title, models.CASCADE, related_name="copies")
    number = models.CharField(max_length=32)
    place = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=4, choices=list_choices(CopyState), default=CopyState.SHELF)
    line = models.ForeignKey(PaymentLine, models.PROTECT, null=True, blank=True, related_name="copies")
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "number"], name="copy_number_once")]

    def __str__(self) -> str:
        return self.number


class Loan(models.Model):
    """Who has a copy until when. A loan that is over is dropped some days after its return; a count stays."""

    copy = models.ForeignKey(Copy, models.CASCADE, related_name="loans")
    person = models.ForeignKey(Person, models.CASCADE, related_name="loans")
    on = models.DateField()
    due_on = models.DateField()
    renewed = models.PositiveSmallIntegerField(default=0)
    returned_on = models.DateField(null=True, blank=True)
    lost = models.BooleanField(default=False)  # it did not come back
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["copy"], condition=Q(returned_on__isnull=True), name="one_open_loan_per_copy"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("on")), name="loan_is_due_after_it_begins"),
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True) | Q(returned_on__gte=F("on")), name="returned_after_it_was_lent"
            ),
        ]
        indexes = [models.Index(fields=["person", "returned_on"], name="loans_of_a_person")]


class LoanTally(models.Model):
    """How many loans of a title began in a year, of those whose rows were dropped: a number without people."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="tallies")
    year = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["title", "year"], name="one_tally_per_title_and_year")]


class BorrowRequest(models.Model):
    """Somebody's wish to borrow a title, in the order they came; dropped once it is settled and a while has passed."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="requests")
    person = models.ForeignKey(Person, models.CASCADE, related_name="borrow_requests")
    at = models.DateTimeField()
    state = models.CharField(max_length=4, choices=list_choices(RequestState), default=RequestState.WAITING)
    settled_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["title", "person"], condition=Q(state="等待"), name="one_open_request_per_title_and_person"
            ),
            models.CheckConstraint(
                condition=Q(state="等待") | Q(settled_on__isnull=False), name="settled_request_says_when"
            ),
        ]


class Suggestion(models.Model):
    """A book somebody asks the office to buy (荐购), with the answer."""

    bureau = models.ForeignKey(Bureau, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, related_name="suggestions")
    name = models.CharField(max_length=120)
    author = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    state = models.CharField(max_length=4, choices=list_choices(SuggestionState), default=SuggestionState.ASKED)
    answer = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)
    title = models.ForeignKey(Title, models.SET_NULL, null=True, blank=True, related_name="suggestions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="suggested_once_by_a_person"),
            models.CheckConstraint(
                condition=Q(state="待答复") | Q(answered_at__isnull=False), name="answered_suggestion_says_when"
            ),
            models.CheckConstraint(condition=~Q(state="未采纳") | ~Q(answer=""), name="declined_suggestion_says_why"),
        ]


class Subscription(models.Model):
    """A newspaper or journal for one year (报刊): its issues are expected by how often it comes out."""

    bureau = models.ForeignKey(Bureau, models.CASCADE, related_name="subscriptions")
    name = models.CharField(max_length=80)
    code = models.CharField(max_length=20, blank=True)  # 邮发代号
    year = models.PositiveSmallIntegerField()
    frequency = models.CharField(max_length=4, choices=list_choices(Frequency))
    copies = models.PositiveSmallIntegerField(default=1)
    place = models.CharField(max_length=60, blank=True)
    line = models.ForeignKey(PaymentLine, models.PROTECT, null=True, blank=True, related_name="subscriptions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "name", "year"], name="subscription_once_a_year"),
            models.CheckConstraint(condition=Q(copies__gt=0), name="subscription_of_at_least_one_copy"),
        ]

    def __str__(self) -> str:
        return self.name


class Issue(models.Model):
    """One issue of a subscription: 待到, 已到 or 缺期; how often the post office was asked for it."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="issues")
    number = models.PositiveSmallIntegerField()
    expected_on = models.DateField()
    state = models.CharField(max_length=4, choices=list_choices(IssueState), default=IssueState.EXPECTED)
    settled_on = models.DateField(null=True, blank=True)
    claimed_on = models.DateField(null=True, blank=True)
    claims = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "number"], name="issue_once"),
            models.CheckConstraint(
                condition=Q(state="待到", settled_on__isnull=True) | (~Q(state="待到") & Q(settled_on__isnull=False)),
                name="settled_issue_says_when",
            ),
        ]
        indexes = [models.Index(fields=["state", "expected_on"], name="issues_that_are_waited_for")]
