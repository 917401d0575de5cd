//! The machine that builds: room, memory, rights of the builder, and its runtime.

use crate::diagnose::explain::Fault;
use crate::diagnose::sign::{Kind, either, log, message};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind::platform(
        "disk-quota",
        "raise the quota of the engine's data folder, or remove what is not needed (`docker system df`, `docker builder prune`)",
        &[
            either(
                r"(?i)disk quota exceeded|\bEDQUOT\b",
                "the quota of the disk on which the engine keeps its data is used up",
            ),
        ],
    ),
    Kind::platform(
        "disk-full",
        "make room where the engine keeps its data: `docker system df` shows what takes it, `docker builder prune` and \
         `docker image prune` free it",
        &[
            either(
                r"(?i)no space left on device|\bENOSPC\b|not enough (?:free )?(?:disk )?space|No space left|You don't have enough free space in (?<folder>\S+?)\.?$|needs \d+\w* (?:more space )?on the",
                "the disk on which the engine keeps its data is full, or a tmpfs of the step is",
            ),
        ],
    ),
    Kind::platform(
        "file-system-read-only",
        "a mount of the step is read-only (`--mount=…,ro`; bind mounts are, unless `rw`), or the builder's disk failed",
        &[
            either(
                r"(?i)(?:'(?<file>[^']+)'|(?<other>/\S+)): read-only file system|\bread-only file system\b|\bEROFS\b",
                "the step writes where nothing can be written {file}{other}",
            ),
        ],
    ),
    Kind::platform(
        "out-of-memory",
        "give the builder more memory, or take less at once: fewer parallel jobs (`make -j2`, `cargo build -j2`), a smaller heap",
        &[
            log(
                r"JavaScript heap out of memory|Reached heap limit",
                "Node used up the heap that it may have",
            )
            .help("raise it (`NODE_OPTIONS=--max-old-space-size=4096`) if the builder has that much memory")
            .fault(Fault::Author),
            log(
                r"java\.lang\.OutOfMemoryError: (?<reason>.+)|GC overhead limit exceeded|Gradle build daemon disappeared unexpectedly",
                "Java ran out of memory {reason}",
            )
            .help("raise the heap (`-Xmx`, `org.gradle.jvmargs`) if the builder has that much memory"),
            log(
                r"fatal error: Killed signal terminated program (?<program>\S+)|\(signal: 9, SIGKILL: kill\)|c\+\+: internal compiler error: Killed|signal 9 \[Killed\]",
                "the kernel killed the compiler {program} because memory ran out",
            ),
            either(
                r"(?i)cannot allocate memory|virtual memory exhausted|\bENOMEM\b|\bMemoryError\b|fatal error: runtime: out of memory|memory allocation of \d+ bytes failed|out of memory: kill|ResourceExhausted: process .* did not complete",
                "memory ran out",
            ),
            log(
                r"^(?:[^:]+: )*(?:(?:line )?\d+: *)?(?:\d+ )?Killed(?: .*)?$",
                "the kernel killed a program, most often because memory ran out",
            )
            .weak(),
        ],
    )
    .exits(&[137]),
    Kind::platform(
        "limit-reached",
        "raise the limit of the builder (`--ulimit`, or `default-ulimits` in daemon.json)",
        &[
            either(
                r"(?i)too many open files|\bEMFILE\b|\bENFILE\b|System limit for number of file watchers reached",
                "the step opened more files than the builder lets it",
            ),
            either(
                r"(?:fork|pthread_create|clone).*Resource temporarily unavailable|Cannot fork|can't fork|can't start new thread|retry: Resource temporarily unavailable",
                "the step started more processes than the builder lets it",
            ),
        ],
    ),
    Kind::platform(
        "processor-unsupported",
        "the base image or program asks for a newer processor (x86-64-v2 or v3, AVX): take one that does not, or another builder",
        &[
            either(
                r"CPU does not support (?<level>x86-64-v\d)|Illegal instruction",
                "the builder's processor does not know an instruction that the program uses {level}",
            ),
        ],
    )
    .exits(&[132]),
    Kind::platform(
        "engine-too-old",
        "update the engine: its seccomp profile refuses system calls that this release of the base image uses",
        &[
            log(
                r"GLib-ERROR.*creating thread|pthread_create failed: Operation not permitted|clone3.*Operation not permitted|(?:getaddrinfo|curl: \(6\)).*thread failed to start|Problem executing scripts APT::Update::Post-Invoke|can't create thread: Operation not permitted",
                "the engine is too old for this base image: it refuses the system calls of its C library",
            ),
        ],
    ),
    Kind::author(
        "permission-denied",
        "the step runs as another user than the file's owner: `COPY --chown`, `chown` as root before USER, or `USER root`",
        &[
            log(
                r"(?:cannot|can't|could not|failed to|unable to) (?:create|open|remove|touch|write|access|stat|change|set|make|move|overwrite|unlink|chdir|read)\w*(?: (?:regular file|directory|symbolic link|output file|ownership of|permissions of|times of))? ?(?:to )?'?(?<file>[^\s':][^':]*?)'?: (?:Permission denied|Operation not permitted)",
                "the step's user may not change `{file}`",
            ),
            log(
                r"npm (?:ERR!|error) (?:path (?<file>\S+)|(?:code |syscall ).*EACCES)|EACCES: permission denied, \w+ '(?<other>[^']+)'",
                "the step's user may not write {file}{other}",
            )
            .help("install global packages as root, or set npm's prefix to a folder of the user (`npm config set prefix`)")
            .when(|scene, _| scene.lines.iter().any(|line| line.text.contains("EACCES"))),
            log(
                r"(?:PermissionError|OSError|IOError|ERROR: Could not install packages due to an OSError): \[Errno 13\] Permission denied: '(?<file>[^']+)'",
                "the step's user may not write `{file}`",
            )
            .help("install as root, or into a virtual environment that belongs to the user"),
            log(
                r"You don't have write permissions for the (?<file>\S+) directory",
                "the step's user may not write {file}",
            ),
            log(
                r"^(?:[^\s:]+: )?(?:(?:line )?\d+: )?(?:cannot create |can't create )?(?<file>/[^\s:]+): (?:Permission denied|permission denied|Operation not permitted)",
                "the step's user may not use `{file}`",
            )
            .weak(),
            log(
                r"\((?:os error 13|13: Permission denied)\)|: [Pp]ermission denied$",
                "the step's user may not do that",
            )
            .weak(),
        ],
    )
    .rule("needs-root")
    .after(&[&["needs-root", "not-executable", "git-key-refused", "home-missing"]]),
    Kind::platform(
        "runtime-failed",
        "the builder could not start the step at all: the message says why, and the engine's own log says more",
        &[
            message(
                r"unable to apply caps: (?<reason>.+)|OCI runtime create failed: (?:[^\n]*: )?(?<other>[^\n]+)|runc did not terminate success(?:fully)?: (?<third>[^\n]+)|(?i)unknown or invalid runtime name: ?(?<fourth>\S+)",
                "the builder's runtime does not start the step: {reason}{other}{third}{fourth}",
            ),
            message(
                r"failed to (?:mount|create (?:overlay|shim task|temp dir)|prepare .*overlay)[^:]*: (?<reason>.+)|operation not permitted: unknown|failed to register layer: (?<other>.+)",
                "the builder cannot prepare the step: {reason}{other}",
            ),
            message(
                r"error creating overlay mount.*|layer does not exist|failed to get layer .*|blob \S+ not found|snapshot \S+ does not exist|parent snapshot \S+ does not exist",
                "the builder lost a layer of its own",
            )
            .help("empty its cache (`docker builder prune -a`) and build again"),
        ],
    )
    .after(&[&[
        "disk-full",
        "disk-quota",
        "out-of-memory",
        "command-not-found",
        "program-missing",
        "not-executable",
        "architecture-mismatch",
        "user-missing",
        "group-missing",
        "permission-denied",
        "file-system-read-only",
        "home-missing",
    ]]),
];
