//! What templates may ask the tables: base images, and what runs under a platform's Sysbox.
//!
//! A template holds no version of Docker's packages of its own: it asks here, so that a newer table
//! gives newer images.

use minijinja::Value;

use crate::context::Answer;
use crate::contract::Runtime;
use crate::facts::Family;
use crate::platform::bases::base_facts;
use crate::platform::runtime::{self, Bringer, Verdict};
use crate::platform::versions::{Pattern, Spelling};
use crate::syntax::reference::ImageRef;

/// Makes the tables known to an environment.
pub fn add_to(environment: &mut minijinja::Environment) {
    environment.add_function("base", base);
    environment.add_function("sysbox_bounds", sysbox_bounds);
    environment.add_function("packaged", packaged);
    environment.add_function("runs", runs);
    environment.add_function("envbox", envbox);
    environment.add_global("seaworthy_version", crate::VERSION);
}

/// A value with named parts.
fn object<const N: usize>(parts: [(&str, Value); N]) -> Value {
    Value::from_pairs(parts)
}

/// `base(reference)`: what the table knows of an image; nothing if it does not know it.
fn base(reference: &str) -> Value {
    let known = ImageRef::parse(reference)
        .ok()
        .and_then(|reference| base_facts(&reference, None));
    let Some(base) = known else {
        return Value::from(());
    };
    let accounts: Vec<Value> = base
        .accounts
        .iter()
        .map(|account| {
            object([
                ("name", Value::from(account.name.as_str())),
                ("uid", Value::from(account.uid)),
            ])
        })
        .collect();
    let groups: Vec<Value> = base
        .groups
        .iter()
        .map(|group| Value::from(group.name.as_str()))
        .collect();
    object([
        (
            "version",
            Value::from(base.version.as_deref().unwrap_or_default()),
        ),
        (
            "codename",
            Value::from(base.codename.as_deref().unwrap_or_default()),
        ),
        ("accounts", Value::from(accounts)),
        ("groups", Value::from(groups)),
    ])
}

/// `sysbox_bounds(version)`: the newest containerd.io and docker-ce that run on this Sysbox; nothing
/// if no Sysbox is known by this version.
fn sysbox_bounds(version: &str) -> Value {
    let Ok(range) = runtime::sysbox_of(&Runtime::Sysbox(version.to_owned())) else {
        return Value::from(());
    };
    let advice = runtime::advice(Some(&range));
    object([
        ("runs_all", Value::from(advice.runs_all)),
        ("containerd", Value::from(advice.containerd)),
        ("containerd_apt", Value::from(advice.containerd_apt)),
        ("containerd_rpm", Value::from(advice.containerd_rpm)),
        ("docker", Value::from(advice.docker)),
        ("docker_apt", Value::from(advice.docker_apt())),
        ("docker_rpm", Value::from(advice.docker_rpm())),
    ])
}

/// `packaged(family, release, containerd)`: whether Docker's repository for a distribution has this
/// containerd.io, spelled as apt has it: `yes`, `no` or `unknown`.
fn packaged(family: &str, release: &str, containerd: &str) -> &'static str {
    let family = match family {
        "debian" => Family::Debian,
        "ubuntu" => Family::Ubuntu,
        "fedora" => Family::Fedora,
        "rhel" => Family::Rhel,
        _ => return "unknown",
    };
    match runtime::available(family, release, &Pattern::read(Spelling::Deb, containerd)) {
        Answer::Known(()) => "yes",
        Answer::Absent => "no",
        Answer::Unknown => "unknown",
    }
}

/// `runs(version, sysbox)`: whether a runc of this version certainly runs under this Sysbox.
fn runs(version: &str, sysbox: &str) -> bool {
    let Ok(range) = runtime::sysbox_of(&Runtime::Sysbox(sysbox.to_owned())) else {
        return false;
    };
    let pattern = Pattern::read(Spelling::Plain, version);
    matches!(
        runtime::judge_containerd(Bringer::Runc, &pattern, Some(&range)),
        Verdict::Runs
    )
}

/// The last version of envbox with each Sysbox that it ever brought, the newest first.
const ENVBOXES: [&str; 6] = ["0.6.7", "0.6.5", "0.6.4", "0.6.1", "0.6.0", "0.1.2"];

/// `envbox(sysbox)`: the newest envbox that brings no newer Sysbox than this one; the oldest if all do.
fn envbox(sysbox: &str) -> &'static str {
    let oldest = ENVBOXES[ENVBOXES.len() - 1];
    let Ok(stated) = runtime::sysbox_of(&Runtime::Sysbox(sysbox.to_owned())) else {
        return oldest;
    };
    let brings = |envbox: &&str| {
        runtime::sysbox_of(&Runtime::Envbox((*envbox).to_owned()))
            .is_ok_and(|range| range.newest <= stated.newest)
    };
    ENVBOXES.into_iter().find(brings).unwrap_or(oldest)
}
