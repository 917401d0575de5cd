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
    "apt-file-ignored",
    "compose-too-old",
    "containerd-incompatible",
    "containerd-unpinned",
    "data-root-unseen",
    "docker-data-volume",
    "docker-group-missing",
    "docker-image-store",
    "docker-needs-newer-containerd",
    "docker-not-enabled",
    "gpu-amd",
    "gpu-bare-metal-only",
    "gpu-driver-in-image",
    "group-missing",
    "home-missing",
    "init-dangling",
    "init-missing",
    "init-not-detected",
    "needs-root",
    "preload-hidden",
    "run-dir-volume",
    "stale-allow",
    "stopsignal-systemd",
    "sudo-asks-password",
    "sudoers-ignored",
    "syntax-error",
    "sysbox-env",
    "tmp-content",
    "uid-taken",
    "user-missing",
    "user-numeric",
    "user-root",
];
