"""What is installed here, and what is not."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

DISTRIBUTION = "qmix-logistics"
_REQUIREMENT = re.compile(r"^([A-Za-z0-9_.-]+)")
_EXTRA = re.compile(r"extra == ['\"]([\w-]+)['\"]")


@dataclass(frozen=True, slots=True)
class Extra:
    """
    An optional part.

    Parameters
    ----------
    packages
        What it needs, by name: version, or None where it is missing.
    install
        The command that installs it.
    """

    packages: Mapping[str, str | None]
    install: str

    @property
    def is_there(self) -> bool:
        """Whether all of it is installed."""
        return all(version is not None for version in self.packages.values())


@dataclass(frozen=True, slots=True)
class Installation:
    """
    What is installed.

    Parameters
    ----------
    version
        Of this package.
    python, executable, machine
        Where it runs.
    num_cores
        Cores that this process may use.
    torch_threads
        Threads of PyTorch in this process; runs and trainings use one in each of theirs.
    has_gpu
        Whether PyTorch sees a GPU; none is used.
    packages
        Packages that it needs, by name: version, or None where it is missing.
    extras
        Optional parts by name.
    """

    version: str
    python: str
    executable: str
    machine: str
    num_cores: int
    torch_threads: int
    has_gpu: bool
    packages: Mapping[str, str | None]
    extras: Mapping[str, Extra]


def installation(num_cores: int) -> Installation:
    """
    Return what is installed.

    Parameters
    ----------
    num_cores
        Cores that this process may use.
    """
    from qmix_logistics.learning.threads import has_gpu, num_threads

    packages: dict[str, str | None] = {}
    extras: dict[str, dict[str, str | None]] = {}
    for requirement in importlib.metadata.requires(DISTRIBUTION) or ():
        match, extra = _REQUIREMENT.match(requirement), _EXTRA.search(requirement)
        if match is not None:
            group = packages if extra is None else extras.setdefault(extra[1], {})
            group[match[1]] = _version(match[1])
    return Installation(
        version=importlib.metadata.version(DISTRIBUTION),
        python=platform.python_version(),
        executable=sys.executable,
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        num_cores=num_cores,
        torch_threads=num_threads(),
        has_gpu=has_gpu(),
        packages=packages,
        extras={name: Extra(needs, f'pip install "{DISTRIBUTION}[{name}]"') for name, needs in extras.items()},
    )


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
