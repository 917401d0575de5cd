//! git and ssh: credentials, keys, owners, branches.

use super::NETWORK;
use crate::diagnose::sign::{Kind, either, log};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind::author(
        "git-credentials",
        "give a token in a secret mount (`RUN --mount=type=secret,id=token`), or clone by ssh with `--mount=type=ssh`; a \
         repository that does not exist asks for them, too",
        &[
            either(
                r"could not read (?:Username|Password) for '(?<host>[^']+)'|fatal: Authentication failed for '(?<other>[^']+)'|remote: (?:Invalid username or (?:password|token)|Support for password authentication was removed)",
                "git asks for credentials for {host}{other}, and nobody answers in a build",
            ),
            either(
                r"remote: (?:HTTP Basic: Access denied|Repository not found|The project you were looking for could not be found)",
                "the repository does not exist, or git was given no credentials for it",
            ),
        ],
    )
    .after(&[&["host-key-unknown", "git-key-refused"]]),
    Kind::author(
        "host-key-unknown",
        "write the host's published key to /etc/ssh/ssh_known_hosts in an earlier step",
        &[
            either(
                r"Host key verification failed|No (?<kind>\S+) host key is known for (?<host>\S+)|REMOTE HOST IDENTIFICATION HAS CHANGED",
                "ssh knows no key of the host {host}, and nobody can confirm it in a build",
            ),
        ],
    ),
    Kind::author(
        "git-key-refused",
        "run the step with `--mount=type=ssh` and the build with `--ssh default`, with a key in the agent that the host knows",
        &[
            log(
                r"(?<account>\S+@\S+): Permission denied \((?<methods>publickey[^)]*)\)|^Permission denied \((?<other>publickey[^)]*)\)",
                "the host takes none of the ssh keys of the build {account}",
            ),
        ],
    )
    .after(&[&["host-key-unknown"]]),
    Kind::author(
        "git-ownership",
        "`git config --system --add safe.directory PATH`, or give the folder to the user that runs git",
        &[
            either(
                r"detected dubious ownership in repository at '(?<path>[^']+)'|unsafe repository \('(?<other>[^']+)' is owned by someone else\)",
                "git does not trust {path}{other}, which belongs to another user",
            ),
        ],
    ),
    Kind::author(
        "git-repository-missing",
        "the context has no `.git` where .dockerignore excludes it or only a folder of the repository is sent: give the \
         version as a build argument, or bind the folder",
        &[
            log(
                r"fatal: not a git repository|LookupError: setuptools-scm was unable to detect version|error obtaining VCS status",
                "the step asks git about a folder that is no repository",
            ),
        ],
    ),
    Kind::author(
        "git-reference-missing",
        "check the branch, tag or commit; with `--depth 1` only the newest commit is there",
        &[
            log(
                r"Remote branch (?<name>\S+) not found in upstream|pathspec '(?<other>[^']+)' did not match any file|couldn't find remote ref (?<third>\S+)|fatal: reference is not a tree: (?<fourth>\S+)|unable to read tree (?<fifth>\S+)|Could not find remote branch (?<sixth>\S+) to clone",
                "the repository has no {name}{other}{third}{fourth}{fifth}{sixth}",
            ),
        ],
    ),
    Kind::author(
        "git-target-not-empty",
        "clone into a new folder, or remove what is in the way first",
        &[
            log(
                r"destination path '(?<path>[^']+)' already exists and is not an empty directory",
                "git does not clone into {path}, which has files",
            ),
        ],
    ),
    Kind::author(
        "git-identity-missing",
        "set name and address for the commit (`git -c user.name=… -c user.email=… commit`)",
        &[
            log(
                r"Author identity unknown|unable to auto-detect email address|empty ident name",
                "git does not know who commits",
            ),
        ],
    )
    .after(&[NETWORK]),
];
