"""Environments by name: ``family:name``."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qmix_logistics.environment.outside.games import PAYOFFS, MatrixGame, TwoStepGame
from qmix_logistics.environment.outside.team_environment import SideBySide, TeamEnvironment, TeamEnvironments
from qmix_logistics.errors import TeamError

Options = Mapping[str, Any]
"""Keyword arguments of the environment's own maker."""


@dataclass(frozen=True, slots=True)
class Family:
    """
    A kind of environments.

    Parameters
    ----------
    meaning
        What it is, with an example.
    make
        Returns some of them, side by side, from the name after the colon, options and their number.
    extra
        Which optional dependency it needs; empty for none.
    """

    meaning: str
    make: Callable[[str, Options, int], TeamEnvironments]
    extra: str = ""


def make_environments(name: str, num: int, options: Options) -> TeamEnvironments:
    """
    Return environments by name.

    Parameters
    ----------
    name
        ``family:name``; the families are those of ``FAMILIES``.
    num
        How many, side by side.
    options
        Keyword arguments of the environment's own maker.

    Raises
    ------
    TeamError
        If the name is unknown, what it needs is not installed, or the options do not fit.
    """
    family, _, rest = name.partition(":")
    if family not in FAMILIES or not rest:
        known = ", ".join(FAMILIES)
        raise TeamError(
            f"{name}: expected FAMILY:NAME with one of the families {known}, such as "
            "lbforaging:Foraging-8x8-2p-2f-coop-v3"
        )
    entry = FAMILIES[family]
    try:
        return entry.make(rest, options, num)
    except ImportError as error:
        remedy = f'pip install "qmix-logistics[{entry.extra}]"' if entry.extra else "install the package that it is in"
        raise TeamError(f"{name}: {error}. To have it: {remedy}") from error
    except TypeError as error:
        raise TeamError(f"{name}: the options {dict(options)} do not fit: {error}") from error


def _game(name: str, options: Options, num: int) -> TeamEnvironments:
    def make() -> TeamEnvironment:
        return TwoStepGame() if name == "two-step" else MatrixGame(PAYOFFS[name])

    _refuse(options)
    if name not in PAYOFFS and name != "two-step":
        raise TeamError(f"game:{name} is unknown; expected one of two-step, {', '.join(PAYOFFS)}")
    return SideBySide([make() for _ in range(num)])


def _mpe(name: str, options: Options, num: int) -> TeamEnvironments:
    return _pettingzoo(f"mpe2.{name}", options, num, has_own_state=False)


def _pettingzoo(name: str, options: Options, num: int, *, has_own_state: bool | None = None) -> TeamEnvironments:
    from qmix_logistics.environment.outside.pettingzoo_env import PettingZooTeam

    make = _imported(name, "parallel_env")
    if has_own_state is None:
        probe = make(**options)
        has_own_state = getattr(probe, "state_space", None) is not None
    return SideBySide([PettingZooTeam(make(**options), has_own_state=has_own_state) for _ in range(num)])


def _gymnasium(module: str) -> Callable[[str, Options, int], TeamEnvironments]:
    def make(name: str, options: Options, num: int) -> TeamEnvironments:
        import gymnasium

        from qmix_logistics.environment.outside.gymnasium_env import GymnasiumTeam

        packaged, _, identifier = name.rpartition(":") if not module else (module, "", name)
        if packaged:
            importlib.import_module(packaged)
        try:
            # The checker objects to one reward for each agent.
            environments = [gymnasium.make(identifier, disable_env_checker=True, **options) for _ in range(num)]
        except gymnasium.error.Error as error:
            raise TeamError(f"{name}: {error}") from error
        return SideBySide([GymnasiumTeam(environment) for environment in environments])

    return make


def _smac(name: str, options: Options, num: int) -> TeamEnvironments:
    from qmix_logistics.environment.outside.smac_env import SmacTeam

    module, _, map_name = name.rpartition("/")
    make = _imported(module or "smac.env", "StarCraft2Env")
    return SideBySide([SmacTeam(make(map_name=map_name, **options)) for _ in range(num)])


def _smax(name: str, options: Options, num: int) -> TeamEnvironments:
    from qmix_logistics.environment.outside.smax_env import SmaxTeams

    _refuse(options)
    try:
        return SmaxTeams(name, num)
    except KeyError as error:
        raise TeamError(f"smax:{name} is no map of the suite; expected one such as 3m, 2s3z or 5m_vs_6m") from error


def _refuse(options: Options) -> None:
    if options:
        raise TypeError("there are none")


def _imported(path: str, default: str) -> Callable[..., Any]:
    """Return what a dotted path names: a module with a maker of the default name, or the maker itself."""
    module, _, attribute = path.partition("/")
    try:
        found = getattr(importlib.import_module(module), attribute or default, None)
    except ModuleNotFoundError as error:
        if error.name == module and "." in module:
            raise TeamError(f"{module} is no module of {module.partition('.')[0]}") from error
        raise
    if found is None:
        raise TeamError(f"{module} has no {attribute or default}")
    maker: Callable[..., Any] = found
    return maker


FAMILIES: Mapping[str, Family] = {
    "game": Family(f"games of the papers: two-step, {', '.join(PAYOFFS)}", _game),
    "mpe2": Family("particle worlds: simple_spread_v3 is cooperative navigation", _mpe, "mpe"),
    "lbforaging": Family("level-based foraging: Foraging-8x8-2p-2f-coop-v3", _gymnasium("lbforaging"), "foraging"),
    "rware": Family("robotic warehouse: rware-tiny-2ag-v2", _gymnasium("rware"), "rware"),
    "smax": Family("StarCraft-like battles on JAX: 3m, 2s3z", _smax, "smax"),
    "smac": Family("StarCraft II, with an installation of it: 3m", _smac),
    "pettingzoo": Family("any ParallelEnv: MODULE, or MODULE/MAKER", _pettingzoo),
    "gymnasium": Family("any environment with tuples of spaces: MODULE:ID", _gymnasium("")),
}
"""All families by name."""
