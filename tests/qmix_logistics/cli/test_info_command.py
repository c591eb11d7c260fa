"""What is installed."""

from __future__ import annotations

import importlib.metadata
import json
import platform

from commands import call

from qmix_logistics import __version__


def test_versions_cores_and_optional_parts_are_said_with_what_installs_them() -> None:
    found = json.loads(call("info", "--json").out)
    assert (found["version"], found["python"]) == (__version__, platform.python_version())
    assert found["num_cores"] >= 1 and found["torch_threads"] >= 1
    assert found["packages"]["simpy"] == importlib.metadata.version("simpy")
    parquet = found["extras"]["parquet"]
    assert parquet == {
        "is_there": True,
        "packages": {"pyarrow": importlib.metadata.version("pyarrow")},
        "install": 'pip install "qmix-logistics[parquet]"',
    }
    missing = [extra for extra in found["extras"].values() if not extra["is_there"]]
    text = call("info").out
    assert all(extra["install"] in text for extra in missing)
    assert parquet["install"] not in text
