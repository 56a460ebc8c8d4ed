"""The organisation in Mesa's own live view."""

from __future__ import annotations

import ipyvuetify
import solara
from mesa.visualization import SolaraViz, make_plot_component

import conducive as cz


def test_mesas_live_view_shows_and_steps_an_organisation() -> None:
    organisation = cz.Organisation("classroom", rng=0, horizon=12)
    lever = {"type": "SliderInt", "value": 24, "label": "Funding term", "min": 12, "max": 72, "step": 12}

    @solara.component
    def Page() -> None:  # noqa: N802
        with solara.AppLayout():
            SolaraViz(
                organisation,
                components=[make_plot_component("use")],
                model_params={"finance.funding_term": lever},
                name="Organisation",
            )

    _, rendered = solara.render(Page(), handle_error=False)
    step = next(b for b in rendered.find(ipyvuetify.Btn).widgets if "Step" in str(b.children))
    step.click()

    assert organisation.time == 1
