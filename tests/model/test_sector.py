"""A sector: alone to the bit without links, known answers with one link at a time, and the same however it is run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from conducive.model.organisation import Organisation
from conducive.model.sector import directors, people, word
from conducive.model.sector.ground import Together, new_sector
from conducive.model.sector.measures import evenness
from conducive.model.sector.sector import Sector
from conducive.model.sector.state import NOTHING
from conducive.scenarios.links import LINKS, link_inputs
from conducive.scenarios.programme import Programme, load_programme

SMALL = {"organisation.posts": 16, "organisation.families": 32, "warm_up": 6, "horizon": 48}
EVERY = {link.name: False for link in LINKS}
ONE = [{"name": "the one", "claim": 0.5}]
NEUTRAL = {f"{name}_weight": 0.0 for name in ("success", "need", "leader", "cost", "packaged", "failed")}


def asked(*on: str, authorities: Any = 6, inputs: Mapping[str, Any] | None = None, **tables: Any) -> Programme:
    """Return a small programme with only some links on."""
    links = EVERY | dict.fromkeys(on, True)
    return load_programme({"authorities": authorities, "set": SMALL | dict(inputs or {}), "links": links, **tables})


def everything(**tables: Any) -> Programme:
    """Return a small programme with every link on and a round of grants."""
    funding = {"budget": 6e5, "length": 24, "learning_network": 2e4, "coaches": 2e4, "support_years": 4, "match": 0.2}
    return asked(
        *EVERY,
        **{"authorities": 12, "funding": funding, "round": [{"month": 3, "grants": 3}, {"month": 24, "grants": 2}],
           "criteria": {"need": 0.2, "readiness": 0.2, "speed": 0.2, "evidence": 0.2, "equity": 0.2},
           "choice": {"openings": 0.5, "contact": 1.5, "settle": 12}, **tables},
    )  # fmt: skip


def lived(programme: Programme, seed: int = 0, threads: int = 1) -> Together:
    together = new_sector(programme, seed, threads=threads)
    together.live(10_000)
    return together


def same(one: Any, other: Any) -> bool:
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in one.dtype.names)


# ---- Alone ---------------------------------------------------------------------------------------------------------


def test_with_every_link_off_each_authority_is_to_the_bit_the_run_it_is_alone() -> None:
    programme = asked(authorities=["Leeds", "Camden", "Rutland"], inputs={"horizon": 24})
    model = Sector(programme, rng=3)
    model.run_for(24)

    for name, world in zip(model.names, model.together.worlds, strict=True):
        scenario, seed = model.alone(name)
        by_itself = Organisation(scenario, rng=seed)
        by_itself.run_for(24)
        assert same(np.asarray(world.monthly), np.asarray(by_itself.world.monthly))
        assert same(np.asarray(world.practitioners), np.asarray(by_itself.world.practitioners))
        assert same(np.asarray(world.ledger), np.asarray(by_itself.world.ledger))


def test_without_links_an_authority_is_the_same_whoever_else_is_there() -> None:
    few = lived(asked(authorities=["Leeds", "Kent"]))
    more = lived(asked(authorities=["Bury", "Kent", "Leeds", "York"]))

    assert same(np.asarray(few.worlds[1].monthly), np.asarray(more.worlds[2].monthly))


# ---- The same however it is run ------------------------------------------------------------------------------------


def test_the_order_in_which_authorities_are_asked_for_decides_nothing() -> None:
    names = ["Leeds", "Camden", "Bury", "York"]
    one, other = (lived(asked("people", "directors", "word", "weather", "choice", authorities=each))
                  for each in (names, names[::-1]))  # fmt: skip

    assert same(np.asarray(one.table), np.asarray(other.table))


def test_threads_that_share_authorities_decide_nothing() -> None:
    from concurrent.futures import ThreadPoolExecutor

    one, three = lived(everything()), new_sector(everything(), 0, threads=3)
    with ThreadPoolExecutor(3) as pool:
        three.live(10_000, pool)

    assert same(np.asarray(one.table), np.asarray(three.table))
    assert same(np.asarray(one.worlds[5].monthly), np.asarray(three.worlds[5].monthly))


# ---- Contact only: Bass --------------------------------------------------------------------------------------------


def bass(t: float, p: float = 0.03, q: float = 0.38) -> float:
    fallen = math.exp(-(p + q) * t)
    return (1.0 - fallen) / (1.0 + q / p * fallen)


def chain(authorities: int, months: int, runs: int, p: float = 0.03, q: float = 0.38) -> np.ndarray:
    """Mean share of takers by month of the finite process itself, in monthly steps."""
    rng, taken = np.random.default_rng(1), np.zeros(runs, np.int64)
    shares = np.zeros(months)
    for month in range(months):
        rate = (p + q * taken / (authorities - 1)) / 12
        taken += rng.binomial(authorities - taken, 1 - np.exp(-rate))
        shares[month] = taken.mean() / authorities
    return shares


def test_contact_alone_is_a_bass_process_with_its_finite_shortfall() -> None:
    authorities, months, runs = 150, 120, 12
    programme = asked(
        "choice", authorities=authorities, vary=False,
        inputs={"organisation.posts": 1, "organisation.families": 1, "warm_up": 0, "horizon": months},
        innovation=ONE, choice=NEUTRAL | {"settle": 240}, word={"gravity": 0.0, "likeness": 0.0},
    )  # fmt: skip

    found = np.array([np.asarray(lived(programme, seed).running[:, 0]) for seed in range(runs)])
    # What is decided in a month is launched in the next.
    expected, error = np.concatenate([[0.0], chain(authorities, months - 1, 4000)]), found.std(0) / math.sqrt(runs)

    for month in (36, 60, 84, 119):
        assert found[:, month].mean() == pytest.approx(expected[month], abs=3.5 * error[month])
    assert expected[119] < bass(119 / 12)
    assert found[:, 119].mean() == pytest.approx(bass(119 / 12), abs=0.05)


# ---- People only ---------------------------------------------------------------------------------------------------


def test_movers_are_conserved_and_so_is_what_they_know() -> None:
    programme = asked("people", inputs={"mechanisms.memory": False, "implementation_process.implementation_staff": 0,
                                        "knowledge_and_skills.induction": 0}, people={"wait": 24})  # fmt: skip
    together = new_sector(programme, 0)
    together.live(10)
    for world in together.worlds:
        world.practitioners["skill"] = 0.5
    before = together.between.authorities.copy()
    pool = int(together.between.national[0].movers)
    assert (together.between.movers.innovation[:pool] == 0).all()
    carried = (together.between.movers.skill + together.between.movers.habit)[:pool].sum()
    together.live(8)

    table, pool = together.between.authorities, int(together.between.national[0].movers)
    left = table.knowledge_out.sum() - before["knowledge_out"].sum()
    arrived = table.knowledge_in.sum() - before["knowledge_in"].sum()
    still = (together.between.movers.skill + together.between.movers.habit)[:pool].sum()
    assert table.moved_out.sum() == table.moved_in.sum() + table.left_sector.sum() + pool
    assert table.left_sector.sum() == 0
    assert left > 1.0
    assert carried + left == pytest.approx(arrived + still)


def test_headcount_is_untouched_by_who_the_new_starters_are() -> None:
    linked, apart = lived(asked("people")), lived(asked())
    months = SMALL["horizon"]

    first = [np.asarray(each.worlds[0].monthly["filled_posts"])[:3] for each in (linked, apart)]
    assert (first[0] == first[1]).all()
    for world in linked.worlds:
        staff = world.practitioners
        assert world.monthly["filled_posts"][months - 1] == (staff["stage"] >= 0).sum()


def test_those_who_find_no_post_in_time_have_left_the_sector() -> None:
    together = lived(asked("people", people={"wait": 0}))
    table = together.between.authorities

    assert table.left_sector.sum() > 0
    assert together.between.national[0].movers == 0
    assert table.moved_out.sum() == table.moved_in.sum() + table.left_sector.sum()


def shares_of_moves(gravity: float) -> np.ndarray:
    """Share of moves from the first of four places that goes to each, over an even spread of draws."""
    together = new_sector(asked("people", authorities=4, people={"gravity": gravity, "attraction": 0.0}), 0)
    between, mover = together.between, together.between.movers[0]
    between.steps[:] = [[0, 0, 1, 2], [0, 0, 1, 2], [1, 1, 0, 1], [2, 2, 1, 0]]
    between.openings[:] = 5
    mover.origin = 0
    found = np.zeros(4)
    for u in (np.arange(3000) + 0.5) / 3000:
        mover.u = u
        found[people.destination(between, mover, 0)] += 1 / 3000
    return found


def test_a_gravity_of_nought_sends_movers_evenly() -> None:
    assert shares_of_moves(0.0) == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3], abs=1e-3)


def test_gravity_sends_movers_nearer_by_its_closed_form() -> None:
    weights = np.exp([-0.0, -1.5, -3.0])

    assert shares_of_moves(1.5)[1:] == pytest.approx(weights / weights.sum(), abs=1e-3)


def test_a_user_who_moves_arrives_trained_and_one_who_lapsed_arrives_aware() -> None:
    unaware, aware, trained, routine, lapsed = 0, 1, 3, 5, 6

    assert people.stage_on_arrival(unaware, routine) == trained
    assert people.stage_on_arrival(routine, aware) == routine
    assert people.stage_on_arrival(unaware, lapsed) == aware


# ---- Directors -----------------------------------------------------------------------------------------------------


def test_a_director_who_moves_brings_style_and_what_they_think_works() -> None:
    together = new_sector(asked("directors", "choice", authorities=3), 0)
    between, world = together.between, together.worlds[0]
    between.away[0].origin, between.away[0].support, between.away[0].openness = 2, 0.91, 0.13
    between.away_views[0, :] = 0.77
    between.national.directors = 1

    directors.appoint(between, world, world.timeline[0], 0, 1)

    assert (between.stance[0] == 0.77).all()
    assert (world.leaders[0].support, world.leaders[0].openness) == (0.91, 0.13)
    assert between.national[0].directors == 0
    assert between.authorities[0].directors_in == 1


def test_where_nobody_looks_for_a_post_a_director_thinks_what_the_place_thinks() -> None:
    together = new_sector(asked("directors", "choice", authorities=3), 0)
    together.between.belief[0, :] = 0.21
    world = together.worlds[0]

    directors.appoint(together.between, world, world.timeline[0], 0, 1)

    assert (together.between.stance[0] == 0.21).all()


def test_directors_of_the_sector_move_as_often_as_is_asked() -> None:
    inputs = {"leadership.leader_tenure": 8, "horizon": 90}
    none, all_of_them = (lived(asked("directors", authorities=12, inputs=inputs, directors={"moves": share}))
                         for share in (0.0, 1.0))  # fmt: skip

    assert none.table["directors_moved"][-1] == 0
    assert all_of_them.table["directors_moved"][-1] > 20


# ---- Word only -----------------------------------------------------------------------------------------------------


def gap(*on: str) -> float:
    """Difference of what two identical authorities, that start from opposite opinions, think after four years."""
    soon = NEUTRAL | {"openings": 12.0, "settle": 240, "restless": 0.0}
    together = new_sector(asked(*on, authorities=2, vary=False, innovation=ONE, choice=soon), 0)
    together.between.belief[:] = np.array([[0.9], [0.1]])
    together.live(10_000)
    return float(abs(together.between.belief[0, 0] - together.between.belief[1, 0]))


def test_two_identical_authorities_with_word_between_them_converge_and_without_it_do_not() -> None:
    assert gap("choice") == pytest.approx(0.8)
    assert gap("choice", "word") < 0.2


def test_written_memory_evens_out_where_a_network_is_paid_for_and_not_otherwise() -> None:
    def spread(network: float) -> float:
        money = {"budget": 1e7, "learning_network": network, "support_years": 10}
        together = new_sector(asked("word", authorities=2, vary=False, funding=money), 0)
        together.live(12)
        for world, memory in zip(together.worlds, (0.8, 0.0), strict=True):
            world.organisation["codified_memory"] = memory
        together.live(30)
        one, other = (float(world.organisation["codified_memory"][0]) for world in together.worlds)
        return abs(one - other)

    assert spread(1e6) < 0.6 * spread(0.0)


def test_a_network_at_its_price_reaches_two_thirds_and_competition_closes_doors() -> None:
    assert word.network_reach(25_000.0 * 7, 7.0, 25_000.0) == pytest.approx(1 - math.exp(-1))
    assert word.candour(1.0, 0.5, 0.0) == pytest.approx(0.5)
    assert word.candour(1.0, 0.5, 1.0) == pytest.approx(1.0)


def test_a_failure_is_remembered_where_it_may_be_told_and_tried_again_where_it_is_buried() -> None:
    def tried_again(published: float) -> float:
        bad = [{"name": "bad", "claim": 0.7, "potential": 0.05}, {"name": "good", "claim": 0.5, "potential": 0.8}]
        programme = everything(
            funding={"budget": 3e6, "length": 12, "publish_failures": published},
            round=[{"month": m, "grants": 8} for m in (1, 14, 27, 40)], innovation=bad,
            set=SMALL | {"learning_and_evaluation.failure_tolerance": 0.0},
        )  # fmt: skip
        return float(sum(lived(programme, seed).table["tried_again"][-1] for seed in range(3)))

    assert tried_again(1.0) < tried_again(0.0)


# ---- Shared weather ------------------------------------------------------------------------------------------------


def test_weather_that_is_wholly_shared_is_the_same_everywhere_and_else_is_not() -> None:
    def spread(share: float) -> float:
        together = lived(asked("weather", inputs={"horizon": 90}, weather={"demand": share}))
        return float(np.std([world.organisation["demand"][0] for world in together.worlds]))

    assert spread(1.0) < 0.02
    assert spread(0.0) > 0.3


def test_a_national_case_raises_hostility_everywhere() -> None:
    frequent = {"national_case": 1.0, "hostility": 0.8}
    together = lived(asked("weather", inputs={"public_perceptions.incident_rate": 50}, weather=frequent))
    hostility = [world.timeline["media_hostility"][-1] for world in together.worlds]

    assert together.table["hostility"][-1] > 0.5
    assert min(hostility) > 0.7


# ---- Choice and funders --------------------------------------------------------------------------------------------


def test_money_given_is_the_budget_and_one_authority_has_one_grant_in_a_round() -> None:
    together = lived(everything())
    table = together.between.authorities

    assert table.awarded.sum() == pytest.approx(6e5 - 4 * 4e4)
    assert table.grants_so_far.sum() == 5
    assert table.grants_so_far.max() <= 2
    assert table.matched.sum() == pytest.approx(0.2 * table.awarded.sum())
    assert (together.table["bids"] >= together.table["grants"]).all()


def test_pounds_in_are_pounds_out_in_every_authority() -> None:
    together = lived(everything())

    for world, here in zip(together.worlds, together.between.authorities, strict=True):
        months = world.monthly
        given = months["external_money"].sum() + here.supported + months["council_money"].sum()
        gone = months["spend"].sum() + months["diverted"].sum() + months["returned"].sum() + months["balance"][-1]
        assert given == pytest.approx(gone)


def test_a_region_that_is_not_eligible_gets_nothing() -> None:
    programme = everything(eligible={"regions": ["Region 1", "Region 2", "Region 3"]})
    together = lived(programme)
    regions = np.array([place.region for place in programme.places])
    outside = ~np.isin(regions, ["Region 1", "Region 2", "Region 3"])

    assert together.between.authorities.awarded[outside].sum() == 0
    assert together.between.authorities.awarded[~outside].sum() > 0


def test_nothing_is_run_where_nobody_finds_seeks_or_funds_it() -> None:
    together = lived(asked("choice", choice={"openings": 0.0}))

    assert (together.between.authorities.innovation == NOTHING).all()
    assert together.table["use"].sum() == 0


def test_evenness_is_one_where_all_regions_have_the_same_and_falls_where_one_has_all() -> None:
    posts = np.array([10.0, 10.0])

    assert evenness(np.array([3.0, 3.0]), posts) == pytest.approx(1.0)
    assert evenness(np.array([6.0, 0.0]), posts) == pytest.approx(0.5)


# ---- Every link and every number acts ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def usual() -> Together:
    return lived(everything())


def differs(one: Together, other: Together) -> bool:
    tables = [(np.asarray(a.monthly), np.asarray(b.monthly)) for a, b in zip(one.worlds, other.worlds, strict=True)]
    return not all(same(a, b) for a, b in (*tables, (np.asarray(one.table), np.asarray(other.table))))


@pytest.mark.parametrize("link", [link.name for link in LINKS])
def test_every_link_acts(link: str, usual: Together) -> None:
    off = {link: False} if link != "choice" else {"choice": False, "funders": False}

    assert differs(lived(everything(links=off)), usual)


@pytest.mark.parametrize("address", list(link_inputs()))
def test_every_number_of_a_link_acts(address: str, usual: Together) -> None:
    declared = link_inputs()[address]
    group, _, name = address.partition(".")
    busy = {"weather": {"national_case": 0.9}} if "hostility" in name or name == "national_case" else {}
    tables = {"choice": {"openings": 0.5, "contact": 1.5, "settle": 12}, **busy}
    tables |= {"directors": {"moves": 1}} if group == "directors" and name != "moves" else {}
    more = (name.endswith("weight") and name != "failed_weight") or name in {"restless", "gravity", "likeness", "say"}
    value = declared.maximum if more else declared.minimum
    many: dict[str, Any]
    changed = {**tables, group: {**tables.get(group, {}), name: value}}

    many = {"set": SMALL | {"public_perceptions.incident_rate": 100, "leadership.leader_tenure": 6}}
    if name == "likeness":  # invented authorities have no statistical neighbours
        many["authorities"] = ["Leeds", "Bury", "Kent", "Sheffield", "Bolton", "Essex"]
        many["set"]["horizon"] = 30
    # A number that only decides now and then is looked for in a few lives.
    one, other = everything(**tables, **many), everything(**changed, **many)
    assert any(differs(lived(other, seed), lived(one, seed)) for seed in range(6))
