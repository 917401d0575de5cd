//! Which general rules are off in workspaces, each with the reason.
//!
//! General rules speak of any image, and hadolint's default set is on for services. A workspace is
//! another thing: people work in it, it is built rarely and lives long. A test holds this list against
//! the levels of the rules: what is on for services and off in workspaces stands here, and nothing else.

/// Rules that are on for services and off in workspaces, by name, with the reason.
pub const OFF_IN_WORKSPACES: &[(&str, &str)] = &[
    (
        "cd-in-run",
        "tools are built in folders where nobody works later, and WORKDIR would leave the workspace there",
    ),
    (
        "consecutive-runs",
        "separate steps are what makes a large image quick to build again",
    ),
    (
        "constant-platform",
        "the nodes of a cluster are of one platform, and the flag keeps a laptop of another from building for itself",
    ),
    (
        "package-unpinned",
        "distributions take old versions away: a file that pins them cannot be built after some weeks",
    ),
    (
        "recommends-installed",
        "people expect the whole of a tool, with its manual and its completions",
    ),
    (
        "shell-form-start",
        "the platform starts workspaces by a command of its own, and never runs what stands there",
    ),
    ("sudo-used", "people in a workspace have sudo and are meant to"),
    (
        "user-by-name",
        "the platform looks the user up by name, and a number alone is a fault there",
    ),
    (
        "wget-and-curl",
        "people use both, so that an image for them has both",
    ),
];
