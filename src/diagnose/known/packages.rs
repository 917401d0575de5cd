//! Packages of the system and of languages: not there, not in this version, not together.

use regex::bytes::Captures;

use super::NETWORK;
use crate::diagnose::scene::Scene;
use crate::diagnose::sign::{Kind, either, log, value};

/// Where the step asks for packages but not for their lists.
fn fetches_no_lists(scene: &Scene, _: &Captures) -> bool {
    !["update", "upgrade", "dist-upgrade"]
        .iter()
        .any(|word| scene.has_word(word))
}

fn is_containerd(_: &Scene, captures: &Captures) -> bool {
    value(captures, "package") == "containerd.io"
}

fn is_engine(_: &Scene, captures: &Captures) -> bool {
    value(captures, "package").starts_with("docker-ce") && value(captures, "needed") == "containerd.io"
}

/// What keeps the lists of packages from being right.
const INDEX: &[&str] = &[
    "release-file-missing",
    "release-archived",
    "release-file-expired",
    "repository-key-missing",
    "repository-key-expired",
    "repository-unsigned",
    "signature-invalid",
    "stale-package-index",
    "disk-full",
];

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind::author(
        "package-not-found",
        "look the name up for the distribution and release of the base image; what comes from a vendor \
         needs the vendor's repository added first",
        &[
            log(
                r"^E: Unable to locate package (?<package>\S+)",
                "apt knows no package `{package}`, and this step does not fetch the package lists",
            )
            .help(
                "run `apt-get update` in the same RUN, before the install: images come without package \
                 lists, and those of an earlier layer may be stale",
            )
            .when(fetches_no_lists),
            log(
                r"^E: Package '(?<package>[^']+)' has no installation candidate",
                "apt has no package `{package}` to install, and this step does not fetch the package lists",
            )
            .help(
                "run `apt-get update` in the same RUN, before the install: images come without package \
                 lists, and those of an earlier layer may be stale",
            )
            .when(fetches_no_lists),
            log(
                r"^E: Unable to locate package (?<package>\S+)",
                "none of apt's sources in this image has a package `{package}`",
            ),
            log(
                r"^E: Package '(?<package>[^']+)' has no installation candidate",
                "other packages name `{package}`, but none of apt's sources in this image has it",
            ),
            log(
                r"^E: Couldn't find any package by (?:glob|regex) '(?<package>[^']+)'",
                "none of apt's sources in this image has a package that matches `{package}`",
            ),
            log(
                r"^\s+(?<package>[^\s(:]+) \((?:no such package|missing)\):",
                "apk's repositories have no package `{package}`",
            )
            .help(
                "look the name up at pkgs.alpinelinux.org for the release of the base image; it may be in \
                 `community`, or under another name than on Debian",
            ),
            log(
                r"^(?:Error|Failed to resolve the transaction).*Unable to find a match: (?<package>.+)",
                "dnf finds no package that matches `{package}`",
            )
            .help("look the name up for the release of the base image; much is in EPEL or CRB, which must be enabled first"),
            log(
                r"No match for argument: (?<package>\S+)",
                "dnf finds no package that matches `{package}`",
            )
            .help("look the name up for the release of the base image; much is in EPEL or CRB, which must be enabled first"),
            log(
                r"^No package (?<package>\S+) available",
                "yum's repositories have no package `{package}`",
            )
            .help("look the name up for the release of the base image; much is in EPEL, which must be enabled first"),
            log(
                r"^No provider of '(?<package>[^']+)' found|^'(?<other>[^']+)' not found in package names",
                "zypper's repositories have no package `{package}{other}`",
            ),
            log(
                r"^error: target not found: (?<package>\S+)",
                "pacman's repositories have no package `{package}`",
            )
            .help("run `pacman -Syu` in the same RUN, and look the name up at archlinux.org/packages"),
            log(
                r"Could not find a version that satisfies the requirement (?<package>[^\s=<>!~]+).*\(from versions: none\)",
                "pip finds no package `{package}` for this Python and platform",
            )
            .help(
                "check the name at the index that pip asks, and whether the package supports this version of \
                 Python and this architecture",
            ),
            log(
                r"Because (?<package>\S+) was not found in the package registry",
                "uv finds no package `{package}` in its index",
            ),
            log(
                r"npm (?:ERR!|error) 404 +'(?<package>@?[^'@]+)(?:@[^']*)?' is not in (?:this|the npm) registry",
                "npm's registry has no package `{package}`",
            )
            .help("check the name; a private package needs the registry's address and a token in a secret mount"),
            log(
                r"npm (?:ERR!|error) 404 Not Found - GET https?://[^/\s]+/(?<package>\S+)",
                "npm's registry has no package `{package}`",
            )
            .help("check the name; a private package needs the registry's address and a token in a secret mount"),
            log(
                r#"error Couldn't find package "(?<package>[^"]+)""#,
                "yarn finds no package `{package}` in its registry",
            ),
            log(
                r"ERR_PNPM_FETCH_404\S*\s+GET https?://[^/\s]+/(?<package>[^\s:]+)",
                "pnpm finds no package `{package}` in its registry",
            ),
            log(
                r"^ERROR:\s+Could not find a valid gem '(?<package>[^']+)' \(>= 0\)",
                "RubyGems has no gem `{package}`",
            ),
            log(
                r"^Could not find gem '(?<package>[^']+)' in ",
                "Bundler finds no gem `{package}` in its sources",
            ),
            log(
                r"error: (?:could not find `(?<package>[^`]+)` in registry `[^`]+` with version `\*`|no matching package named `(?<other>[^`]+)` found)",
                "cargo's registry has no crate `{package}{other}`",
            ),
            log(
                r"(?:cannot find module providing package|no required module provides package) (?<package>[^\s;:]+)",
                "no module that Go knows provides the package `{package}`",
            )
            .help("run `go mod tidy` and commit go.mod and go.sum, or check the import's path"),
            log(
                r"^go: (?:module )?(?<package>[^\s@:]+)(?:@\S+)?: .*(?:404 Not Found|410 Gone|repository not found)",
                "Go finds no module `{package}`",
            )
            .help("check the module's path; a private one needs GOPRIVATE and credentials in a secret mount"),
            log(
                r"^PackagesNotFoundError: ",
                "conda's channels have not all packages that are asked for",
            ),
        ],
    )
    .after(&[NETWORK, INDEX]),
    Kind::author(
        "package-version-not-found",
        "ask for a version that the repository has today: archives drop old ones within weeks",
        &[
            log(
                r"^E: Version '(?<version>[^']+)' for '(?<package>[^']+)' was not found",
                "no apt source of this image has version {version} of `{package}`",
            )
            .rule("containerd-unpinned")
            .help(
                "take a version that Docker's repository has for this release (`apt-cache madison \
                 containerd.io`) and that the platform's Sysbox runs",
            )
            .when(is_containerd),
            log(
                r"^E: Version '(?<version>[^']+)' for '(?<package>[^']+)' was not found",
                "no apt source of this image has version {version} of `{package}`",
            )
            .help(
                "`apt-cache policy {package}` after `apt-get update` shows which there are; end the version in \
                 `*`, leave it out, or take the packages from snapshot.debian.org",
            ),
            log(
                r"breaks: world\[(?<package>[^=<>~\]]+)[=<>~]+(?<version>[^\]]+)\]",
                "apk's repositories have `{package}` in another version than {version}",
            )
            .help("Alpine keeps one version a release: write `{package}~=` and its first numbers, or leave the version out"),
            log(
                r"Could not find a version that satisfies the requirement (?<package>[^\s=<>!~]+)(?<version>[=<>!~]\S*) \(from versions: [^n]",
                "pip finds `{package}`, but no version `{version}` for this Python",
            )
            .help("take one of the versions that pip lists, or a base image with the Python that the package asks for"),
            log(
                r"No matching version found for (?<package>@?[^@\s]+)@(?<version>\S+)",
                "npm's registry has `{package}`, but no version {version}",
            )
            .help("`npm view {package} versions` lists those that there are"),
            log(
                r"Could not find a valid gem '(?<package>[^']+)' \((?<version>[^)]+)\)",
                "RubyGems has `{package}`, but no version `{version}`",
            ),
            log(
                r#"error: failed to select a version for the requirement `(?<package>\S+) = "(?<version>[^"]+)"`"#,
                "cargo finds `{package}`, but no version `{version}`",
            ),
            log(
                r"error: could not find `(?<package>[^`]+)` in registry `[^`]+` with version `(?<version>[^`]+)`",
                "cargo's registry has no `{package}` of version `{version}`",
            ),
            log(
                r"^go: (?<package>[^\s@]+)@(?<version>\S+): (?:invalid version|reading .*404|unknown revision)",
                "Go finds no version {version} of the module `{package}`",
            ),
        ],
    )
    .after(&[NETWORK, INDEX, &["toolchain-too-old"]]),
    Kind::author(
        "package-conflict",
        "leave out the versions that cannot stand together, and do not mix releases in the package sources",
        &[
            log(
                r"^ *(?<package>\S+) : Depends: (?<needed>\S+) (?:\((?<version>[^)]+)\) )?but",
                "`{package}` needs `{needed}` {version}, and another version is pinned or held",
            )
            .rule("docker-needs-newer-containerd")
            .help("bound docker-ce and containerd.io together, so that the engine is one that goes with the pinned containerd")
            .when(is_engine),
            log(
                r"^ *(?<package>\S+) : (?:Pre)?Depends: (?<needed>\S+(?: \([^)]+\))?) but (?<state>.+)",
                "`{package}` needs `{needed}`, but {state}",
            )
            .help(
                "pins, holds or sources of another release keep `{needed}` out: take them away, or take a \
                 `{package}` that is made for this release",
            ),
            log(
                r"^ *(?<package>\S+) : (?:Conflicts|Breaks): (?<needed>\S+)",
                "`{package}` cannot be installed beside `{needed}`",
            )
            .help("leave one of the two out: a vendor's package often replaces the distribution's"),
            log(
                r"^E: Unable to correct problems, you have held broken packages",
                "the packages that are asked for cannot be installed together",
            ),
            log(
                r"^E: Unable to satisfy dependencies",
                "the packages that are asked for cannot be installed together",
            ),
            log(
                r"^E: Unmet dependencies",
                "an earlier step left packages whose dependencies are not installed",
            )
            .help("`apt-get install -y ./file.deb` brings a package's dependencies along, `dpkg -i` does not"),
            log(
                r"^dpkg: dependency problems prevent configuration of (?<package>[^\s:]+)",
                "dpkg unpacked `{package}`, but what it depends on is not installed",
            )
            .help("`apt-get install -y ./file.deb` brings a package's dependencies along, `dpkg -i` does not"),
            log(
                r"nothing provides (?<needed>.+?) needed by (?<package>\S+)",
                "`{package}` needs `{needed}`, which no enabled repository has",
            )
            .help("enable the repository that has it (EPEL, CRB or PowerTools), or take a package for this release"),
            log(
                r"package (?<package>\S+) (?:from \S+ )?conflicts with (?<needed>.+?) provided by",
                "`{package}` cannot be installed beside what provides `{needed}`",
            )
            .help("leave one of the two out, or let dnf replace it with `--allowerasing` (curl for curl-minimal)"),
            log(
                r"ERROR: Cannot install (?<package>.+?) because these package versions have conflicting dependencies",
                "the requirements of {package} contradict each other",
            )
            .help("loosen the versions in the requirements, or let `pip-compile` or `uv` find some that agree"),
            log(
                r"npm (?:ERR!|error) (?:code )?ERESOLVE",
                "npm finds no versions that suit all packages' peers",
            )
            .help("raise the package whose peer is too old; `--legacy-peer-deps` only hides it"),
        ],
    )
    .after(&[NETWORK, INDEX]),
    Kind::author(
        "package-held",
        "lift the hold (`apt-mark unhold`), ask for the version that is there, or say the option that apt names",
        &[
            log(
                r"^E: Held packages were changed and -y was used without --allow-change-held-packages",
                "the install would change a package that is held",
            ),
            log(
                r"^E: Packages were downgraded and -y was used without --allow-downgrades",
                "the install would put an older version in the place of a newer one",
            ),
            log(
                r"^E: Essential packages were removed and -y was used without --allow-remove-essential",
                "the install would remove a package without which the system does not run",
            ),
        ],
    ),
    Kind::author(
        "interactive-prompt",
        "a build answers no questions: give the option that answers it (`-y`) or the answer beforehand",
        &[
            log(
                r"Do you want to continue\? \[Y/n\] *Abort\.",
                "apt asks whether to go on, and nobody answers in a build",
            )
            .help("write `apt-get install -y`")
            .rule("yes-flag-missing"),
            log(
                r"Is this ok \[[^\]]+\]: *(?:Operation aborted|Exiting on user command|Is this ok)|^Operation aborted by the user",
                "dnf asks whether to go on, and nobody answers in a build",
            )
            .help("write `dnf install -y` (or `yum install -y`)")
            .rule("yes-flag-missing"),
            log(
                r"^Continue\? \[y/n/",
                "zypper asks whether to go on, and nobody answers in a build",
            )
            .help("write `zypper --non-interactive install`")
            .rule("yes-flag-missing")
            .weak(),
            log(
                r"^:: Proceed with installation\? \[Y/n\]",
                "pacman asks whether to go on, and nobody answers in a build",
            )
            .help("write `pacman -S --noconfirm`")
            .weak(),
            log(
                r"end of file on stdin at conffile prompt",
                "dpkg asks which version of a changed configuration file to keep, and nobody answers in a build",
            )
            .help("give apt `-o Dpkg::Options::=--force-confold` (keeps the present file) or `--force-confnew`"),
            log(
                r"^(?:Geographic area|Time zone): *$|^Please select the geographic area",
                "tzdata asks for the time zone, and nobody answers in a build",
            )
            .help("set `DEBIAN_FRONTEND=noninteractive` for the install, and write the zone with `ln -snf /usr/share/zoneinfo/ZONE /etc/localtime`")
            .weak(),
            either(
                r"[Uu]nable to locate a terminal|the input device is not a TTY|[Ii]nappropriate ioctl for device",
                "a program wants to ask on a terminal, and a build has none",
            )
            .weak(),
            log(
                r"^EOFError: EOF when reading a line",
                "a Python program asks a question, and nobody answers in a build",
            ),
        ],
    ),
    Kind::author(
        "package-manager-locked",
        "run one package manager at a time, and do not start its services or updates in the background of a RUN",
        &[
            log(
                r"Could not get lock (?<file>[^\s.]\S*?)\.? (?:It is held by process|- open \(11)",
                "another program holds the lock {file}",
            ),
            log(
                r"dpkg frontend lock(?: \([^)]*\))?, is another process using it|dpkg frontend lock was locked by another process",
                "another program holds dpkg's lock",
            ),
            log(
                r"Unable to lock database: (?:Resource temporarily unavailable|temporary error)",
                "another apk holds the database's lock; a cache mount that is shared by parallel steps does so, too",
            )
            .help("give the cache mount `sharing=locked`, or run one apk at a time"),
        ],
    ),
    Kind::author(
        "package-half-installed",
        "an earlier step left it so: look at the step that installed first, and never end one with `|| true`",
        &[
            log(
                r"dpkg was interrupted, you must manually run",
                "an earlier installation stopped half-way and was kept in the image",
            ),
        ],
    ),
    Kind::author(
        "package-script-failed",
        "the lines above it say why: such scripts often expect an init, a terminal or a user that a build has not",
        &[
            log(
                r"installed (?<package>\S+) package (?<script>\S+) script subprocess returned (?:an )?error exit status (?<code>\d+)",
                "the {script} script of `{package}` failed with exit code {code}",
            )
            .weak(),
            log(
                r"dpkg: error processing (?:package|archive) (?<package>\S+) \((?<step>[^)]+)\)",
                "dpkg could not finish `{package}` ({step})",
            )
            .weak(),
            log(
                r"error: %(?<script>\S+)\((?<package>[^)]+)\) scriptlet failed, exit status (?<code>\d+)",
                "the {script} script of `{package}` failed with exit code {code}",
            )
            .weak(),
            log(
                r"^ERROR: (?<package>\S+)\.(?<script>(?:pre|post)-\w+): script exited with error (?<code>\d+)",
                "the {script} script of `{package}` failed with exit code {code}",
            )
            .weak(),
        ],
    ),
];
