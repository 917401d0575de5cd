//! Programs that are not there, do not run, or are no programs.

use regex::bytes::Captures;

use crate::diagnose::scene::Scene;
use crate::diagnose::sign::{Kind, either, log, value};

/// What bash does itself and `sh` does not know; sources: the manuals of bash 5.2 and dash 0.5.12.
const BASH_WORDS: &[&str] = &[
    "[[",
    "source",
    "pushd",
    "popd",
    "shopt",
    "declare",
    "typeset",
    "function",
    "mapfile",
    "readarray",
    "let",
    "disown",
    "compgen",
    "((",
];

fn is_bashism(_: &Scene, captures: &Captures) -> bool {
    BASH_WORDS.contains(&value(captures, "program"))
}

fn is_path(_: &Scene, captures: &Captures) -> bool {
    value(captures, "program").contains('/')
}

fn is_sudo(_: &Scene, captures: &Captures) -> bool {
    value(captures, "program") == "sudo"
}

fn is_apt_key(_: &Scene, captures: &Captures) -> bool {
    value(captures, "program") == "apt-key"
}

/// dash: `/bin/sh: 1: x: not found`, ash: `/bin/sh: x: not found`, bash: `bash: line 1: x: command not found`.
const NOT_FOUND: &str =
    r"^(?:[^\s:]+: )?(?:(?:line )?\d+: )?(?:exec: |eval: )?(?<program>[^\s:]+): (?:command )?not found$";

const INSTALL: &str = "install the package that has `{program}` in an earlier step or earlier in this one";

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind::author(
        "line-ends-dos",
        "store the script with Unix line ends (`*.sh text eol=lf` in .gitattributes), or `sed -i 's/\\r$//' FILE` in the build",
        &[
            either(
                r"\^M: bad interpreter|\\r'?: (?:command not found|No such file or directory)|\r: (?:not found|command not found|No such file)|env: '?[^'\s]+\\r|illegal option -\s*\r?$",
                "a script has the line ends of Windows, so that its first line names a program that does not exist",
            ),
            log(
                r"(?:\$'\\r'|\$'(?<word>[^']+)\\r'): command not found|syntax error near unexpected token `(?:\$'[^']*\\r''?|[^']*\r)",
                "a script has the line ends of Windows, and bash reads them as part of its words {word}",
            ),
            log(
                r"^: (?:invalid option|command not found|not found|No such file or directory)|: set: Illegal option -$",
                "a script has the line ends of Windows, and the shell reads them as part of its words",
            ),
        ],
    )
    .exits(&[126, 127]),
    Kind::author(
        "bashism",
        "write it for sh, or run it with bash: `SHELL [\"/bin/bash\", \"-c\"]` before the step, `#!/bin/bash` in a script",
        &[
            log(NOT_FOUND, "`{program}` is bash's, and the step's shell is another").when(is_bashism),
            log(
                r#"(?:Bad substitution|bad substitution|Syntax error: "\(" unexpected|Syntax error: redirection unexpected|set: Illegal option -o pipefail|set: invalid option -- 'o'|set: illegal option -o|[Ii]llegal option -o pipefail)"#,
                "the step is written for bash, and its shell is another",
            ),
            log(
                r"\[: (?<word>\S+): unexpected operator",
                "`[` does not know `{word}` here: `==` in it is bash's",
            )
            .help("write a single `=` in `[ … ]`")
            .weak(),
        ],
    )
    .exits(&[127]),
    Kind::author(
        "command-not-found",
        INSTALL,
        &[
            log(NOT_FOUND, "`sudo` is not installed in the image")
                .help("steps run as root unless USER says otherwise: leave `sudo` out, or install it first")
                .when(is_sudo),
            log(NOT_FOUND, "`apt-key` is gone from this release")
                .help("write the key to a file below /etc/apt/keyrings and name it in the source's `signed-by`")
                .when(is_apt_key),
            log(NOT_FOUND, "there is no `{program}`, or its first line names an interpreter that is not there")
                .help(
                    "check the path and the working folder; if the file is there, look at its `#!` line, its line ends, and \
                     whether it is built for this system's C library",
                )
                .when(|scene, captures| is_path(scene, captures) && !is_bashism(scene, captures)),
            log(NOT_FOUND, "`{program}` is not installed in the image")
                .when(|scene, captures| !is_bashism(scene, captures) && !is_path(scene, captures)),
            either(
                r#"exec: \\?"(?<program>[^"\\]+)\\?": executable file not found in \$?PATH"#,
                "`{program}` is not installed in the image",
            ),
            either(
                r#"executable file `?(?<program>[^`\s]+)`? not found in \$PATH"#,
                "`{program}` is not installed in the image",
            ),
            log(
                r"env: (?:can't execute )?'?(?<program>[^\s':]+)'?: No such file or directory",
                "`{program}` is not installed in the image, and a script's first line asks for it",
            ),
            log(
                r"(?:gnupg, gnupg2 and gnupg1 do not seem to be installed|gpg: command not found)",
                "`gpg` is not installed in the image",
            )
            .help("install gnupg first, or put the key as it is (ASCII, ending .asc) below /etc/apt/keyrings"),
            log(
                r"^(?:make|gmake)(?:\[\d+\])?: (?<program>\S+): No such file or directory",
                "`{program}` is not installed in the image, and make calls it",
            ),
            log(
                r"xargs: '?(?<program>[^\s':]+)'?: No such file or directory|exec (?<other>[^\s:/]+) failed: No such file",
                "`{program}{other}` is not installed in the image",
            ),
            log(
                r"(?:error|fatal|FATAL|ERROR): (?:the )?(?:command|program|executable) ['`](?<program>[^'`]+)['`] (?:is )?(?:was )?not found",
                "`{program}` is not installed in the image",
            ),
        ],
    )
    .rule("command-not-found")
    .exits(&[127])
    .after(&[&["line-ends-dos", "compiler-missing"]]),
    Kind::author(
        "architecture-mismatch",
        "fetch the program for the platform that is built for (TARGETARCH, `dpkg --print-architecture`); to build for a \
         foreign platform, the machine needs its emulator (binfmt, QEMU)",
        &[
            either(
                r"exec (?<file>\S+): exec format error|exec user process caused: exec format error|(?<other>\S+): cannot execute(?: binary file)?: Exec format error|(?i)exec format error",
                "a program was made for another processor than the one that the step runs on {file}{other}",
            ),
            log(
                r"qemu-\w+(?:-static)?: (?:Could not open|Unable to open) '(?<file>[^']+)'|rosetta error: failed to open elf at (?<other>\S+)",
                "a program of another processor lacks its loader {file}{other}",
            ),
            log(
                r"package architecture \((?<theirs>\w+)\) does not match system \((?<ours>\w+)\)",
                "the package is for {theirs}, and the image is {ours}",
            ),
            log(
                r"(?:syntax error|Syntax error): .*\x7fELF|: (?:line )?1: \x7f?ELF",
                "a program was made for another processor than the one that the step runs on",
            ),
        ],
    )
    .rule("arch-hard-coded"),
    Kind::author(
        "program-missing",
        "check the path; in an image `FROM scratch` there is neither shell nor library: use the exec form and a static program",
        &[
            either(
                r#"exec: \\?"(?<program>[^"\\]+)\\?": stat \S+ no such file or directory"#,
                "the image has no {program}, and the step is run by it",
            ),
            either(
                r"exec (?<program>/\S+): no such file or directory|no such file or directory: exec (?<other>\S+)",
                "{program}{other} is not there, or the interpreter or loader that it names is not",
            ),
            log(
                r"(?<program>[^\s:]+): (?:/\S+: )?bad interpreter: No such file or directory|: (?<other>\S+): cannot execute: required file not found",
                "the interpreter or loader that {program}{other} names is not in the image",
            )
            .help("install what its `#!` line names (Windows line ends are part of that name); a program made for glibc does not run on Alpine's musl"),
        ],
    )
    .after(&[&["line-ends-dos"]]),
    Kind::author(
        "not-executable",
        "set the bit (`RUN chmod +x FILE`, `COPY --chmod=755`, or `git update-index --chmod=+x FILE`), or name the \
         interpreter before it (`sh FILE`)",
        &[
            log(
                r"^(?:[^\s:]+: )?(?:(?:line )?\d+: )?(?:exec: )?(?<file>\.{0,2}/[^\s:]*|[\w./-]+\.(?:sh|py|pl|rb)): (?:[Pp]ermission denied|Is a directory)$",
                "{file} is not executable",
            ),
            either(
                r#"exec: \\?"(?<file>[^"\\]+)\\?": permission denied|exec (?<other>/\S+): permission denied"#,
                "{file}{other} is not executable",
            ),
        ],
    )
    .exits(&[126])
    .after(&[&["line-ends-dos", "architecture-mismatch"]]),
    Kind::author(
        "init-missing",
        "enable the unit (`systemctl enable`), which needs no running systemd, and let the image's init start it",
        &[
            either(
                r"System has not been booted with systemd as init system|Failed to connect to bus|Failed to get D-Bus connection",
                "systemctl needs a running systemd, and a build has none",
            ),
        ],
    ),
    Kind::author(
        "engine-unreachable-in-build",
        "no engine runs in a build: pull and start images when the workspace starts",
        &[
            log(
                r"Cannot connect to the Docker daemon at (?<address>\S+?)\.? |dial unix (?<other>/var/run/docker\.sock): ",
                "a step asks for a Docker engine ({address}{other}), and a build has none",
            ),
        ],
    )
    .rule("preload-hidden"),
    Kind::author(
        "privileges-missing",
        "a build runs without such rights: do it when the workspace starts, or without them",
        &[
            log(
                r"mount: .*(?:permission denied|Operation not permitted|must be superuser)|unshare: .*Operation not permitted|modprobe: .*(?:not permitted|can't|FATAL)|sysctl: .*(?:permission denied|Read-only file system|not permitted)|iptables.*(?:Permission denied|you must be root)|setcap.*Operation not permitted|Failed to set capabilities",
                "a step asks the kernel for what a build may not do",
            ),
        ],
    ),
];
