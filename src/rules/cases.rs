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
    "compose-too-old",
    "containerd-incompatible",
    "containerd-unpinned",
    "contract-command-missing",
    "copied-from-nothing",
    "data-root-unseen",
    "docker-data-volume",
    "docker-group-missing",
    "docker-image-store",
    "docker-needs-newer-containerd",
    "docker-not-enabled",
    "downloader-missing",
    "entrypoint-ignored",
    "gpu-amd",
    "gpu-bare-metal-only",
    "gpu-driver-in-image",
    "group-missing",
    "home-missing",
    "home-shadowed",
    "https-without-ca",
    "init-dangling",
    "init-missing",
    "init-not-detected",
    "kaniko-silent",
    "libc-musl",
    "locale-not-generated",
    "needs-root",
    "path-lost-in-login",
    "preload-hidden",
    "run-dir-volume",
    "secret-unreadable",
    "skel-missing",
    "stage-unused",
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
    "volume-on-home",
    "write-after-volume",
    ; in folders:
    "source-missing",
];
