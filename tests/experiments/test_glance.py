"""A comparison at a glance and while it grows; sweeps that fill in; curves of rules."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from matplotlib.path import Path as MplPath

from conducive.agents import funder
from conducive.experiments.compare.answer import headline, sureness
from conducive.experiments.compare.brief import alternative_text, states_in_words
from conducive.experiments.compare.comparison import compare
from conducive.experiments.compare.glance import HEADLINES, STEPS, _headline, glance, growing, marks
from conducive.experiments.compare.names import names
from conducive.experiments.compare.text import causes_in_words, compared_causes, cost_in_words, sustained_in_words
from conducive.experiments.lives.intervals import FEWEST_IN_A_SET
from conducive.experiments.lives.readings import SHOWN
from conducive.experiments.lives.text import NOT_A_FORECAST, caution, sets_in_words
from conducive.experiments.pages import explain, reading
from conducive.experiments.pages.curves import read_by, rule_curves
from conducive.experiments.search.zone.filling import filling, is_line, line_figure, picture_data, sweep_plan
from conducive.experiments.search.zone.map import ZoneMap
from conducive.experiments.search.zone.plan import zone_map
from conducive.experiments.words import percent, points, pounds, signed
from conducive.scenarios.conditions import inputs
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import declared

SMALL = load_scenario("classroom").change({"horizon": 30, "warm_up": 0, "organisation.posts": 12})
LONGER = SMALL.change({"finance.funding_term": 30})


def test_each_step_of_a_growing_comparison_is_what_compare_gives() -> None:
    for found in growing(SMALL, LONGER, 3, steps=(8, 20)):
        whole = compare(SMALL, LONGER, found.pairs, 3)
        assert found.differences.equals(whole.differences)
        assert found.causes.equals(whole.causes)


def test_steps_fill_plausible_sets_evenly_so_that_none_is_lived_again() -> None:
    assert all(step % FEWEST_IN_A_SET == 0 for step in STEPS)
    done: list[int] = []
    *_, last = growing(SMALL, LONGER, steps=(8, 16), progress=done.append)

    again = list(growing(SMALL, LONGER, steps=(8, 16), earlier=(last.base, last.alternative)))

    assert [life for life in again[1].base.lives if life not in last.base.lives] == []
    assert again[0].pairs == 8
    assert sum(done) == 2 * (8 + 16)


def test_a_glance_says_the_numbers_of_the_comparison_and_json_can_hold_it() -> None:
    comparison = compare(SMALL, LONGER, 12)
    found = json.loads(json.dumps(glance(comparison), allow_nan=False))

    assert found["pairs"] == 12
    assert found["months"] == len(found["use"][0]["mean"]) == 30
    use = comparison.alternative.values("use_at_fidelity")
    assert found["use"][1]["mean"][-1] == pytest.approx(use[:, -1].mean(), abs=1e-4)
    assert found["headlines"][0]["b"] == percent(float(use.mean()))
    assert [one["name"] for one in found["headlines"]] == [one.indicator for one in HEADLINES]
    assert found["money"] == [[[0, 24]], [[0, 30]]]
    for low, middle, high in zip(*(found["gap"][key] for key in ("low", "mean", "high")), strict=True):
        assert low <= middle <= high


def test_a_glance_at_one_pair_claims_no_interval() -> None:
    found = glance(compare(SMALL, LONGER, 1))

    assert all(one["between"] == "" and not one["clear"] for one in found["headlines"])
    for line in (*found["use"], found["gap"]):
        assert line["low"] == line["mean"] == line["high"]


def test_what_happens_is_marked_with_where_it_happens() -> None:
    base = SMALL.with_event(5, "incident").with_event(40 - 12, "broken_promise")
    other = SMALL.with_event(5, "incident").with_event(7, "leader_leaves").with_wave(9, "second")

    found = {(one["month"], one["arm"]): one["label"] for one in marks(base, other, 20)}

    assert [month for month, _ in found] == [5, 7, 9]
    assert marks(base, base, 28)[-1]["month"] == 28
    assert found[5, "AB"] == "incident"
    assert marks(base.with_event(5, "incident"), other, 20)[0]["arm"] == "AB"
    assert found[7, "B"].startswith("leader leaves")
    assert "second" in found[9, "B"]
    assert (28, "A") not in found
    assert marks(SMALL.with_wave(3), SMALL, 20) == [{"month": 3, "label": "launch of innovation 2", "arm": "A"}]


def test_a_map_that_fills_in_ends_as_the_map() -> None:
    plan = sweep_plan(SMALL, "finance", "culture", 6, steps=3)
    seen = [int(zone.done.sum()) for zone in filling(plan)]
    *_, last = filling(plan)

    whole = zone_map(SMALL, "finance", "culture", 6, steps=3)

    assert seen == list(range(1, 10))
    assert np.array_equal(last.values, whole.values, equal_nan=True)


def test_points_of_an_earlier_map_are_not_run_again() -> None:
    plan = sweep_plan(SMALL, "finance", "culture", 4, steps=3)
    maps = list(filling(plan))
    done: list[int] = []

    again = list(filling(plan, progress=done.append, earlier=maps[5]))

    assert sum(done) == 3 * 4
    assert [int(zone.done.sum()) for zone in again] == [7, 8, 9]
    assert np.array_equal(again[-1].values, maps[-1].values, equal_nan=True)
    assert maps[5].done.sum() == 6
    assert list(filling(plan, earlier=maps[-1])) == []


def test_a_map_shows_where_its_edge_is_not_clear() -> None:
    plan = sweep_plan(SMALL, "finance", "culture", 8, steps=5)
    values = plan.empty()
    values[:] = 0.0
    luck = np.linspace(-0.4, 0.4, 8)
    values[..., 0] = np.linspace(0, 2, 5)[None, :, None] + luck
    zone = ZoneMap(plan, values)
    data = json.loads(json.dumps(picture_data(zone), allow_nan=False))
    part = ZoneMap(plan, np.where(np.arange(5)[:, None, None, None] == 4, np.nan, values))

    assert zone.band is not None
    x, y, share = zone.band
    (rings,) = data["unclear"]
    inside = MplPath(np.concatenate(rings)).contains_points(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    sure = (share < 0.025) | (share > 0.975)
    assert 0 < inside.sum() < inside.size
    assert not (inside.reshape(share.shape) & sure).any()
    assert inside.reshape(share.shape)[(share > 0.04) & (share < 0.96)][61:-61].all()
    assert picture_data(part)["unclear"] == []


def test_shares_never_differ_by_more_than_all() -> None:
    comparison = compare(SMALL, LONGER, 8)
    for n, life in enumerate(comparison.alternative.lives):
        life.monthly["use_at_fidelity"], life.monthly["spend"] = float(n < 4), 1e6 * (n < 4)
    for life in comparison.base.lives:
        life.monthly["use_at_fidelity"] = life.monthly["spend"] = 0.0

    use, _, _, spend = (_headline(comparison, asked)["between"] for asked in HEADLINES)

    assert use.endswith("to +100.0")
    assert spend.startswith("-£")


def test_a_line_is_the_edge_of_nothing_but_its_own_values() -> None:
    plan = sweep_plan(SMALL, "finance.funding_term=12:30", "", 4, steps=3)
    *_, zone = filling(plan)
    data = json.loads(json.dumps(picture_data(zone), allow_nan=False))

    assert is_line(plan)
    assert data["line"]
    assert data["contour"] == []
    assert [p["x"] for p in sorted(data["points"], key=lambda p: p["column"])] == [
        "12 months",
        "24 months",
        "30 months",
    ]
    use = compare(SMALL, LONGER, 4).alternative.values("use_at_fidelity")[:, -1].mean()
    assert zone.values[0, 2, :, 3].mean() == pytest.approx(use)
    for one in SHOWN:
        assert line_figure(zone, one).axes[0].get_ylabel() == one.label


@pytest.mark.parametrize(
    ("options", "said"),
    [({"replicates": 1}, "replicates"), ({"replicates": 10_000}, "replicates"), ({"steps": 41}, "number of points")],
)
def test_a_sweep_that_nobody_can_watch_is_refused(options: dict[str, int], said: str) -> None:
    with pytest.raises(InputError, match=said):
        sweep_plan(SMALL, "finance", "culture", **options)  # type: ignore[arg-type]


def test_a_curve_is_the_rule_itself() -> None:
    (curve,) = rule_curves(declared()["finance.mainstreaming"])

    assert curve.rule == "funder.council_share"
    assert (curve.x[0], curve.x[-1]) == (0, 1)
    assert curve.y[0] < curve.y[-1]


def test_every_input_of_a_condition_has_a_curve_or_a_process_that_reads_it() -> None:
    for one in inputs():
        curves = rule_curves(one)
        assert curves or read_by(one), one.address
        assert all(math.isfinite(y) for curve in curves for y in curve.y)


def test_headlines_are_read_as_declared_and_said_with_their_sign() -> None:
    """Use lasts two years after the grant at the earliest, which is beyond these 30 months."""
    comparison = compare(SMALL, LONGER, 12)
    use, sustained, _, spend = glance(comparison)["headlines"]
    back = glance(compare(LONGER, SMALL, 12))["headlines"][3]
    spent = [e.values("spend").sum(axis=1).mean() for e in (comparison.base, comparison.alternative)]

    assert [spend["a"], spend["b"]] == [pounds(float(x)).replace("GBP ", "£") for x in spent]
    assert spend["difference"].startswith("+£")
    assert spend["unit"] == ""
    assert spend["more"]
    assert not back["more"]
    assert back["difference"].lstrip("-\u2212") == spend["difference"].lstrip("+")
    gap = comparison.judge(comparison.difference("use_at_fidelity").mean(axis=1))
    assert use["unit"] == "points"
    assert use["between"] == f"{points(gap.low)} to {points(gap.high)}"
    assert (use["clear"], use["rung"]) == (gap.tells, gap.rung)
    assert (sustained["a"], sustained["difference"], sustained["between"]) == ("cannot be judged", "not known", "")
    assert not sustained["clear"]


def test_causes_and_words_at_a_glance_are_those_of_the_two_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer begin where there is no grant and no push, so that fewer can stop."""
    monkeypatch.setattr("conducive.experiments.compare.glance.pairing_in_words", lambda _: "The same luck saved much.")
    nothing = SMALL.change({"finance.grant": 0.0}).with_event(1, "push_withdrawn")
    comparison = compare(nothing, LONGER, 12)

    found = glance(comparison)

    assert found["names"] == list(names(comparison))
    told = {one["cause"]: one for one in found["causes"]}
    expected = {c.name: c for c in compared_causes(comparison)}
    assert told.keys() == expected.keys()
    for name, cause in expected.items():
        assert (told[name]["a"], told[name]["b"]) == (
            round(float(np.nan_to_num(cause.base)), 1),
            round(cause.alternative, 1),
        )
        assert told[name]["clear"] == (cause.rung == "clearly")
        assert told[name]["difference"] == signed(cause.mean)
        known = not math.isnan(cause.low)
        assert told[name]["between"] == (f"{signed(cause.low)} to {signed(cause.high)}" if known else "")
    assert found["gap"]["mean"] == pytest.approx(comparison.difference("use_at_fidelity").mean(axis=0), abs=1e-4)
    assert found["words"] == {
        "headline": headline(comparison),
        "sureness": sureness(comparison),
        "sustained": sustained_in_words(comparison),
        "causes": causes_in_words(comparison, list(expected.values())),
        "states": states_in_words(comparison),
        "cost": cost_in_words(comparison),
        "sets": sets_in_words(comparison, "pair", nothing, LONGER).strip(),
        "caution": f"{NOT_A_FORECAST} {caution(comparison, 12)}",
        "pairing": "The same luck saved much.",
        "chart": alternative_text(comparison).partition(" Bars below")[0],
    }
    assert min(glance(compare(LONGER, nothing, 12))["gap"]["low"]) < 0


def test_where_nobody_stopped_a_glance_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conducive.experiments.compare.glance.compared_causes", lambda _: [])

    found = glance(compare(SMALL, LONGER, 1))

    assert found["causes"] == []
    assert found["words"]["causes"] == "Nobody began to use it, so nobody stopped."


def test_a_headline_is_the_mean_of_the_runs_in_which_it_can_be_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    nan = math.nan
    values = (np.array([[0.2], [nan]]), np.array([[nan], [0.6]]))
    monkeypatch.setattr("conducive.experiments.compare.glance.both", lambda *_: values)

    found = _headline(compare(SMALL, LONGER, 2, plausible=False), HEADLINES[1])

    assert (found["a"], found["b"], found["difference"], found["unit"]) == ("20.0%", "60.0%", "not known", "")


def test_each_step_of_a_growing_comparison_has_an_executor_of_its_own() -> None:
    seen: list[int] = []

    list(growing(SMALL, LONGER, steps=(4, 8), executor=seen.append))

    assert seen == [0, 1]


def test_money_is_shaded_where_any_run_has_it() -> None:
    """Funders who may renew do so in some runs only."""
    perhaps = SMALL.change({"finance.renewal": 0.5, "finance.funding_term": 12})
    comparison = compare(perhaps, SMALL, 12)
    money = comparison.base.values("external_money") > 0

    (spans, _) = glance(comparison)["money"]

    shaded = np.zeros(30, bool)
    for first, last in spans:
        shaded[first:last] = True
    assert np.array_equal(shaded, money.any(axis=0))
    assert not np.array_equal(shaded, money.all(axis=0))


def test_a_curve_is_drawn_with_all_else_as_usual_from_end_to_end() -> None:
    (curve,) = rule_curves(declared()["finance.mainstreaming"])
    usual = explain.spread("council_share", "budget")[1]

    assert len(curve.x) == len(curve.y) == 41
    assert curve.y == pytest.approx(
        [reading.plain(funder.council_share)(budget=usual, mainstreaming=x) for x in curve.x]
    )
    assert curve.says.startswith("Most of the running cost")


def test_a_curve_says_the_first_paragraph_of_its_rule_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "docstring", lambda _: "Share of `it`\n    that lasts.\n\n    More of it.")

    (curve,) = rule_curves(declared()["finance.mainstreaming"])

    assert curve.says == "Share of it that lasts."


def test_what_reads_an_input_is_named_from_the_code() -> None:
    blame = read_by(declared()["trust_emotions_relationships.blame_culture"])

    assert {"climate.scar_next", "practitioner.personal_cost"} <= set(blame)
    assert len(blame) == len(set(blame))
    for one in inputs():
        houses = {name.partition(".")[0] for name in read_by(one)}
        assert houses
        assert houses <= set(explain.MODULES), one.address
    threshold = read_by(declared()["coefficients.contagion_threshold"])
    assert set(threshold) == {"practitioner.pull", "practitioner.influence"}


def test_no_curve_is_flat() -> None:
    assert all(max(curve.y) > min(curve.y) for one in inputs() for curve in rule_curves(one))
