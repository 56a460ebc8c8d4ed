"""The declarations: the paper's 18 conditions, complete and consistent, and what they say to wrong values."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from conducive.scenarios.coefficients import MECHANISMS, coefficients, free_coefficients
from conducive.scenarios.conditions import CLUSTERS, conditions, inputs
from conducive.scenarios.declaration import Input, meant_number, nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import declared

PAPER = {
    "mobilisers": {
        "vision_and_values": {"shared_vision", "value_alignment"},
        "motivations": {"outcome_motivation"},
        "case_for_change": {"theory_of_change"},
    },
    "design_and_implementation": {
        "fit": {"initial_fit"},
        "innovation_design": {"clarity", "radicalness", "manualised", "added_work"},
        "coproduction": {"coproduction_budget", "participation_depth", "acted_on"},
        "implementation_process": {"implementation_staff", "data_capability", "on_day_job"},
    },
    "capability": {
        "workforce_capacity": {"turnover", "time_to_fill", "agency_cover", "agency_extra", "caseload"},
        "knowledge_and_skills": {
            "training_days", "interactive_training", "coaching", "refresher_interval", "feedback", "induction",
        },
        "finance": {
            "funding_term", "grant", "ring_fenced", "embedding_share", "mainstreaming", "renewal", "review_month",
        },
        "leadership": {"leader_tenure", "support_style", "succession_continuity", "push"},
    },
    "culture": {
        "collaboration": {"staff_participation", "partner_collaboration"},
        "attitudes": {"openness", "concurrent_initiatives", "silo"},
        "trust_emotions_relationships": {"blame_culture", "containment", "initial_trust"},
        "learning_and_evaluation": {"reflection_interval", "codification", "failure_tolerance"},
    },
    "macro": {
        "regulatory_conditions": {"bureaucracy", "permissiveness"},
        "political_agendas": {"policy_stability", "budget_trend", "marketisation"},
        "public_perceptions": {"media_hostility", "incident_rate"},
    },
}  # fmt: skip

OTHERS = {
    *(f"innovation.{i}" for i in
      ("potential", "effect_lag", "adaptation", "context_distance", "start_up_cost", "running_cost")),
    "funder.patience", "organisation.posts", "organisation.families", "organisation.inspection_grade",
    "warm_up", "horizon",
}  # fmt: skip

SWITCHES = {"contagion", "turnover", "memory", "strain", "incidents", "leaders", "money", "anticipation"}

TERM = next(i for i in inputs() if i.address == "finance.funding_term")
TRUST = next(i for i in inputs() if i.address == "trust_emotions_relationships.initial_trust")

everything = pytest.mark.parametrize("declaration", declared().values(), ids=declared())


def test_the_18_conditions_stand_in_the_papers_five_clusters() -> None:
    found = Counter(c.cluster for c in conditions())

    assert list(found.values()) == [3, 4, 4, 4, 3]
    assert tuple(found) == CLUSTERS == tuple(PAPER)


def test_conditions_and_inputs_have_exactly_the_agreed_names() -> None:
    found: dict[str, dict[str, set[str]]] = {cluster: {} for cluster in CLUSTERS}
    for c in conditions():
        found[c.cluster][c.name] = {i.name for i in c.inputs}

    assert found == PAPER


def test_the_other_agreed_inputs_and_switches_are_declared() -> None:
    assert declared().keys() >= OTHERS
    assert {i.name for i in MECHANISMS} == SWITCHES


def test_every_condition_says_what_it_means_and_where_the_paper_has_it() -> None:
    for c in conditions():
        assert all((c.title, c.meaning, c.facilitator, c.barrier, c.acts_through)), c.name
        assert c.paper.startswith("4."), c.name


@everything
def test_every_declaration_has_meaning_unit_source_and_grade(declaration: Input) -> None:
    assert declaration.meaning.endswith(".")
    assert declaration.unit
    assert declaration.source
    assert declaration.grade in {"measured", "literature", "paper", "assumed"}


@everything
def test_every_default_and_range_lies_within_the_hard_bounds(declaration: Input) -> None:
    d = declaration

    assert d.minimum <= d.low <= d.high <= d.maximum
    assert d.low <= d.default <= d.high
    assert d.check(d.default) == d.default
    for end in (d.barrier, d.facilitator):
        assert end is None or d.minimum <= end <= d.maximum
    assert (d.barrier is None) == (d.facilitator is None)


def test_every_input_of_a_condition_has_two_different_ends() -> None:
    for c in conditions():
        for i in c.inputs:
            assert i.barrier != i.facilitator, i.address
            assert i.barrier is not None, i.address


def test_the_agreed_hard_bounds_are_open_to_extreme_questions() -> None:
    bounds = {address: (d.minimum, d.maximum) for address, d in declared().items()}

    assert bounds["finance.funding_term"] == (0, 240)
    assert bounds["workforce_capacity.caseload"] == (5, 40)
    assert bounds["workforce_capacity.turnover"] == (0, 0.6)
    assert bounds["public_perceptions.incident_rate"][0] == 0


def test_no_two_declarations_share_a_column_or_an_address() -> None:
    every = (*inputs(), *coefficients(), *MECHANISMS)

    assert max(Counter(d.column for d in every).values()) == 1
    assert len(declared()) == len(every)


def test_at_most_60_coefficients_are_free() -> None:
    assert len(free_coefficients()) <= 60
    assert {c.grade for c in free_coefficients()} <= {"assumed", "literature"}


def test_position_0_is_the_barrier_end_and_position_1_the_facilitator_end() -> None:
    for c in conditions():
        assert c.at_position(0) == pytest.approx({i.address: i.barrier for i in c.inputs})
        assert c.at_position(1) == pytest.approx({i.address: i.facilitator for i in c.inputs})


def test_a_position_moves_in_proportion_and_keeps_whole_numbers_whole() -> None:
    assert TRUST.at_position(0.5) == pytest.approx(0.5)
    assert TERM.at_position(0.31) == round(12 + 0.31 * 60)


@pytest.mark.parametrize("position", [-0.01, 1.01, math.nan, True, "high", None])
def test_a_position_outside_0_to_1_is_refused(position: float) -> None:
    with pytest.raises(InputError, match=r"fit must be a position from 0 .barrier. to 1 .facilitator.\. Got"):
        next(c for c in conditions() if c.name == "fit").at_position(position)


def test_an_input_without_ends_has_no_position() -> None:
    with pytest.raises(InputError, match=r"funder.patience has no barrier and facilitator end"):
        declared()["funder.patience"].at_position(0.5)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("two years", "finance.funding_term must be a number, 0 to 240 months. Got 'two years'. Did you mean 24?"),
        ("36 months", "finance.funding_term must be a number, 0 to 240 months. Got '36 months'. Did you mean 36?"),
        ("long", "finance.funding_term must be a number, 0 to 240 months. Got 'long'."),
        ("", "finance.funding_term must be a number, 0 to 240 months. Got ''."),
        (True, "finance.funding_term must be a number, 0 to 240 months. Got True."),
        (None, "finance.funding_term must be a number, 0 to 240 months. Got None."),
        (-1, "finance.funding_term must be 0 to 240 months. Got -1. The nearest allowed is 0."),
        (1000, "finance.funding_term must be 0 to 240 months. Got 1,000. The nearest allowed is 240."),
        (math.inf, "finance.funding_term must be 0 to 240 months. Got inf. The nearest allowed is 240."),
        (math.nan, "finance.funding_term must be 0 to 240 months. Got nan. The nearest allowed is 24."),
        (24.4, "finance.funding_term must be a whole number, 0 to 240 months. Got 24.4. Did you mean 24?"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed_and_the_nearest_answer(value: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        TERM.check(value)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("0,5", "Decimals take a point: did you mean 0.5?"),
        ("0,5%", "Decimals take a point: did you mean 0.005?"),
        ("1 000 000", "Did you mean 1000000?"),
        ("1\u202f000,5", "Decimals take a point: did you mean 1000.5?"),
        ("1,000,000", "Did you mean 1000000?"),
        ("1,000.5", "Did you mean 1000.5?"),
        ("1.000,5", "Decimals take a point: did you mean 1000.5?"),
        ("1.000.000", "Did you mean 1000000?"),
        ("-12,000", "Did you mean -12000?"),
        ("0,500", "Decimals take a point: did you mean 0.5?"),
    ],
)
def test_a_number_written_another_way_is_answered_with_one_that_can_be_typed(typed: str, hint: str) -> None:
    assert meant_number(typed) == f" {hint}"


def test_a_percentage_is_read_as_a_share() -> None:
    with pytest.raises(InputError, match=r"Got '30%'. Did you mean 0.3\?"):
        TRUST.check("30%")


def test_nearest_names_finds_slips_and_missing_groups() -> None:
    known = ["finance.funding_term", "finance.grant", "leadership.push"]

    assert nearest_names("finance.funding_trem", known).startswith(" Did you mean finance.funding_term")
    assert nearest_names("funding_term", known) == " Did you mean finance.funding_term?"
    assert not nearest_names("weather", known)
