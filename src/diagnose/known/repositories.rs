//! Package repositories: lists that are stale, missing, expired or not to be trusted.

use regex::bytes::Captures;

use super::NETWORK;
use crate::diagnose::explain::Fault;
use crate::diagnose::scene::Scene;
use crate::diagnose::sign::{Kind, either, log, value};

/// Whether the lists come from the same step, so that it is the mirror that disagrees with itself.
fn fetches_lists(scene: &Scene, _: &Captures) -> bool {
    scene.has_word("update")
}

/// Releases that their distributions moved off the usual mirrors.
///
/// Sources: archive.debian.org/debian/dists and old-releases.ubuntu.com/ubuntu/dists; Debian moves a
/// release some months after its long-term support ends.
const ARCHIVED: &[&str] = &[
    "wheezy", "jessie", "stretch", "buster", // Debian 7 to 10
    "utopic", "vivid", "wily", "yakkety", "zesty", "artful", "cosmic", "disco", "eoan", "groovy", "hirsute",
    "impish", "kinetic", "lunar", "mantic", "oracular", // Ubuntu between its long-term releases
];

fn is_archived(_: &Scene, captures: &Captures) -> bool {
    let repository = value(captures, "repository");
    let is_own = ["debian.org", "ubuntu.com"]
        .iter()
        .any(|host| repository.contains(host));
    is_own
        && repository
            .split(|sign: char| !sign.is_ascii_alphanumeric())
            .any(|word| ARCHIVED.contains(&word))
}

const ARCHIVED_HELP: &str = "take a base image of a release that is still supported; to stay, point the package \
     sources at archive.debian.org, old-releases.ubuntu.com or vault.centos.org";

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind::author(
        "release-archived",
        ARCHIVED_HELP,
        &[
            log(
                r"The repository '(?<repository>[^']+)' (?:does not have|no longer has) a Release file",
                "`{repository}` is a release that has moved to the archive",
            )
            .when(is_archived),
            log(
                r"(?<repository>https?://\S+)\s+404\s+Not Found",
                "`{repository}` is of a release that has moved to the archive",
            )
            .when(|scene, captures| is_archived(scene, captures) && value(captures, "repository").contains("/dists/")),
            log(
                r"Could not resolve host: mirrorlist\.centos\.org|Could not retrieve mirrorlist http://mirrorlist\.centos\.org",
                "mirrorlist.centos.org is gone: this release of CentOS has ended",
            ),
            log(
                r"Failed to download metadata for repo '(?<repository>[^']+)': Cannot prepare internal mirrorlist: No URLs in mirrorlist",
                "the repository `{repository}` has no mirrors any more: this release of CentOS has ended",
            ),
        ],
    ),
    Kind::author(
        "release-file-missing",
        "check the codename in the source's line against the base image's (`. /etc/os-release && echo \
         $VERSION_CODENAME`): a vendor may not serve this release",
        &[
            log(
                r"The repository '(?<repository>[^']+)' (?:does not have|no longer has) a Release file",
                "there is no release at `{repository}`",
            ),
            log(
                r"^Err:\d+ (?<repository>https?://\S+ \S+) Release$",
                "apt could not read the release at `{repository}`",
            )
            .weak(),
        ],
    )
    .rule("apt-codename")
    .after(&[NETWORK, &["release-archived"]]),
    Kind::author(
        "release-file-expired",
        "such a source is no longer renewed: take a current mirror, or, for a snapshot, `-o \
         Acquire::Check-Valid-Until=false`",
        &[
            log(
                r"Release file for (?<repository>\S+) is expired \(invalid since (?<time>[^)]+)\)",
                "the release file of {repository} expired {time} ago",
            ),
            log(
                r"Release file for (?<repository>\S+) is not valid yet \(invalid for another (?<time>[^)]+)\)",
                "the builder's clock is behind: the release file of {repository} is valid only in {time}",
            )
            .help("set the clock of the machine that builds; a virtual machine that slept often has a wrong one")
            .fault(Fault::Platform),
        ],
    ),
    Kind::author(
        "stale-package-index",
        "run `apt-get update` and the install in one RUN, so that a cached layer never brings old lists",
        &[
            log(
                r"Failed to fetch (?<url>https?://\S*/pool/\S+)\s+404\s+Not Found",
                "the mirror does not have {url} that its own lists name",
            )
            .help("the mirror is being renewed or lags behind: build again, or take another mirror")
            .fault(Fault::Network)
            .when(fetches_lists),
            log(
                r"Failed to fetch (?<url>https?://\S*/pool/\S+)\s+404\s+Not Found",
                "the package lists in the image are older than the mirror: {url} is gone",
            ),
            log(
                r"Failed to fetch (?<url>\S+)\s+File has unexpected size",
                "{url} is not what the mirror's lists say",
            )
            .help("the mirror or a proxy mixes old and new files: build again, or take another mirror")
            .fault(Fault::Network),
            log(
                r"(?:Failed to fetch (?<url>\S+)\s+.*)?Hash Sum mismatch",
                "a file from the mirror is not what its lists say ({url})",
            )
            .help("the mirror or a proxy mixes old and new files: build again, or take another mirror")
            .fault(Fault::Network),
            log(
                r"^ERROR: (?<package>\S+): package mentioned in index not found",
                "apk's index in the image names `{package}`, which the mirror no longer has",
            )
            .help("write `apk add --no-cache`, or `apk update` in the same RUN"),
            log(
                r"Status code: 404 for (?<url>https?://\S+\.(?:rpm|xml)\S*)",
                "the repository's metadata in the image is older than the mirror: {url} is gone",
            )
            .help("write `dnf install --refresh`, or `dnf clean all` in the step that left the metadata"),
        ],
    )
    .after(&[&["release-archived"]]),
    Kind::author(
        "repository-key-missing",
        "fetch the repository's key into a file below /etc/apt/keyrings and name it in the source's `signed-by`",
        &[
            log(
                r"NO_PUBKEY (?<key>[0-9A-Fa-f]+)",
                "apt has no key {key}, with which the repository is signed",
            ),
            log(
                r"Missing key (?<key>[0-9A-Fa-f]+), which is needed to verify signature",
                "apt has no key {key}, with which the repository is signed",
            ),
            log(
                r"Public key for (?<package>\S+) is not installed",
                "rpm has no key for `{package}`",
            )
            .help("import the repository's key (`rpm --import URL`), or name it as `gpgkey=` in the repo file"),
            log(
                r"signatures couldn't be verified because (?:the public key is not available|no keyring is specified)",
                "apt has no key for the repository",
            ),
        ],
    )
    .after(&[NETWORK, &["command-not-found", "download-not-found"]]),
    Kind::author(
        "repository-key-expired",
        "fetch the repository's present key; where there is none, take a newer base image or repository",
        &[
            log(
                r"(?:EXPKEYSIG|KEYEXPIRED) (?<key>[0-9A-Fa-f]+)",
                "the repository's key {key} has expired",
            ),
            log(
                r"The following signatures were invalid: (?<key>EXPSIG\S* ?\S*)",
                "the repository's signature has expired ({key})",
            ),
        ],
    ),
    Kind::author(
        "signature-invalid",
        "compare key and file with what the vendor publishes; a proxy may have put a page of its own in their place",
        &[
            log(
                r"gpg: no valid OpenPGP data found",
                "what was fetched as a key is none",
            )
            .help("look at the address: a missing page or a proxy's answer came instead; `curl -f` fails where it is missing"),
            log(
                r"At least one invalid signature was encountered",
                "apt cannot check the signatures of the repository at all",
            )
            .help(
                "a full disk, a wrong clock or an engine that is too old for the release (its seccomp profile \
                 refuses newer system calls) does this: free space, or update the engine",
            )
            .fault(Fault::Platform),
            either(
                r"(?:BADSIG|gpg: BAD signature|GPG check FAILED|UNTRUSTED signature)(?: (?<key>\S+))?",
                "a signature does not match what was fetched",
            ),
            log(
                r"gpg: keyserver receive failed: (?<reason>.+)",
                "the key server gave no key: {reason}",
            )
            .help("key servers are often out of reach: fetch the key from the vendor by https, or keep it in the context")
            .fault(Fault::Network),
        ],
    )
    .after(&[NETWORK, &["command-not-found", "download-not-found", "disk-full", "repository-key-missing"]]),
    Kind::author(
        "repository-unsigned",
        "name the repository's key as `signed-by` in its source; `[trusted=yes]` takes packages from anybody",
        &[
            log(
                r"The repository '(?<repository>[^']+)' is not signed",
                "`{repository}` is not signed by a key that apt knows",
            ),
            log(
                r"There were unauthenticated packages and -y was used without --allow-unauthenticated",
                "packages come from a repository that is not signed by a key that apt knows",
            ),
        ],
    )
    .after(&[
        NETWORK,
        &["repository-key-missing", "repository-key-expired", "signature-invalid", "disk-full"],
    ]),
    Kind::author(
        "package-source-broken",
        "mend the file: `deb [signed-by=/etc/apt/keyrings/NAME.gpg] URL CODENAME COMPONENT` on one line",
        &[
            log(
                r"^E: Malformed (?:entry|line|stanza) (?<line>\d+) in (?:list|source|sources)(?: list)?(?: file)? (?<file>\S+)",
                "apt cannot read entry {line} of {file}",
            ),
            log(
                r"^E: Type '(?<kind>[^']*)' is not known on (?:line|stanza) (?<line>\d+) in (?:source list|sources?(?: list)?(?: file)?) (?<file>\S+)",
                "entry {line} of {file} begins with `{kind}`, which is no kind of source",
            ),
            log(
                r"^E: Conflicting values set for option Signed-By regarding source (?<repository>.+?):? ",
                "two files name {repository} with different keys",
            )
            .help("keep one of the two: a base image or a vendor's package brought the other"),
            log(
                r"^E: The list of sources could not be read",
                "apt cannot read its sources",
            ),
            log(
                r"^E: The method driver (?<file>\S+) could not be found",
                "apt has no {file}, which such a source needs",
            )
            .help("install apt-transport-https and ca-certificates from an http source first, or take a newer release"),
        ],
    ),
];
