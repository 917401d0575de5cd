//! The first bad case of each rule with what is said of it, and the first good one: page, test and
//! snapshot are one text.

/// A rule's cases, as they lie in `fixtures/rules/`.
#[derive(Debug, Clone, Copy)]
pub struct Cases {
    /// A Dockerfile that has the fault.
    pub bad: &'static str,
    /// What is said of it.
    pub said: &'static str,
    /// One that has not.
    pub good: &'static str,
}

macro_rules! cases {
    ($($name:literal),* $(,)?; in folders: $($folder:literal),* $(,)?) => {
        /// The cases of a rule; none for what only a config can have.
        pub fn of(name: &str) -> Option<Cases> {
            match name {
                $($name => Some(Cases {
                    bad: include_str!(concat!("../../fixtures/rules/", $name, "/bad.Dockerfile")),
                    said: include_str!(concat!("../../fixtures/rules/", $name, "/bad.expected")),
                    good: include_str!(concat!("../../fixtures/rules/", $name, "/good.Dockerfile")),
                }),)*
                $($folder => Some(Cases {
                    bad: include_str!(concat!("../../fixtures/rules/", $folder, "/bad/Dockerfile")),
                    said: include_str!(concat!("../../fixtures/rules/", $folder, "/bad.expected")),
                    good: include_str!(concat!("../../fixtures/rules/", $folder, "/good/Dockerfile")),
                }),)*
                _ => None,
            }
        }
    };
}

cases![
    "allow-without-reason",
    "apt-codename",
    "apt-file-ignored",
    "arch-hard-coded",
    "command-not-found",
    "comment-at-line-end",
    "compose-too-old",
    "constant-platform",
    "containerd-incompatible",
    "containerd-unpinned",
    "continuation-broken",
    "contract-command-missing",
    "copied-from-nothing",
    "copy-ignored-file",
    "data-root-unseen",
    "default-base-invalid",
    "description-without-name",
    "directive-ignored",
    "docker-data-volume",
    "docker-group-missing",
    "docker-image-store",
    "docker-needs-newer-containerd",
    "docker-not-enabled",
    "downloader-missing",
    "duplicate-label",
    "duplicate-stage-name",
    "empty-continuation",
    "entrypoint-ignored",
    "expose-host-port",
    "expose-protocol-casing",
    "flag-after-argument",
    "foreseen-missing",
    "from-as-casing",
    "gpu-amd",
    "gpu-bare-metal-only",
    "gpu-driver-in-image",
    "group-missing",
    "heredoc-name-punctuation",
    "heredoc-unseen",
    "home-missing",
    "home-shadowed",
    "https-without-ca",
    "ignored-flag",
    "init-dangling",
    "init-missing",
    "init-not-detected",
    "instruction-casing",
    "instruction-replaced",
    "json-array-invalid",
    "kaniko-silent",
    "legacy-key-value",
    "libc-musl",
    "locale-not-generated",
    "maintainer-deprecated",
    "needs-root",
    "non-ascii-flag",
    "observed-unforeseen",
    "path-lost-in-login",
    "preload-hidden",
    "redundant-target-platform",
    "relative-workdir",
    "reserved-stage-name",
    "run-dir-volume",
    "secret-in-arg-or-env",
    "secret-unreadable",
    "shell-form-start",
    "skel-missing",
    "split-quotes",
    "stage-name-casing",
    "stage-unused",
    "stale-allow",
    "stopsignal-systemd",
    "sudo-asks-password",
    "sudoers-ignored",
    "swallowed-pair",
    "syntax-error",
    "sysbox-env",
    "tmp-content",
    "uid-taken",
    "undefined-arg-in-from",
    "undefined-variable",
    "user-missing",
    "user-numeric",
    "user-root",
    "volume-on-home",
    "write-after-volume",
    ; in folders:
    "source-missing",
];
