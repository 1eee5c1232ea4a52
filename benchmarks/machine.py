"""When, on what and with which build a run was made."""

from __future__ import annotations

import datetime
import os
import platform
from pathlib import Path
from typing import Any

import autograd


def describe_run() -> dict[str, Any]:
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "version": autograd.__version__,
        "compiled": bool(getattr(autograd, "compiled", False)),
    }


def build_of(run: dict[str, Any]) -> str:
    return "compiled" if run["compiled"] else "interpreted"


def headline(run: dict[str, Any]) -> str:
    return (
        f"{run['date']} · {run['cpu']}, {run['cores']} cores, {run['system']} · {run['python']} · "
        f"scalar-autograd {run['version']} ({build_of(run)})"
    )


def cpu_model() -> str:
    """Return the model of the processor; the machine's own file says more than `platform` where there is one."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
