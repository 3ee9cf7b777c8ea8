"""How strongroom and its peers are run and measured; shared by `compare` and `small_files`.

Fair means: the same directory at the same path, page cache warm for all, a cache directory of its own for each
tool, and each with the settings its own documentation recommends for size (the classes below say which). Times
are wall-clock time of the whole process; CPU time and peak memory are what the kernel reports when it ends
(wait4). That peak is never below this program's own memory, so nothing large is held here.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "correct horse battery staple"
WORK_HELP = "where a directory for everything is made (default: that for temporary files)"
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Run:
    """One run of a tool: what it cost and what it printed."""

    seconds: float
    user_seconds: float
    sys_seconds: float
    peak_mb: float
    output: str

    @property
    def cpu_seconds(self):
        return self.user_seconds + self.sys_seconds

    def cost(self):
        """The times apart, since what the kernel does for a run says more of the machine than of the tool."""
        return {"wall_s": self.seconds, "user_s": self.user_seconds, "sys_s": self.sys_seconds}


class Peer:
    """A tool with a repository and a cache below `work/NAME`."""

    name = ""

    def __init__(self, work, program):
        self.home = Path(work) / self.name
        self.program = str(program)
        self.repo = self.home / "repo"

    def reset(self):
        """The tool has no repository and no cache."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)

    def create(self):
        """The tool has a new repository and an empty cache."""
        self.reset()
        self.init()
        if not self.repo.is_dir():
            sys.exit(f"error: {self.program} has made no repository and not said why")

    def environment(self):
        """Variables of this tool alone."""
        return {}

    def commands(self, *arguments):
        return [self.program, *map(str, arguments)]

    def run(self, *arguments, cwd=None):
        common = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.home)}
        return measure(self.commands(*arguments), {**common, **self.environment()}, cwd or self.home)

    def repo_mb(self):
        """The size of all files of the repository."""
        return tree_bytes(self.repo) / 1e6


class Restic(Peer):
    """restic: repository version 2, which compresses."""

    name = "restic"

    def environment(self):
        return {"RESTIC_PASSWORD": PASSWORD, "RESTIC_CACHE_DIR": str(self.home / "cache")}

    def commands(self, *arguments):
        return [self.program, "-r", str(self.repo), *map(str, arguments)]

    def init(self):
        return self.run("init", "--repository-version", "2")

    def backup(self, data, number):
        run = self.run("backup", "--compression", "auto", data)
        self.snapshots = [] if number == 0 else self.snapshots
        self.snapshots.append(run.output.split("snapshot ")[-1].split()[0])
        return run

    def restore(self, number, target):
        return self.run("restore", self.snapshots[number], "--target", target)

    def check(self):
        return self.run("check", "--read-data")


class Borg(Peer):
    """borg: zstd 3 instead of the lz4 it has by default, and the faster of its two ways to authenticate."""

    name = "borg"

    def environment(self):
        return {"BORG_PASSPHRASE": PASSWORD, "BORG_BASE_DIR": str(self.home / "base")}

    def init(self):
        return self.run("init", "--encryption", "repokey-blake2", self.repo)

    def backup(self, data, number):
        return self.run("create", "--compression", "zstd,3", f"{self.repo}::night-{number}", data)

    def restore(self, number, target):
        return self.run("extract", f"{self.repo}::night-{number}", cwd=target)

    def check(self):
        return self.run("check", "--verify-data", self.repo)


class Strongroom(Peer):
    """strongroom as it comes."""

    name = "strongroom"
    newest = 0

    def environment(self):
        home = {"XDG_CACHE_HOME": str(self.home / "cache"), "XDG_STATE_HOME": str(self.home / "state")}
        return {"STRONGROOM_PASSWORD": PASSWORD, **home}

    def commands(self, *arguments):
        return [self.program, "-r", str(self.repo), *map(str, arguments)]

    def init(self):
        return self.run("init")

    def backup(self, data, number):
        self.newest = number
        return self.run("backup", "--json", data)

    def restore(self, number, target):
        return self.run("restore", f"latest~{self.newest - number}", "--target", target)

    def check(self):
        return self.run("check", "--read-data")


PEERS = {peer.name: peer for peer in (Restic, Borg, Strongroom)}


def find(names, work, strongroom):
    """The tools of these names; says which are not there and goes on without them."""
    found = []
    for name in names.split(","):
        if name not in PEERS:
            sys.exit(f"error: no tool is called {name!r}; there are {', '.join(PEERS)}")
        program = strongroom if name == "strongroom" else shutil.which(name)
        if program is None or not os.access(program, os.X_OK):
            package = {"borg": "borgbackup"}.get(name, name)
            hint = "cargo build --release" if name == "strongroom" else f"apt-get install {package}"
            say(f"{name} is missing ({hint}): left out")
            continue
        found.append(PEERS[name](work, program))
    if not found:
        sys.exit("error: there is no tool to measure")
    return found


def strongroom_program():
    """Where `cargo build --release` puts the program."""
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "strongroom"


def make_work(parent, name):
    """A new directory that nothing else is in, so that it may be removed as a whole."""
    if parent is not None:
        parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"strongroom-{name}-", dir=parent)).resolve()


def nights_command(*arguments):
    """The command of the generator `benches/nights.rs`, to be run in ROOT."""
    return ["cargo", "bench", "--quiet", "--bench", "nights", "--", *map(str, arguments)]


def write_nights(directory, *arguments):
    """Runs the generator `benches/nights.rs`."""
    subprocess.run(nights_command(directory, *arguments), cwd=ROOT, check=True)


def measure(command, environment, cwd):
    """Runs a command to its end; leaves the whole program if it does not end well."""
    os.sync()
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
        child = subprocess.Popen(command, env=environment, cwd=cwd, **streams)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if child.returncode != 0:
        sys.exit(f"error: {' '.join(command)} ended with {child.returncode}\n{text[-2000:]}")
    return Run(seconds, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, text)


def files(root):
    """Every regular file below a directory, in a fixed order, without holding them all."""
    entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from files(entry.path)
        elif entry.is_file(follow_symlinks=False):
            yield entry


def tree_bytes(root):
    return sum(entry.stat(follow_symlinks=False).st_size for entry in files(root))


def warm(root):
    """Every file is in the page cache, as far as it has room."""
    buffer = bytearray(1 << 20)
    for entry in files(root):
        with open(entry.path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


TOUCH = """
import mmap, sys
block = bytes(1 << 20)
memory = mmap.mmap(-1, int(sys.argv[1]))
while memory.tell() + len(block) <= len(memory):
    memory.write(block)
"""


def touch_memory():
    """Three quarters of the free memory have been written to once, by a process that has ended.

    A virtual machine gets its memory from its host when it is first touched, which costs many times what using it costs. Without
    this whoever runs first pays for those behind. Only free memory is taken, so that nothing leaves the page cache. Returns MB.
    """
    with open("/proc/meminfo", encoding="utf-8") as facts:
        free = next(int(line.split()[1]) * 1024 for line in facts if line.startswith("MemFree:"))
    touched = max(free // 4 * 3, 1 << 20)
    subprocess.run([sys.executable, "-c", TOUCH, str(touched)], check=True)
    return touched / 1e6


def restored(target, data):
    """Where below `target` a tool has put `data`: with its whole path, its name alone, or its content."""
    candidates = [target / data.relative_to("/"), target / data.name, target]
    names = set(os.listdir(data))
    for candidate in candidates:
        if candidate.is_dir() and names <= set(os.listdir(candidate)):
            return candidate
    return target


def differences(left, right, limit=10):
    """What differs between two trees in content or metadata, at most `limit` lines; none means identical."""
    found = []
    diff = subprocess.run(
        ["diff", "-r", "--no-dereference", left, right], capture_output=True, text=True, errors="replace"
    )
    found.extend(diff.stdout.splitlines()[:limit])
    compare_metadata(left, right, found, limit)
    return found[:limit]


def compare_metadata(left, right, found, limit):
    for entry in sorted(os.scandir(left), key=lambda entry: entry.name):
        if len(found) >= limit:
            return
        other = os.path.join(right, entry.name)
        if not os.path.lexists(other):
            found.append(f"missing: {other}")
            continue
        here, there = metadata(entry.path), metadata(other)
        unlike = [key for key in here if here[key] != there[key]]
        found.extend(f"{entry.path}: {key} {here[key]} != {there[key]}" for key in unlike)
        if entry.is_dir(follow_symlinks=False):
            compare_metadata(entry.path, other, found, limit)


def metadata(path):
    stat = os.lstat(path)
    is_dir, is_link = os.path.isdir(path) and not os.path.islink(path), os.path.islink(path)
    return {
        "mode": oct(stat.st_mode),
        "owner": (stat.st_uid, stat.st_gid),
        "mtime_ns": stat.st_mtime_ns,
        "size": None if is_dir else stat.st_size,
        "link": os.readlink(path) if is_link else None,
    }


def print_table(head, rows):
    """Prints lines of text cells: the first column to the left, numbers to the right."""
    widths = [max(len(line[column]) for line in [head, *rows]) for column in range(len(head))]
    for line in [head, ["-" * width for width in widths], *rows]:
        cells = [cell.rjust(width) for cell, width in zip(line, widths)]
        print("  ".join([line[0].ljust(widths[0]), *cells[1:]]).rstrip())


def host():
    """One line on the machine."""
    model, memory = platform.machine(), ""
    with open("/proc/cpuinfo", encoding="utf-8") as facts:
        names = [line.split(":", 1)[1].strip() for line in facts if line.startswith("model name")]
        model = names[0] if names else model
    with open("/proc/meminfo", encoding="utf-8") as facts:
        memory = f"{int(facts.readline().split()[1]) / 1e6:.0f} GB memory"
    return f"{len(os.sched_getaffinity(0))} cores, {model}, {memory}, Linux {platform.release()}"


def versions(tools):
    """What each tool says it is."""
    lines = []
    for tool in tools:
        flag = "version" if tool.name == "restic" else "--version"
        said = subprocess.run([tool.program, flag], capture_output=True, text=True).stdout.strip()
        lines.append(" ".join(said.split()[:2]))
    return ", ".join(lines)


def say(text):
    """What goes on, for whoever waits."""
    print(text, file=sys.stderr, flush=True)
