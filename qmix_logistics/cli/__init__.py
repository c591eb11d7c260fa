"""The command line: data on standard output, everything else on standard error."""

from qmix_logistics.cli.app import app
from qmix_logistics.cli.program import main

__all__ = ["app", "main"]
