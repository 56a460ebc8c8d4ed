"""The command line, put together: `conducive`, or `python -m conducive`.

Commands come from `experiments`; the dashboard, which may import these and not the other way round, is added here.
"""

from conducive.dashboards.command import dashboard
from conducive.experiments import cli

cli.app.command()(dashboard)


def main() -> None:
    """Run the command line."""
    cli.main()


if __name__ == "__main__":
    main()
