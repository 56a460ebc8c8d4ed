"""What is asked as Python and as a command that give the same numbers, and the files which that command needs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from conducive.dashboards.asking.asked import LETTERS, Asked, Choosing, Pulling, Swept
from conducive.dashboards.asking.documents import document, in_library, scenario_file
from conducive.experiments.lives.text import name_of
from conducive.scenarios.scenario import Scenario


def python(asked: Asked) -> str:
    """Return Python that makes the same comparison, with the same numbers."""
    base = made(asked.base)
    alternative = made(asked.alternative)
    if alternative.startswith(base):
        alternative = f"base{alternative.removeprefix(base)}"
    return (
        f"{_imports(base + alternative)}\n"
        f"base = {base}\n"
        f"alternative = {alternative}\n"
        f"comparison = cz.compare(base, alternative, replicates={asked.replicates}, seed={asked.seed})\n"
        "print(comparison.text())\n"
    )


def made(scenario: Scenario) -> str:
    """Return an expression for a scenario: by its name in the library where it comes from there, else in full."""
    held = document(scenario)
    from_library = in_library(scenario)
    if from_library is None:
        return f"cz.load_scenario({literal(held)})"
    text = f'cz.load_scenario("{scenario.name}")'
    if scenario.title != from_library.title:
        text = f"replace({text}, title={literal(scenario.title)})"
    if "authority" in held:
        text += f".at({literal(held['authority'])}, {held['year']})"
    changed = {a: v for a, v in held.get("set", {}).items() if from_library.values.get(a) != scenario.values[a]}
    if changed:
        text += f".change({literal(changed)})"
    for event in held.get("event", [])[len(from_library.events) :]:
        details = {key: value for key, value in event.items() if key not in {"month", "name", "set"}}
        what = literal(event.get("name", event.get("set")))
        more = "".join(f", {key}={literal(value)}" for key, value in details.items())
        text += f".with_event({event['month']}, {what}{more})"
    return text


def _imports(code: str) -> str:
    """Return the imports that code needs."""
    return f"{'from dataclasses import replace\n\n' if 'replace(cz.' in code else ''}import conducive as cz\n"


def literal(value: object, indent: str = "") -> str:
    """Return a value as Python; long ones over several lines."""
    plain = _quoted(value) if isinstance(value, str) else repr(value)
    if isinstance(value, dict):
        parts = [f"{_quoted(str(key))}: {literal(inner, indent + '    ')}" for key, inner in value.items()]
    elif isinstance(value, list):
        parts = [literal(inner, indent + "    ") for inner in value]
    else:
        return plain
    start, end = "{}" if isinstance(value, dict) else "[]"
    flat = f"{start}{', '.join(parts)}{end}"
    if len(flat) < 90 - len(indent) and "\n" not in flat:
        return flat
    inner = "".join(f"{indent}    {part},\n" for part in parts)
    return f"{start}\n{inner}{indent}{end}"


def _quoted(text: str) -> str:
    """Return a text as Python: as it is in any script, and what cannot be printed by its code."""
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else repr(text)


def command(asked: Asked) -> str:
    """Return the command that makes the same comparison: of library scenarios by name, else of the two files."""
    names = [named(asked.base, "a.toml"), named(asked.alternative, "b.toml")]
    return f"conducive compare {' '.join(names)} --replicates {asked.replicates} --seed {asked.seed}"


def named(scenario: Scenario, file: str) -> str:
    """Return what names a scenario on the command line: its name where it is as in the library, else a file."""
    found = in_library(scenario)
    return scenario.name if found == scenario and not scenario.place else file


def sweep_python(swept: Swept) -> str:
    """Return Python that makes the same sweep, with the same numbers."""
    options = f"replicates={swept.replicates}, seed={swept.seed}, steps={swept.steps}"
    axes = ", ".join(literal(axis) for axis in (swept.x, swept.y) if axis)
    asked = f"scenario, {axes},\n    {options},\n"
    more, asking = "", f"zone = cz.zone_map(\n    {asked})\n"
    if not swept.y:
        more = "from conducive.experiments.search.zone.filling import filling, sweep_plan\n"
        asking = f"plan = sweep_plan(\n    {asked})\n*_, zone = filling(plan)\n"
    scenario = made(swept.scenario)
    return f"{_imports(scenario)}{more}\nscenario = {scenario}\n{asking}print(zone.table)\n"


def sweep_command(swept: Swept) -> str:
    """Return the command that makes the same sweep: a map as it is, a line as runs, from the file of `sweep_file`."""
    if not swept.y:
        return "conducive sweep sweep.toml"
    axes = f"--x {shlex.quote(swept.x)} --y {shlex.quote(swept.y)} --steps {swept.steps}"
    name = named(swept.scenario, "scenario.toml")
    return f"conducive zone {name} {axes} --replicates {swept.replicates} --seed {swept.seed}"


def sweep_file(swept: Swept, axes: Mapping[str, Sequence[float]]) -> str:
    """Return a file that asks `conducive sweep` for the runs of a sweep; `axes` are the values of each, by name."""
    import tomli_w

    return tomli_w.dumps(
        {
            "scenario": named(swept.scenario, "scenario.toml"),
            "design": "grid",
            "plausible": True,
            "replicates": swept.replicates,
            "seed": swept.seed,
            "factors": {name: list(values) for name, values in axes.items()},
        }
    )


def levers_python(asked: Pulling) -> str:
    """Return Python that makes the same ranking, with the same numbers."""
    scenario = made(asked.scenario)
    return (
        f"{_imports(scenario)}\nscenario = {scenario}\n"
        f"levers = cz.levers(scenario, {', '.join(f'{name}={value!r}' for name, value in _more(asked).items())})\n"
        "print(levers.text())\n"
    )


def levers_command(asked: Pulling) -> str:
    """Return the command that makes the same ranking."""
    said = []
    for name, value in _more(asked).items():
        said += [f"--{name}"] if value is True else [f"--{name}", f"{value}"]
    return shlex.join(["conducive", "levers", named(asked.scenario, "scenario.toml"), *said])


def _more(asked: Pulling) -> dict[str, Any]:
    """Return what is asked besides the scenario, as arguments."""
    budget = {} if asked.budget is None else {"budget": asked.budget}
    return {**({"pairs": True} if asked.pairs else {}), **budget, "runs": asked.runs, "seed": asked.seed}


def options_python(asked: Choosing) -> str:
    """Return Python that makes the same comparison of options, with the same numbers."""
    each = ((literal(name), made(s)) for name, s in zip(asked.names, asked.scenarios, strict=True))
    lines = "".join(f"    {name}: {_indented(code)},\n" for name, code in each)
    return (
        f"{_imports(lines)}\nscenarios = {{\n{lines}}}\n"
        f"options = cz.options(scenarios, replicates={asked.replicates}, seed={asked.seed})\nprint(options.text())\n"
    )


def _indented(code: str) -> str:
    return code.replace("\n", "\n    ")


def options_command(asked: Choosing) -> str:
    """Return the command that makes the same comparison: of library scenarios by name, else of the files below."""
    more = ["--replicates", str(asked.replicates), "--seed", str(asked.seed)]
    return shlex.join(["conducive", "options", *_told(asked), *more])


def options_files(asked: Choosing) -> Mapping[str, str]:
    """Return files of the options that the command needs, by name: each has what it is called as its title."""
    return {
        file: scenario_file(replace(scenario, title=name))
        for file, name, scenario in zip(_told(asked), asked.names, asked.scenarios, strict=True)
        if file.endswith(".toml")
    }


def _told(asked: Choosing) -> list[str]:
    """Return what names each option on the command line: itself where it is called as in the library, else a file."""
    return [
        named(scenario, f"{letter}.toml") if name_of(scenario) == name else f"{letter}.toml"
        for letter, name, scenario in zip(LETTERS, asked.names, asked.scenarios, strict=False)
    ]
