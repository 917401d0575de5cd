"""Measures how fast an image is verified: from the engine against reading and dropping the same bytes,
and from an archive on disk. Needs an engine and a built program.

    python3 benches/images.py target/release/seaworthy IMAGE
"""

import os
import subprocess
import sys
import tempfile
import time


def measured(command):
    """Seconds and peak memory in MiB of a command whose output is dropped."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def best(command, times=3):
    """The fastest of several runs."""
    return min(measured(command) for _ in range(times))


def main(program, image):
    with open("/proc/cpuinfo", encoding="utf-8") as cpu:
        has_sha = "sha_ni" in cpu.read()
    print(f"the processor has {'' if has_sha else 'no '}SHA instructions")
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "image.tar")
        subprocess.run(["docker", "save", image, "-o", archive], check=True)
        size = os.path.getsize(archive) / 1e6
        dropped, _ = best(["docker", "save", image])
        engine, engine_memory = best([program, "verify", image])
        disk, disk_memory = best([program, "verify", "--archive", archive])
    print(f"{image}: {size:.0f} MB")
    print(f"engine: {engine:.2f} s, {engine / dropped:.2f} times of dropping it, {engine_memory:.0f} MiB")
    print(f"archive: {disk:.2f} s, {size / disk:.0f} MB/s, {disk_memory:.0f} MiB")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
