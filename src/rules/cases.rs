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
    ($($name:literal),* $(,)?) => {
        /// The cases of a rule; none for what only a config can have.
        pub fn of(name: &str) -> Option<Cases> {
            match name {
                $($name => Some(Cases {
                    bad: include_str!(concat!("../../fixtures/rules/", $name, "/bad.Dockerfile")),
                    said: include_str!(concat!("../../fixtures/rules/", $name, "/bad.expected")),
                    good: include_str!(concat!("../../fixtures/rules/", $name, "/good.Dockerfile")),
                }),)*
                _ => None,
            }
        }
    };
}

cases![
    "allow-without-reason",
    "comment-at-line-end",
    "constant-platform",
    "containerd-incompatible",
    "containerd-unpinned",
    "continuation-broken",
    "copy-ignored-file",
    "default-base-invalid",
    "description-without-name",
    "directive-ignored",
    "docker-needs-newer-containerd",
    "duplicate-label",
    "duplicate-stage-name",
    "empty-continuation",
    "expose-host-port",
    "expose-protocol-casing",
    "flag-after-argument",
    "from-as-casing",
    "gpu-amd",
    "gpu-bare-metal-only",
    "gpu-driver-in-image",
    "heredoc-name-punctuation",
    "heredoc-unseen",
    "ignored-flag",
    "instruction-casing",
    "instruction-replaced",
    "json-array-invalid",
    "legacy-key-value",
    "maintainer-deprecated",
    "non-ascii-flag",
    "onbuild-broken",
    "redundant-target-platform",
    "relative-workdir",
    "reserved-stage-name",
    "secret-in-arg-or-env",
    "shell-form-start",
    "split-quotes",
    "stage-name-casing",
    "stale-allow",
    "swallowed-pair",
    "syntax-error",
    "tmp-content",
    "undefined-arg-in-from",
    "undefined-variable",
];
