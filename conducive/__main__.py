"""`python -m conducive` is the command line."""

from conducive.experiments.cli import main

main()
