//! What the builder itself refuses: files of the context, instructions, flags, secrets.

use regex::bytes::Captures;

use crate::diagnose::explain::Fault;
use crate::diagnose::scene::Scene;
use crate::diagnose::sign::{Kind, either, message, value};
use crate::syntax::Keyword;

/// Flags that frontends of later years read: BuildKit's own since Docker 17.09 to 23.0, and those of
/// docker/dockerfile 1.7 and later.
const YOUNG_FLAGS: &[&str] = &[
    "mount",
    "network",
    "security",
    "link",
    "chmod",
    "checksum",
    "keep-git-dir",
    "parents",
    "exclude",
    "unpack",
    "start-interval",
    "device",
    "chown",
    "platform",
];

fn is_misspelled(_: &Scene, captures: &Captures) -> bool {
    let word = value(captures, "word").to_uppercase();
    word.len() < 40
        && !SHELL_WORDS.contains(&word.as_str())
        && Keyword::ALL
            .iter()
            .any(|known| strsim::osa_distance(known.name(), &word) <= 2)
}

/// Commands that open lines of here-documents, and that are near to no instruction or nearer to a command.
const SHELL_WORDS: &[&str] = &[
    "SET", "CAT", "CD", "CP", "RM", "MV", "LN", "FI", "IF", "DO", "APT", "APK", "DNF", "YUM", "ENV",
];

fn is_young(_: &Scene, captures: &Captures) -> bool {
    YOUNG_FLAGS.contains(&value(captures, "flag"))
}

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind::author(
        "source-outside-context",
        "a build sees only its context: build from a folder above both (`-f` names the Dockerfile), or give the other \
         folder as a named context",
        &[
            either(
                r"[Ff]orbidden path outside the build context: (?<path>\S+)",
                "`{path}` lies outside the build context",
            ),
            message(
                r#"failed to (?:compute cache key|calculate checksum of ref).*"(?<path>/[^"]+)"(?: not found)?: not found"#,
                "a source begins with `../`, and nothing is above the context's root: `{path}` was looked for within it",
            )
            .when(|scene, _| copies(scene) && scene.has_text(" ../")),
        ],
    )
    .rule("source-missing"),
    Kind::author(
        "copied-from-nothing",
        "look at what the stage makes, and where: the path counts from the stage's root",
        &[
            either(
                r#"(?:failed to (?:compute cache key|calculate checksum of ref)[^/"]*|^)"?(?<path>/[^:\s"]+)"?(?: not found)?: not found|stat /?(?<other>\S+): (?:file does not exist|no such file or directory)|copier: stat: "(?<third>[^"]+)": no such file"#,
                "the stage or image that is copied from has no {path}{other}{third}",
            )
            .when(|scene, _| copies(scene) && scene.has_text("--from=")),
            either(
                r"COPY failed: stat (?:\S*/merged/)?(?<path>\S+): (?:file does not exist|no such file or directory)",
                "the stage or image that is copied from has no {path}",
            )
            .when(|scene, _| copies(scene) && scene.has_text("--from=")),
        ],
    )
    .rule("copied-from-nothing"),
    Kind::author(
        "source-missing",
        "check the path, which counts from the context's root and not from the Dockerfile, and whether .dockerignore \
         excludes it",
        &[
            either(
                r"(?:COPY|ADD) failed: file not found in build context or excluded by \.dockerignore: stat (?<path>\S+?):",
                "`{path}` is not in the build context, or .dockerignore excludes it",
            ),
            either(
                r#"failed to (?:compute cache key|calculate checksum of ref)[^/]*"?(?<path>/[^":\s]+)"?(?: not found)?: not found"#,
                "`{path}` is not in the build context, or .dockerignore excludes it",
            ),
            either(
                r#"^"?(?<path>/[^":\s]+)"?: not found"#,
                "`{path}` is not in the build context, or .dockerignore excludes it",
            )
            .when(|scene, _| copies(scene)),
            either(
                r"failed to compute cache key: failed to walk (?<path>\S+?): lstat",
                "a file of the build context is not there ({path})",
            ),
            either(
                r"(?:COPY|ADD) failed: stat \S*docker-builder\d+/(?<path>\S+?): no such file",
                "`{path}` is not in the build context, or .dockerignore excludes it",
            ),
            either(
                r#"copier: stat: "(?<path>[^"]+)": no such file or directory"#,
                "`{path}` is not in the build context, or an ignore file excludes it",
            ),
            either(
                r#"no items matching glob "(?<path>[^"]+)" copied"#,
                "nothing in the build context matches {path}, or an ignore file excludes it",
            ),
            either(
                r"(?:COPY|ADD) failed: no source files were specified",
                "no file of the build context matches the pattern, or .dockerignore excludes all that do",
            ),
            either(
                r"(?:lstat|stat) \S*?/(?<path>[^/\s:]+): no such file or directory",
                "`{path}` is not in the build context, or .dockerignore excludes it",
            )
            .when(|scene, _| copies(scene)),
        ],
    )
    .rule("source-missing"),
    Kind::author(
        "destination-no-folder",
        "end the destination in `/`, or copy a single file to it",
        &[
            either(
                r"When using (?<keyword>ADD|COPY) with more than one source file, the destination must be a directory and end with a /",
                "{keyword} has several sources, and its destination does not end in `/`",
            )
            .rule("copy-target-no-folder"),
            either(
                r"cannot copy to non-directory: (?:\S*/(?:merged|snapshots/\d+/fs|mounts?))?(?<path>\S*)",
                "the destination {path} is a file, and a folder is copied to it",
            ),
            message(
                r"failed to copy directory: mkdir (?:\S*/merged)?(?<path>/\S*): not a directory",
                "the destination {path} is a file, and a folder is copied to it",
            ),
            either(
                r"cannot replace to directory \S*? with file|cannot overwrite (?:non-)?directory (?<path>\S+)",
                "a folder and a file are in each other's way {path}",
            ),
        ],
    ),
    Kind::author(
        "dockerfile-missing",
        "name the file (`--file`): its path counts from here, that of the context does not",
        &[
            either(
                r"failed to read dockerfile: open (?<path>\S+): no such file|Cannot locate specified Dockerfile: (?<other>\S+)|unable to (?:prepare context: unable to )?evaluate symlinks in Dockerfile path: lstat (?<third>\S+?):",
                "there is no Dockerfile {path}{other}{third} in what the builder was given",
            ),
            either(
                r"(?i)the Dockerfile \(?(?<path>[^)]*?)\)? ?cannot be empty|file with no instructions|dockerfile parse error.*: no instructions",
                "the Dockerfile has no instruction",
            )
            .rule("syntax-error"),
        ],
    ),
    Kind::platform(
        "buildkit-needed",
        "build with BuildKit: it comes with engines since 18.09 (`DOCKER_BUILDKIT=1`), and is the default since 23.0",
        &[
            either(
                r"[Tt]he (?<flag>--\w+) option requires BuildKit",
                "`{flag}` is read by BuildKit alone, and this is {builder}",
            ),
            either(
                r"Unknown flag: (?<flag>mount|link|chmod)",
                "`--{flag}` is read by BuildKit alone, and this is {builder}",
            )
            .when(|scene, _| scene.failure.builder == crate::diagnose::Builder::Classic),
        ],
    ),
    Kind::platform(
        "flag-unsupported",
        "leave the flag out, or build with a newer engine or a `# syntax=docker/dockerfile:1` line where docker.io can be \
         reached",
        &[
            either(
                r"(?i)unknown flag: (?:--)?(?<flag>[\w-]+)",
                "the frontend of this engine does not read `--{flag}`",
            )
            .when(is_young),
            either(
                r"(?i)unsupported mount type:? (?<flag>\S+)|unexpected key '(?<other>[^']+)' in '",
                "the frontend of this engine does not read such a mount ({flag}{other})",
            ),
        ],
    ),
    Kind::author(
        "flag-unknown",
        "flags stand before the arguments and are spelled `--name=value`",
        &[
            either(
                r"(?i)unknown flag: (?:--)?(?<flag>[\w-]+)",
                "this instruction has no flag `--{flag}`",
            ),
        ],
    )
    .rule("syntax-error"),
    Kind::author(
        "instruction-unknown",
        "check the spelling, and whether the line above misses its `\\`",
        &[
            either(
                r"unknown instruction: (?<word>\S+)",
                "`{word}` is a misspelled instruction",
            )
            .when(is_misspelled),
        ],
    )
    .rule("syntax-error"),
    Kind::author(
        "command-read-as-instruction",
        "end the line above in `\\`; if it stands in a here-document, this frontend reads none: join the commands by \
         `&& \\`, or build with an engine since 23.0",
        &[
            either(
                r"unknown instruction: (?<word>\S+)",
                "`{word}` begins a line of its own, and is no instruction",
            ),
        ],
    )
    .rule("syntax-error"),
    Kind::author(
        "secret-missing",
        "give it to the build: `--secret id=NAME,src=FILE` or `,env=VARIABLE`",
        &[
            either(
                r"secret (?<secret>\S+?):? not found|secret not found: (?<other>\S+)|no secret found for (?<third>\S+)|secret (?:required but no value provided|with id (?<fourth>\S+) not found)",
                "the build was not given the secret {secret}{other}{third}{fourth}",
            ),
            either(
                r"unset ssh forward key (?<secret>\S+)|no SSH key (?<other>\S+) forwarded|no ssh (?:agent|forward).*",
                "the build was not given the SSH agent {secret}{other}",
            )
            .help("start an agent, add the key, and give `--ssh default`"),
            either(
                r"failed to stat (?<path>\S+): .*secret|secret\S* file (?<other>\S+) .*no such file",
                "the secret's file {path}{other} is not there",
            ),
        ],
    ),
    Kind::author(
        "syntax-error",
        "mend the line; `seaworthy lint` reads it as the builder does and points at the word",
        &[
            message(
                r"[Dd]ockerfile parse error (?:on )?line (?<line>\d+): (?<reason>.+)",
                "line {line} cannot be read: {reason}",
            ),
            message(
                r"(?:[Dd]ockerfile parse error|failed to create LLB definition): (?<reason>.+)",
                "the Dockerfile cannot be read: {reason}",
            ),
            message(
                r"(?<reason>(?:[A-Z]+) requires (?:exactly|at least|either) .+)",
                "an instruction has too few or too many arguments: {reason}",
            ),
            message(
                r"(?<reason>No build stage in current context|no build stage in current context|ARG names can not be blank|ENV must have two arguments.*|Invalid signal: \S+|[Ii]nvalid containerPort: \S+|unknown type \S+ in HEALTHCHECK.*)",
                "the Dockerfile cannot be built: {reason}",
            ),
            message(
                r"failed to solve with frontend dockerfile\.v0: (?<reason>.+)",
                "the Dockerfile cannot be built: {reason}",
            )
            .weak(),
        ],
    )
    .rule("syntax-error")
    .after(&[&[
        "instruction-unknown",
        "command-read-as-instruction",
        "flag-unknown",
        "flag-unsupported",
        "buildkit-needed",
        "image-name-invalid",
        "platform-unknown",
        "platform-missing",
        "stage-unknown",
        "stage-cycle",
        "frontend-unreachable",
        "image-not-found",
        "destination-no-folder",
        "dockerfile-missing",
        "secret-missing",
        "source-missing",
        "copied-from-nothing",
        "source-outside-context",
        "registry-authentication",
        "registry-rate-limited",
        "name-resolution",
        "connection-refused",
        "connection-timed-out",
        "certificate-untrusted",
    ]]),
    Kind::platform(
        "build-cancelled",
        "nothing is wrong with the step: somebody or something ended the build",
        &[
            message(
                r"^(?:.*: )?context cancell?ed$|error reading from server: EOF|rpc error: code = Canceled.*|graceful_stop|closing transport due to",
                "the build was ended before this step was done",
            ),
        ],
    )
    .after(&[&["out-of-memory", "disk-full"]]),
    Kind::author(
        "context-unreadable",
        "exclude it in .dockerignore, or give it to the user that builds",
        &[
            either(
                r"no permission to read from '(?<path>[^']+)'|error checking context: can't stat '(?<other>[^']+)'|failed to (?:load|read) (?:build )?context.*open (?<third>\S+): permission denied",
                "{path}{other}{third} in the build context cannot be read by the user that builds",
            )
            .fault(Fault::Author),
        ],
    ),
];

fn copies(scene: &Scene) -> bool {
    ["COPY", "ADD"].contains(&scene.failure.keyword.as_str())
}
