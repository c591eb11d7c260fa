"""How a team learns in an environment that is not ours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.units import Mebibytes


class TeamTraining(Document):
    """
    Settings of ``qmix-logistics learn``.

    The defaults are close to what EPyMARL ships for QMIX: two layers of 64, 32 episodes a batch, one gradient step an
    episode.
    """

    steps: Annotated[int, Field(ge=1)] = 1_000_000
    """Steps of the environment to learn from."""
    envs: Annotated[int, Field(ge=1, le=1024)] = 16
    """Episodes played side by side: a round."""
    discount: Annotated[float, Field(ge=0, le=1)] = 0.99
    """What a reward one step later counts."""
    trace: Annotated[float, Field(ge=0, le=1)] = 0.6
    """Lambda of the returns: 0 bootstraps after one step, 1 at the end of the episode."""
    reward_scale: Annotated[float, Field(gt=0)] = 1.0
    """Rewards are multiplied by this before they are learned."""
    explore_first: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of actions drawn by lot at the beginning."""
    explore_last: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Share of actions drawn by lot once ``explore_steps`` are over."""
    explore_steps: Annotated[int, Field(ge=1)] = 50_000
    """Steps over which the share falls, in a straight line."""
    batch_episodes: Annotated[int, Field(ge=1)] = 32
    """Episodes in a gradient step; learning begins when as many are remembered."""
    updates_per_episode: Annotated[float, Field(gt=0)] = 1.0
    """Gradient steps for each new episode."""
    learning_rate: Annotated[float, Field(gt=0)] = 5e-4
    """Step size of Adam at the beginning."""
    learning_rate_last: Annotated[float, Field(gt=0)] = 5e-4
    """Step size at the end; it changes in a straight line."""
    gradient_clip: Annotated[float, Field(gt=0)] = 10.0
    """Largest norm of a gradient."""
    polyak: Annotated[float, Field(gt=0, le=1)] = 0.01
    """Share of the online network that enters the target network; 1: copied whole."""
    target_every_updates: Annotated[int, Field(ge=1)] = 1
    """Gradient steps between two such changes of the target network."""
    loss: Literal["huber", "squared"] = "squared"
    """How errors count: squared, or squared up to 1 and linear from there."""
    recurrent: bool = False
    """Whether agents remember, by a gated recurrent unit."""
    shares_parameters: bool = True
    """Whether all agents have the same weights."""
    sees_agent_id: bool = True
    """Whether an agent knows which one it is."""
    sees_last_action: bool = False
    """Whether an agent knows what it did last."""
    hidden: Annotated[int, Field(ge=1, le=4096)] = 64
    """Width of the agents' networks."""
    mixer_hidden: Annotated[int, Field(ge=1, le=4096)] = 32
    """Width of the mixing layer."""
    hyper_hidden: Annotated[int, Field(ge=1, le=4096)] = 64
    """Width of the hypernetworks."""
    joint_hidden: Annotated[int, Field(ge=1, le=4096)] = 64
    """Width of joint values (QTRAN, weighted QMIX)."""
    weighting_alpha: Annotated[float, Field(gt=0, le=1)] = 0.1
    """What values that are too high count, in CW-QMIX and OW-QMIX."""
    priority_exponent: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How much oftener badly predicted episodes are drawn; 0: all alike."""
    replay_mib: Annotated[Mebibytes, Field(gt=0)] = 256.0
    """Memory for past episodes."""
    replay_episodes: Annotated[int, Field(ge=1)] = 5000
    """Draw from at most so many, the newest."""
    precision: Literal["float16", "float32"] = "float32"
    """How observations are remembered; half precision holds twice as many, to three digits, up to 65,504."""
    evaluate_every_steps: Annotated[int, Field(ge=1)] = 20_000
    """Steps between two plays without exploration."""
    evaluation_episodes: Annotated[int, Field(ge=1)] = 32
    """Episodes of such a play."""
    checkpoint_every_steps: Annotated[int, Field(ge=1)] = 100_000
    """Steps between two checkpoints, from which an interrupted training goes on."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where gradient steps are taken; auto: on a GPU if there is one. Teams always act on the CPU."""
