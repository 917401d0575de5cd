//! Base images, registries, platforms and stages by name.

use crate::diagnose::explain::Fault;
use crate::diagnose::sign::{Kind, either, log, message};

const AT_THE_FILE: &[&str] = &["frontend-unreachable"];

/// What may be behind an image that does not come.
const CAUSES: &[&str] = &["registry-rate-limited", "frontend-unreachable"];

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind::network(
        "frontend-unreachable",
        "remove the `# syntax=` line: engines since 23.0 read here-documents and `--link` without it; or make \
         docker/dockerfile reachable by a mirror",
        &[
            message(
                r"frontend gateway\.v0: failed to solve with frontend.*|failed to solve with frontend gateway\.v0: (?<reason>.+)",
                "the frontend that the `# syntax=` line names could not be fetched",
            ),
            message(
                r"(?:failed to (?:do request|resolve source metadata for|authorize)|failed to copy|pull access denied|not found).*docker/dockerfile|docker\.io/docker/dockerfile\S*: (?<reason>.+)",
                "the frontend that the `# syntax=` line names could not be fetched",
            ),
            message(
                r"resolve image config for docker\S*docker/dockerfile",
                "the frontend that the `# syntax=` line names could not be fetched",
            ),
        ],
    ),
    Kind::network(
        "registry-rate-limited",
        "log in (`docker login`), take a mirror, or wait: anonymous pulls are few",
        &[
            either(
                r"toomanyrequests|You have reached your (?:unauthenticated )?pull rate limit|429 Too Many Requests",
                "the registry gives no more images to this address for now",
            ),
        ],
    ),
    Kind::author(
        "platform-missing",
        "take a tag that has the platform, or build for one that the image has (`--platform`)",
        &[
            either(
                r"no match for platform in manifest(?: (?<digest>\S+))?|no matching manifest for (?<platform>\S+) in the manifest list",
                "the image does not exist for the platform {platform} that is built for",
            ),
            either(
                r"image with reference (?<image>\S+) was found but (?:its platform|does not match the specified platform|does not provide)",
                "the image {image} that is there is for another platform",
            ),
        ],
    ),
    Kind::author(
        "platform-unknown",
        "write OS/ARCHITECTURE, such as linux/amd64 or linux/arm64",
        &[
            either(
                r#"failed to parse platform (?<platform>\S+?):? |"(?<other>[^"]+)": unknown operating system or architecture|invalid platform:? (?<third>\S+)|[Ii]nvalid (?:comparison )?platform specifier"#,
                "`{platform}{other}{third}` is no platform",
            ),
            either(
                r#""(?<platform>[^"]*)" is an invalid (?:component|OS|architecture) of|: unknown operating system or architecture"#,
                "`{platform}` is no platform",
            ),
        ],
    ),
    Kind::author(
        "image-not-found",
        "check name and tag; an image of your own has to be built or pushed first, a private one needs `docker login`",
        &[
            either(
                r"manifest for (?<image>\S+) not found|(?<other>\S+): manifest unknown|manifest unknown: manifest (?:tagged by|unknown) ?(?<third>\S*)",
                "there is no image {image}{other}{third}",
            ),
            either(
                r"invalid from flag value (?<image>[^\s:]\S*?): pull access denied",
                "`{image}` is neither a stage of this file nor an image that can be fetched",
            )
            .help("name a stage as it stands after `AS`, before the instruction that copies from it, or give the image's full name")
            .rule("copy-from-no-stage"),
            either(
                r"pull access denied for (?<image>[^\s,]+)",
                "there is no image {image}, or it is private",
            ),
            either(
                r"(?:pull access denied, repository does not exist|insufficient_scope: authorization failed)",
                "there is no such image, or it is private",
            ),
            message(
                r"^(?:.*: )?(?<image>[a-z0-9][^\s:]*[/.:][^\s]+): not found$",
                "there is no image {image}",
            ),
            message(
                r"No such image: (?<image>\S+)|(?<other>\S+): image not known|(?:repository|name) (?<third>\S+) not found",
                "there is no image {image}{other}{third}",
            ),
            message(
                r"name unknown|repository name not known to registry",
                "the registry has no such repository",
            ),
        ],
    )
    .after(&[CAUSES, AT_THE_FILE]),
    Kind::author(
        "registry-authentication",
        "log in to the registry as the user that builds (`docker login REGISTRY`); in CI, give the job its token",
        &[
            either(
                r"no basic auth credentials|unauthorized: (?<reason>.+)|denied: (?<other>requested access.+|denied)|401 Unauthorized|unauthorized to access repository",
                "the registry wants other credentials than it was given: {reason}{other}",
            )
            .when(|scene, _| !scene.has_word("push")),
            either(
                r"error getting credentials - err: (?<reason>.+)|docker-credential-(?<other>\S+)\W+executable file not found",
                "the credential helper that the Docker configuration names did not answer: {reason}{other}",
            )
            .fault(Fault::Platform)
            .help("install the helper, or take `credsStore` out of ~/.docker/config.json"),
            message(
                r"failed to authorize: (?<reason>.+)",
                "the registry wants other credentials than it was given: {reason}",
            )
            .weak(),
        ],
    )
    .after(&[
        CAUSES,
        &[
            "name-resolution",
            "connection-refused",
            "connection-timed-out",
            "network-unreachable",
            "certificate-untrusted",
            "proxy-unreachable",
            "proxy-refused",
            "image-not-found",
        ],
    ]),
    Kind::platform(
        "registry-without-tls",
        "give the registry a certificate, or list it as `insecure-registries` in the engine's daemon.json",
        &[
            either(
                r"server gave HTTP response to HTTPS client",
                "the registry speaks http, and the engine asks by https",
            ),
        ],
    ),
    Kind::author(
        "image-name-invalid",
        "an image's name is lower case, `REGISTRY/PATH:TAG`; a variable in FROM needs an `ARG` with a value before the first FROM",
        &[
            either(
                r"base name \((?<name>[^)]*)\) should not be blank",
                "`{name}` in FROM is empty",
            )
            .rule("default-base-invalid"),
            either(
                r#"failed to parse stage name "(?<name>[^"]*)": invalid reference format(?<reason>.*)"#,
                "`{name}` is no name of an image",
            ),
            either(
                r#"failed to process "(?<name>[^"]*)": (?<reason>.+)"#,
                "`{name}` cannot be expanded: {reason}",
            ),
            either(
                r"invalid reference format(?<reason>[^\n]*)",
                "the image's name is none{reason}",
            ),
        ],
    ),
    Kind::author(
        "stage-unknown",
        "name a stage as it stands after `AS`",
        &[
            either(
                r#"target stage "?(?<stage>[^\s"]+)"? could not be found|failed to reach build target (?<other>\S+) in Dockerfile"#,
                "the Dockerfile has no stage `{stage}{other}`",
            ),
            either(
                r#"invalid from flag value (?<stage>[^\s:]+): (?<reason>.+)"#,
                "`--from={stage}` names no stage and no image: {reason}",
            )
            .rule("copy-from-no-stage")
            .weak(),
            either(
                r"(?:stage|from flag value) index (?<stage>\d+) is out of (?:range|bounds)|refers to current build (?:block|stage)",
                "`--from={stage}` names no earlier stage",
            )
            .rule("copy-from-no-stage"),
        ],
    ),
    Kind::author(
        "stage-cycle",
        "let each stage use only what other stages end with",
        &[
            either(
                r"circular dependency detected on stage: (?<stage>\S+)",
                "the stage `{stage}` needs itself, by way of what it copies from",
            ),
        ],
    ),
    Kind::platform(
        "cache-unreachable",
        "the build goes on without the cache where the builder allows it: check the reference, and log in",
        &[
            log(
                r"failed to configure (?<cache>\S+) cache importer: (?<reason>.+)|importing cache manifest from (?<other>\S+): .*error",
                "the build cache {other} could not be read: {reason}",
            )
            .weak(),
        ],
    ),
];
