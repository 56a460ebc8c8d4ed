"""A comparison at a glance and while it grows; sweeps that fill in; curves of rules."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from conducive.experiments.comparison import compare
from conducive.experiments.curves import processes, rule_curves
from conducive.experiments.filling import SHOWN, filling, is_line, line_figure, picture_data, sweep_plan
from conducive.experiments.glance import HEADLINES, STEPS, glance, growing, marks
from conducive.experiments.intervals import FEWEST_IN_A_SET
from conducive.experiments.words import percent
from conducive.experiments.zone import zone_map
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


def test_a_glance_says_the_numbers_of_the_comparison_and_json_can_hold_it() -> None:
    comparison = compare(SMALL, LONGER, 12)
    found = json.loads(json.dumps(glance(comparison), allow_nan=False))

    assert found["pairs"] == 12
    assert found["months"] == len(found["use"][0]["mean"]) == 30
    mean = comparison.alternative.values("use_at_fidelity")[:, -1].mean()
    assert found["use"][1]["mean"][-1] == pytest.approx(mean, abs=1e-4)
    assert found["headlines"][0]["b"] == percent(float(mean))
    assert [one["name"] for one in found["headlines"]] == [one.indicator for one in HEADLINES]
    assert found["money"] == [[[0, 24]], [[0, 30]]]
    for low, middle, high in zip(*(found["gap"][key] for key in ("low", "mean", "high")), strict=True):
        assert low <= middle <= high


def test_a_glance_at_one_pair_claims_no_interval() -> None:
    found = glance(compare(SMALL, LONGER, 1))

    assert all(one["between"] == "" and not one["clear"] for one in found["headlines"])


def test_what_happens_is_marked_with_where_it_happens() -> None:
    base = SMALL.with_event(5, "incident").with_event(40 - 12, "broken_promise")
    other = SMALL.with_event(5, "incident").with_event(7, "leader_leaves").with_wave(9, "second")

    found = {(one["month"], one["arm"]): one["label"] for one in marks(base, other, 20)}

    assert found[5, "AB"] == "incident"
    assert found[7, "B"].startswith("leader leaves")
    assert "second" in found[9, "B"]
    assert (28, "A") not in found


def test_a_map_that_fills_in_ends_as_the_map() -> None:
    plan = sweep_plan(SMALL, "finance", "culture", 6, steps=3)
    seen = [int(zone.done.sum()) for zone in filling(plan)]
    *_, last = filling(plan)

    whole = zone_map(SMALL, "finance", "culture", 6, steps=3)

    assert seen == list(range(1, 10))
    assert np.array_equal(last.values, whole.values, equal_nan=True)


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
        assert line_figure(zone, one.column).axes[0].get_ylabel() == one.label


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
        assert curves or processes(one), one.address
        assert all(math.isfinite(y) for curve in curves for y in curve.y)
