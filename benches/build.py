#!/usr/bin/env python3
"""Measures `seaworthy build` against the bounds that it keeps.

    cargo build --release && eval "$(tests/engine/start)" && benches/build.py [--large]

1. A build of ten steps beside the plain API call that does the same: 15 alternating runs, the median of each
   and its spread. Bound: 2 % more time, 100 ms of processor time of its own.
2. 20,000 files against 50 patterns, walked, matched and sent to something that takes it and answers at once.
   Bound: 0.3 s on two cores.
3. Memory for a context of 20,000 files and 512 MB. Bound: 48 MiB.
4. With --large: a context of 2 GB of which all is ignored, built by the engine.

The classic builder is asked, since its plain call needs no session. Nothing but Python's own library is used.
"""
import http.client
import io
import json
import os
import shutil
import socket
import statistics
import sys
import tarfile
import tempfile
import threading
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("SEAWORTHY", os.path.join(HERE, "../target/release/seaworthy"))
RUNS = 15
STEPS = 10


def run(arguments, host):
    """Runs the program: seconds, seconds of processor time, MiB at its peak, exit code."""
    environment = dict(os.environ, DOCKER_HOST=host, DOCKER_BUILDKIT="0")
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.execve(PROGRAM, [PROGRAM, "build", *arguments], environment)
    _, status, usage = os.wait4(pid, 0)
    took = time.monotonic() - started
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


class Engine(http.client.HTTPConnection):
    """HTTP over the engine's socket."""

    def __init__(self, path):
        super().__init__("docker")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def plain_call(path, tar, labels):
    query = {"nocache": "true", "rm": "true", "forcerm": "true", "labels": json.dumps(labels)}
    started = time.monotonic()
    engine = Engine(path)
    engine.request("POST", "/v1.41/build?" + urllib.parse.urlencode(query), tar, {"content-type": "application/x-tar"})
    answer = engine.getresponse().read()
    took = time.monotonic() - started
    assert b"Successfully built" in answer, answer[-400:]
    return took


def ten_steps(path):
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/Dockerfile", "w") as file:
            file.write("FROM busybox\n" + "".join(f"RUN echo {step} >/{step}\n" for step in range(STEPS)))
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            tar.add(f"{folder}/Dockerfile", "Dockerfile")
        ours, theirs, processor = [], [], []
        for _ in range(RUNS):
            took, own, _, code = run(["--no-lint", "--no-cache", folder], f"unix://{path}")
            assert code == 0, code
            ours.append(took)
            processor.append(own)
            theirs.append(plain_call(path, buffer.getvalue(), {"as": "many", "labels": "as", "ours": "are"}))
        median, plain = statistics.median(ours), statistics.median(theirs)
        spread = statistics.quantiles(theirs, n=4)
        print(f"ten steps: {median:.3f} s, plain call {plain:.3f} s: {100 * (median / plain - 1):+.1f} %")
        print(f"  plain call, middle half: {spread[0]:.3f} to {spread[2]:.3f} s")
        print(f"  processor time of its own: {1000 * statistics.median(processor):.0f} ms")


class Taker:
    """Something that answers as an engine does, takes a context and says that it failed."""

    def __init__(self, folder):
        self.path = f"{folder}/taker.sock"
        self.taken = 0
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(self.path)
        self.server.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.server.accept()
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(1 << 16)
        if b"/build" in data.split(b"\r\n")[0]:
            self.taken = len(data)
            while not data.endswith(b"0\r\n\r\n"):
                piece = connection.recv(1 << 20)
                self.taken += len(piece)
                data = data[-8:] + piece
            body = json.dumps({"errorDetail": {"message": "taken"}, "error": "taken"}).encode() + b"\n"
        elif b"/_ping" in data.split(b"\r\n")[0]:
            body = b"OK"
        else:
            body = b"{}"
        head = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\nServer: Docker/20.10.24 (linux)\r\n"
        connection.sendall(f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        connection.close()


def many_files(folder, bytes_each):
    for number in range(20_000):
        below = f"{folder}/d{number // 500}"
        os.makedirs(below, exist_ok=True)
        with open(f"{below}/file-{number}.txt", "wb") as file:
            file.write(b"x" * bytes_each)


def walking():
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as beside:
        many_files(folder, 0)
        with open(f"{folder}/Dockerfile", "w") as file:
            file.write("FROM scratch\nCOPY . /\n")
        with open(f"{folder}/.dockerignore", "w") as file:
            file.write("".join(f"**/cache-{n}/**/*.o\n*.tmp{n}\n" for n in range(24)) + "**/*7.txt\n!**/*77.txt\n")
        taker = Taker(beside)
        times = [run(["--no-lint", folder], f"unix://{taker.path}")[:3] for _ in range(7)]
        took, own = statistics.median(t[0] for t in times), statistics.median(t[1] for t in times)
        print(f"20,000 files, 50 patterns, walked and sent: {took:.3f} s ({own:.3f} s of processor time)")
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as beside:
        many_files(folder, 100)
        with open(f"{folder}/Dockerfile", "w") as file:
            file.write("FROM scratch\nCOPY . /\n")
        with open(f"{folder}/large", "wb") as file:
            file.truncate(512 << 20)
        taker = Taker(beside)
        took, _, peak, _ = run(["--no-lint", folder], f"unix://{taker.path}")
        print(f"20,000 files and 512 MB: {peak:.0f} MiB at the peak, {took:.1f} s, {taker.taken >> 20} MiB sent")


def large(path):
    folder = tempfile.mkdtemp()
    try:
        with open(f"{folder}/Dockerfile", "w") as file:
            file.write("FROM busybox\nCOPY . /src\n")
        with open(f"{folder}/.dockerignore", "w") as file:
            file.write("*\n")
        with open(f"{folder}/large", "wb") as file:
            for _ in range(2048):
                file.write(os.urandom(1 << 20))
        took, own, peak, code = run(["--no-lint", folder], f"unix://{path}")
        print(f"2 GB ignored: {took:.2f} s, {own:.3f} s of processor time, {peak:.0f} MiB, exit {code}")
    finally:
        shutil.rmtree(folder)


def main():
    if not os.path.exists(PROGRAM):
        sys.exit(f"there is no {PROGRAM}: build it, or name another by SEAWORTHY")
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    path = host.removeprefix("unix://")
    walking()
    if os.path.exists(path):
        ten_steps(path)
        if "--large" in sys.argv:
            large(path)
    else:
        print(f"no engine at {host}: the builds are left out")


if __name__ == "__main__":
    main()
