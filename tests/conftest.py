"""Settings of all tests."""

from __future__ import annotations

import torch

torch.set_num_threads(1)  # tests run side by side; threads that fight for a core make small networks many times slower
