"""One organisation's recorded life: the same life that is counted, and diaries that tell it truly."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import conducive as cz
from conducive.agents.practitioner import BEGAN, CAUSES, INDUCTED, LEFT_JOB, NONE, STAGES, SUPERSEDED
from conducive.experiments.lives.ensemble import run
from conducive.experiments.lives.recording import BECAUSE, HOLDERS, MOST_POSTS, Recording, _long, record, seating
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import Scenario

SEED = 3


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("classroom").change({"horizon": 48})


@pytest.fixture(scope="module")
def life(scenario: Scenario) -> Recording:
    return record(scenario, SEED)


@pytest.fixture(scope="module")
def longer() -> Recording:
    """A busy life with money for long enough that some who stopped begin again."""
    busy = {"horizon": 72, "finance.funding_term": 48, "workforce_capacity.caseload": 20}
    return record(load_scenario("classroom").change(busy), SEED)


def entries(life: Recording, kind: str = "") -> list[str]:
    return [entry.text for post in range(life.posts) for entry in life.diary(post) if kind in {"", entry.kind}]


def test_the_life_watched_is_the_life_counted(life: Recording, scenario: Scenario) -> None:
    counted = run(scenario, replicates=1, seed=SEED).lives[0]

    assert life.monthly.tobytes() == counted.monthly.tobytes()
    assert life.ledger.tobytes() == counted.ledger.tobytes()


def test_recorded_people_are_those_of_the_organisation(life: Recording, scenario: Scenario) -> None:
    organisation = cz.Organisation(scenario, rng=SEED)
    for month in (0, 1, 30):
        while organisation.time < month:
            organisation.step()

        for field in ("stage", "post", "strain", "belief"):
            assert np.allclose(life.staff[field][month], organisation.world.practitioners[field])


def test_people_at_each_stage_are_the_shares_that_are_measured(life: Recording) -> None:
    stages = life.staff["stage"][1:]
    filled = (stages != NONE).sum(axis=1)

    for code, name in enumerate(STAGES):
        assert np.allclose((stages == code).sum(axis=1) / filled, life.monthly[name])


def test_trust_lies_between_people_and_nowhere_else(life: Recording) -> None:
    someone = life.staff["stage"] != NONE
    both = someone[:, life.ties[:, 0]] & someone[:, life.ties[:, 1]]

    assert not life.trust[~both].any()
    assert ((life.trust >= 0) & (life.trust <= 1)).all()
    assert life.trust[both].any()


def test_silos_cut_ties(scenario: Scenario) -> None:
    closed = record(scenario.change({"attitudes.silo": 1.0}), SEED)
    across = closed.team[closed.ties[:, 0]] != closed.team[closed.ties[:, 1]]

    assert across.any()
    assert not closed.trust[:, across].any()


def test_a_measured_mean_of_trust_is_that_of_recorded_ties(life: Recording) -> None:
    someone = life.staff["stage"] != NONE
    for month in (1, 20, 48):
        both = someone[month][life.ties].all(axis=1)
        known = life.toward[month][both]

        assert known[known > 0].mean() == pytest.approx(life.monthly["peer_trust"][month - 1], abs=1e-5)


def test_diaries_tell_every_lapse_and_every_beginning(life: Recording) -> None:
    causes = Counter(CAUSES[cause] for cause in life.ledger["cause"])
    stopped = entries(life, "lapsed")

    assert stopped
    assert len(stopped) == sum(causes[cause] for cause in BECAUSE)
    for cause, words in BECAUSE.items():
        assert sum(words in text for text in stopped) == causes[cause]
    assert len(entries(life, "trying")) == causes[CAUSES[BEGAN]] + causes[CAUSES[INDUCTED]]
    assert sum("went with them" in text for text in entries(life, "left")) == causes[CAUSES[LEFT_JOB]]


def test_diaries_tell_everybody_who_joins_and_leaves(life: Recording) -> None:
    left = sum(
        int((life.staff["stage"][month - 1] != NONE).sum())
        - int(((life.staff["stage"][month] != NONE) & (life.staff["tenure"][month] > 0)).sum())
        for month in range(1, life.months + 1)
    )
    joined = int(((life.staff["stage"][1:] != NONE) & (life.staff["tenure"][1:] == 0)).sum())
    there = int((life.staff["stage"][0] != NONE).sum())

    assert left > 0
    assert len(entries(life, "left")) == left
    assert len(entries(life, "joined")) == joined + there


def test_every_cause_of_lapse_has_words() -> None:
    assert set(BECAUSE) == set(CAUSES[LEFT_JOB + 1 : SUPERSEDED])


def test_news_comes_from_colleagues_once_nobody_pushes(scenario: Scenario) -> None:
    month = 18
    quiet = record(scenario.with_event(month, "push_withdrawn"), SEED)
    heard: dict[bool, list[str]] = {True: [], False: []}
    for post in range(quiet.posts):
        for entry in quiet.diary(post):
            if entry.kind == "aware" and entry.text.startswith("Heard"):
                heard[entry.month >= month].append(entry.text)

    assert heard[True]
    assert all("using it that month" in text and "anagement" not in text for text in heard[True])
    assert any("anagement" in text for text in heard[False])


def test_who_they_may_have_heard_of_it_from_used_it_and_was_known_to_them(scenario: Scenario) -> None:
    life = record(scenario, SEED)
    tied = {tuple(sorted(pair)) for pair in life.ties.tolist()}
    seen = 0
    for post in range(life.posts):
        for month in range(2, life.months):
            for other, _, trust in life._using_colleagues(post, month):
                seen += 1
                assert tuple(sorted((post, other))) in tied
                assert 0 < trust <= 1
                assert STAGES[life.staff["stage"][month - 1, other]] in {"trying", "routine"} or (
                    life.staff["tenure"][month, other] == 0
                )

    assert seen


def test_colleagues_named_are_those_the_rule_saw_with_the_trust_it_saw(life: Recording, scenario: Scenario) -> None:
    organisation = cz.Organisation(scenario, rng=SEED)
    seen = 0.0
    for month in range(1, 41):
        organisation.step()
        if month % 8:
            continue
        someone = life.staff["stage"][month] != NONE
        for post in np.flatnonzero(someone):
            mine = life.ties[(life.ties == post).any(axis=1) & (life.toward[month] > 0).all(axis=1)]
            ties = int(someone[mine].all(axis=1).sum())
            trusted = sum(trust for *_, trust in life._using_colleagues(int(post), month))

            exposure = organisation.world.practitioners["exposure"][post]
            assert trusted / max(1, ties) == pytest.approx(exposure, abs=1e-5)
            seen += trusted

    assert seen > 0


def test_a_new_innovation_starts_everybody_afresh() -> None:
    waves = load_scenario("classroom").change({"horizon": 30}).with_wave(12, "Second")
    life = record(waves, SEED)

    assert [(e.month, e.text) for e in life.events() if e.kind == "launch"] == [
        (0, "Launch of innovation 1."),
        (12, "Launch of Second."),
    ]
    stayed = (life.staff["stage"][12] != NONE) & (life.staff["stage"][13] != NONE) & (life.staff["tenure"][13] > 0)
    told = [post for post in range(life.posts) if any(e.kind == "launch" and e.month == 13 for e in life.diary(post))]
    assert set(np.flatnonzero(stayed)) <= set(told)
    aside = sum("set aside" in text for text in entries(life, "launch"))
    assert aside == (life.ledger["cause"] == SUPERSEDED).sum()


def test_events_of_the_organisation_are_those_that_were_measured(scenario: Scenario) -> None:
    settled = next(m for m in range(20, 48) if not record(scenario, SEED).acting[m - 1, 0])
    life = record(scenario.with_event(10, "incident").with_event(settled, "leader_leaves"), SEED)
    events = life.events()

    assert [e.month for e in events] == sorted(e.month for e in events)
    assert {e.month for e in events if e.kind == "incident"} == set(np.flatnonzero(life.monthly["incidents"]) + 1)
    assert 10 in {e.month for e in events if e.kind == "incident"}
    assert settled in {e.month for e in events if e.kind == "leaders"}
    (end,) = [e.month for e in events if e.kind == "money"]
    assert end == np.flatnonzero(life.monthly["external_money"])[-1] + 1


def test_a_diary_begins_with_who_is_there_at_launch(life: Recording) -> None:
    for post in range(life.posts):
        now, (first, *_) = life.staff[0, post], life.diary(post)

        assert first.month == 0
        if now["stage"] == NONE:
            assert (first.kind, "Nobody was in this post" in first.text) == ("vacant", True)
        else:
            assert first.kind == "joined"
            assert HOLDERS[now["post"]] in first.text
            assert first.text.endswith(f"there for {_long(now['tenure'])}.")


def test_a_diary_counts_the_months_between_joining_and_leaving(life: Recording) -> None:
    """Of those who joined after launch: tenure is not asked, but counted from one entry to the other."""
    seen = 0
    for post in range(life.posts):
        joined = 0
        for entry in life.diary(post):
            if entry.kind == "left" and joined:
                seen += 1
                assert entry.text.startswith(f"Left after {_long(entry.month - joined)}.")
            joined = entry.month if entry.kind == "joined" else joined

    assert seen > 10
    assert [_long(n) for n in (0, 1, 23, 24, 30)] == ["1 month", "1 month", "23 months", "2 years", "2.5 years"]


def test_a_first_attempt_is_called_so_once_for_each_person_and_innovation(longer: Recording) -> None:
    """Who is inducted has not tried it first themselves; whoever lapsed and tries once more tries it again."""
    tried = Counter[str]()
    for post in range(longer.posts):
        before = False
        for entry in longer.diary(post):
            if entry.kind in {"joined", "launch"}:
                before = False
            elif entry.kind == "trying" and "Inducted" not in entry.text:
                assert ("for the first time" in entry.text) != before
                tried["again" if before else "first"] += 1
            before |= entry.kind == "trying"

    assert tried["first"]
    assert tried["again"]


def test_a_diary_says_what_was_known_in_that_month(longer: Recording) -> None:
    """Strain and cases where the workload was too much; a second wish to try; training only where it was to be had."""
    seen = Counter[str]()
    for post in range(longer.posts):
        for month, kind, text in longer.diary(post):
            now, before = longer.staff[month, post], longer.staff[month - 1, post]
            if "workload" in text:
                assert f"(strain {now['strain']:.0%}, {now['caseload']:.0f} cases)" in text
                seen["overload"] += 1
            elif kind == "lapsed":
                assert "strain" not in text
            elif text.startswith("Wanted"):
                assert text.startswith("Wanted to try it again") == (before["stage"] == STAGES.index("lapsed"))
                seen["again" if "again" in text else "wanted"] += 1
            elif text.startswith("Trained"):
                shown = now["mentors"] > 0 or longer.monthly["codified_memory"][max(month - 2, 0)] > 0
                assert ("course was to be had" in text) == (longer.places[month] == 0)
                assert ("does not say which" in text) == (longer.places[month] > 0 and bool(shown))
                seen["trained"] += 1

    assert seen["trained"]
    assert seen["overload"]
    assert seen["wanted"]
    assert seen["again"]


def test_team_managers_who_leave_are_missed_by_their_own_team(life: Recording) -> None:
    told = {(post, e.month) for post in range(life.posts) for e in life.diary(post) if "manager left" in e.text}
    expected = {
        (post, month)
        for post in range(life.posts)
        for month in range(1, life.months + 1)
        if life.acting[month, life.manager[post]]
        and not life.acting[month - 1, life.manager[post]]
        and life.staff["stage"][month, post] != NONE
    }

    assert told == expected != set()


def test_colleagues_are_named_strongest_tie_first_with_the_team_of_those_elsewhere(life: Recording) -> None:
    elsewhere = 0
    for post in range(life.posts):
        for month in range(2, life.months, 5):
            found = life._using_colleagues(post, month)
            assert [trust for *_, trust in found] == sorted((trust for *_, trust in found), reverse=True)
            for other, where, _ in found:
                assert (where == "") == (life.team[other] == life.team[post])
                elsewhere += where == f" in team {life.team[other] + 1}"
            if found and life.staff["stage"][month, post] != NONE:
                assert f"post {found[0][0] + 1}{found[0][1]} ({found[0][2]:.0%})" in life._heard_from(post, month)

    assert elsewhere


def test_a_dated_incident_or_inspection_is_told_once_and_with_its_result(scenario: Scenario) -> None:
    dated = scenario.with_event(10, "incident").with_event(20, "inspection", result="outstanding")
    dated = dated.with_event(30, "broken_promise")

    told = [(e.month, e.kind) for e in record(dated, SEED).events()]
    texts = [e.text for e in record(dated, SEED).events() if e.month == 20]

    assert Counter(told)[10, "incident"] == 1
    assert "Inspection: outstanding." in texts
    assert (30, "event") in told
    assert not [month for month, kind in told if kind == "event" and month != 30]


def test_a_grant_that_the_funder_stopped_did_not_just_end(life: Recording) -> None:
    (end,) = [e for e in life.events() if e.kind == "money"]
    monthly = life.monthly.copy()
    monthly["stopped_by_funder"][end.month - 1] = 1

    (stopped,) = [e for e in replace(life, monthly=monthly).events() if e.kind == "money"]

    assert end.text == "The grant ended."
    assert stopped.text == "The funder stopped the grant."


@pytest.mark.parametrize("post", [-1, 10_000, True, "3", None, 1.5])
def test_a_post_that_is_not_there_has_no_diary(life: Recording, post: object) -> None:
    with pytest.raises(InputError, match="the post must be"):
        life.diary(post)  # type: ignore[arg-type]


def test_an_organisation_too_large_to_see_is_not_recorded(scenario: Scenario) -> None:
    with pytest.raises(InputError, match=f"at most {MOST_POSTS:,}"):
        record(scenario.change({"organisation.posts": MOST_POSTS + 1}))
    with pytest.raises(InputError, match="seed"):
        record(scenario, -1)


@pytest.mark.parametrize("aspect", [1.5, 0.8])
@pytest.mark.parametrize("sizes", [[7] * 23, [6, 8, 7], [1], [7] * 36])
def test_everybody_has_a_seat_of_their_own_near_their_team(sizes: list[int], aspect: float) -> None:
    team = np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)

    places, middles = seating(team, aspect)

    assert ((places >= 0) & (places <= (aspect, 1))).all()
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    assert (apart[~np.eye(len(team), dtype=bool)] > 0.01).all()
    nearest = np.hypot(*(places[:, None] - middles[None]).transpose(2, 0, 1)).argmin(axis=1)
    assert (nearest == team).all()
