"""What PyTorch computes with."""

from __future__ import annotations

import torch


def num_threads() -> int:
    """Return the threads of PyTorch in this process."""
    return torch.get_num_threads()


def has_gpu() -> bool:
    """Return whether PyTorch sees a GPU."""
    return torch.cuda.is_available()
