//! Shell text that cannot be read, variables and files that are not there.

use crate::diagnose::sign::{Kind, log};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind::author(
        "shell-syntax",
        "look for a missing quote, `\\`, `;` or closing word; remember that a comment in a RUN takes the rest of the line",
        &[
            log(
                r"(?:^|: )(?:(?:line )?(?<line>\d+): )?Syntax error: (?<reason>.+)",
                "the shell cannot read the step: {reason}",
            ),
            log(
                r"syntax error near unexpected token `?(?<token>[^\n]+?)'?$|syntax error: (?<reason>unexpected .+|unterminated quoted string)",
                "the shell cannot read the step: unexpected {token}{reason}",
            ),
            log(
                r"unexpected EOF while looking for matching `?(?<token>[^'\s]+)'?",
                "the shell finds no closing `{token}`",
            ),
            log(
                r"syntax error: unexpected end of file",
                "the shell finds no end of what the step opens",
            ),
            log(
                r"(?:^|: )(?:/bin/)?(?:ba|da)?sh: .*conditional binary operator expected",
                "the shell cannot read a condition",
            ),
        ],
    )
    .after(&[&["line-ends-dos", "bashism", "archive-broken", "architecture-mismatch"]]),
    Kind::author(
        "variable-unset",
        "declare it: `ARG NAME` within this stage, after its FROM, or give it a default by `:-` after its name",
        &[
            log(
                r"(?:^|: )(?:(?:line )?\d+: )?(?<variable>[A-Za-z_]\w*): (?:parameter not set|unbound variable)",
                "the variable `{variable}` has no value here",
            ),
        ],
    ),
    Kind::author(
        "folder-missing",
        "create it first (`mkdir -p`), or set it by WORKDIR, which creates it",
        &[
            log(
                r"cd: (?:can't cd to )?(?<folder>\S+?)(?:: No such file or directory)?$|can't cd to (?<other>\S+)",
                "there is no folder {folder}{other}",
            ),
            log(
                r"(?:cannot create|can't create) (?<file>\S+?): (?:Directory nonexistent|nonexistent directory|No such file or directory)",
                "the folder of {file} is not there",
            ),
            log(
                r"(?:cannot create (?:regular file|directory|symbolic link)|can't create (?:directory)?) ?'(?<file>[^']+)': No such file or directory",
                "the folder of {file} is not there",
            ),
            log(
                r"curl: \(23\) .*[Ff]ail(?:ed|ure) .*(?:open|writ\w+)|curl: \(23\) client returned ERROR on write",
                "curl cannot write its file: its folder is not there, or the user may not write there",
            ),
        ],
    )
    .after(&[&["disk-full"]]),
    Kind::author(
        "file-missing",
        "check the path against the working folder (WORKDIR), and whether an earlier step or COPY brings the file",
        &[
            log(
                r"(?:cp|mv|ln|stat|chmod|chown|cat|sed|grep|tail|head|install|rm|ls|touch|tar|unzip|gzip|find|chgrp|realpath|diff|strip|patch|sort|wc|awk|source|\.)(?:: |:\s).*?(?:cannot (?:stat|access|remove|open|touch|read) |can't (?:read|open|stat) |failed to access |can't remove )?'?(?<file>[^\s':][^':]*)'?(?: for reading)?: (?:Cannot (?:stat|open): )?No such file or directory",
                "`{file}` is not there",
            )
            .weak(),
            log(
                r"(?:can't|cannot) open '?(?<file>[^\s':]+)'?(?:: \[Errno 2\])?:? (?:No such file(?: or directory)?|file not found)|Could not open requirements file: \[Errno 2\] No such file or directory: '(?<other>[^']+)'",
                "`{file}{other}` is not there",
            )
            .weak(),
            log(
                r"^(?:E: )?(?:Unsupported file (?<file>\S+) given on commandline|cannot access archive '?(?<other>[^\s']+)'?: No such file)",
                "`{file}{other}` is not there",
            ),
            log(
                r"^(?:[^\s:]+: )?(?:(?:line )?\d+: )?(?:can't open|cannot open) (?<file>[^\s:]+): [Nn]o such file",
                "`{file}` is not there",
            )
            .weak(),
            log(
                r"(?:^|: )(?:(?:line )?\d+: )?(?:\.: )?(?<file>\.{0,2}/?[^\s:']*[/.][^\s:']*): No such file or directory",
                "`{file}` is not there",
            )
            .weak(),
            log(
                r"FileNotFoundError: \[Errno 2\] No such file or directory: '(?<file>[^']+)'",
                "`{file}` is not there",
            )
            .weak(),
            log(
                r"make: \*\*\* No targets specified and no makefile found",
                "there is no Makefile in the working folder",
            ),
            log(
                r"make: \*\*\* No rule to make target '(?<file>[^']+)'",
                "make knows no way to `{file}`, which is not there",
            ),
        ],
    )
    .after(&[&["download-not-found", "name-resolution", "disk-full"]]),
    Kind::author(
        "file-exists",
        "remove it first, or say that it may be replaced (`mkdir -p`, `ln -sf`, `cp -f`)",
        &[
            log(
                r"(?:cannot create directory|failed to create symbolic link|can't create directory) '(?<file>[^']+)': File exists|ln: (?<other>[^\s:]+): File exists",
                "`{file}{other}` is there already",
            ),
        ],
    ),
    Kind::author(
        "option-unknown",
        "busybox, macOS and older releases know fewer options: look at the program's `--help` in the base image",
        &[
            log(
                r"^(?:.*/)?(?<program>[\w.+-]+): (?:unrecognized|invalid|unknown|illegal) option:?(?: --)? '?(?<option>[^'\s]+)'?",
                "`{program}` does not know the option {option}",
            ),
            log(
                r"^E: (?:Command line option '?(?<option>[^\s']+)'? .*is not understood|Invalid operation (?<other>\S+))",
                "apt does not know {option}{other}",
            ),
        ],
    ),
];
