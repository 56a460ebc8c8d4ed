"""The command line, put together: `conducive`, or `python -m conducive`.

Commands come from `experiments`, those of a sector from a module of their own; the dashboard, which may import these
and not the other way round, is added here.
"""

from conducive.dashboards.server.command import dashboard, lessons
from conducive.experiments.cli import app as cli
from conducive.experiments.cli.programme import programme, programmes

for command in (programme, programmes, dashboard, lessons):
    cli.app.command()(command)


def main() -> None:
    """Run the command line."""
    cli.main()


if __name__ == "__main__":
    main()
