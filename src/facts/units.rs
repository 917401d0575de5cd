//! Units that start with the system.
//!
//! A unit is enabled by a command, by the scripts of its package, or by a link in a `.wants` folder;
//! it is masked by a link to `/dev/null`. All three are told in one list, in order.

use crate::context::Answer;
use crate::facts::{Facts, Origin, Reach, UnitState, Value, WriteKind, path};
use crate::finding::Certainty;

/// What becomes of a unit, and where that is said.
#[derive(Debug, Clone)]
pub struct Unit {
    /// The unit's name, `.service` left out.
    pub name: Value,
    /// What becomes of it.
    pub state: UnitState,
    /// Where it is said.
    pub origin: Origin,
    /// Whether the scripts of a package do it.
    pub by_package: bool,
}

impl Facts {
    /// Whether a unit of the engine starts with the system at the end.
    pub fn unit_enabled(&self, name: &str) -> Answer {
        let mut enabled = if self.from.base.enabled.iter().any(|unit| unit == name) {
            Answer::Known(())
        } else if self.from.is_known && !self.base_has_engine() {
            Answer::Absent
        } else {
            Answer::Unknown
        };
        let mut masked = Answer::Absent;
        for unit in &self.units {
            let is_it = match unit.name.as_known() {
                Some(known) => known == name,
                None => false,
            };
            if !is_it && unit.name.as_known().is_some() {
                continue;
            }
            let (state, new) = match unit.state {
                UnitState::Enabled => (&mut enabled, Answer::Known(())),
                UnitState::Disabled => (&mut enabled, Answer::Absent),
                UnitState::Masked => (&mut masked, Answer::Known(())),
                UnitState::Unmasked => (&mut masked, Answer::Absent),
            };
            let is_sure = is_it && unit.origin.certainty == Certainty::Certain;
            *state = if is_sure || *state == new {
                new
            } else {
                Answer::Unknown
            };
        }
        if self.is_opaque(Reach::Anything, 0, self.steps.len())
            && (!enabled.is_known() || !masked.is_absent())
        {
            return Answer::Unknown;
        }
        match (enabled, masked) {
            (_, Answer::Known(())) => Answer::Absent,
            (Answer::Known(()), Answer::Unknown) => Answer::Unknown,
            (enabled, _) => enabled,
        }
    }

    /// The last step that took a unit away from those that start with the system.
    pub fn unit_stopped(&self, name: &str) -> Option<&Unit> {
        let last = self.units.iter().rfind(|unit| unit.name.is(name))?;
        matches!(last.state, UnitState::Disabled | UnitState::Masked).then_some(last)
    }

    /// Whether the base brings what a unit could start: a table that knows the base would say so.
    fn base_has_engine(&self) -> bool {
        self.from.base.command("dockerd").is_known()
    }

    /// A link that enables or masks a unit, as `systemctl` makes them.
    pub(super) fn note_link(&mut self, link: &Value, kind: &WriteKind, origin: &Origin) {
        let WriteKind::Link(target) = kind else { return };
        let Some((name, state)) = link.as_known().and_then(|link| of_link(link, target.text())) else {
            return;
        };
        self.units.push(Unit {
            name,
            state,
            origin: origin.clone(),
            by_package: false,
        });
    }

    /// A removal that takes links of units away.
    pub(super) fn note_links_removed(&mut self, removed: &Value, origin: &Origin) {
        if !removed.text().contains("systemd") && !removed.text().contains("runlevels") {
            return;
        }
        let mut gone: Vec<Unit> = Vec::new();
        for unit in &self.units {
            let Some(name) = unit.name.as_known() else {
                continue;
            };
            let (folders, state): (&[&str], _) = match unit.state {
                UnitState::Enabled => (
                    &[
                        "/etc/systemd/system/multi-user.target.wants/",
                        "/etc/systemd/system/sockets.target.wants/",
                        "/etc/systemd/system/timers.target.wants/",
                        "/etc/systemd/system/default.target.wants/",
                        "/etc/runlevels/default/",
                    ],
                    UnitState::Disabled,
                ),
                UnitState::Masked => (&["/etc/systemd/system/"], UnitState::Unmasked),
                UnitState::Disabled | UnitState::Unmasked => continue,
            };
            let file = if name.contains('.') {
                name.to_owned()
            } else {
                format!("{name}.service")
            };
            let paths = folders.iter().flat_map(|folder| {
                let plain = folder
                    .starts_with("/etc/runlevels")
                    .then(|| format!("{folder}{name}"));
                [Some(format!("{folder}{file}")), plain]
            });
            let meets = paths
                .flatten()
                .any(|link| path::removes(removed, &Value::known(link)).is_known());
            if meets && !gone.iter().any(|unit| unit.name.is(name)) {
                gone.push(Unit {
                    name: Value::known(name),
                    state,
                    origin: origin.clone(),
                    by_package: false,
                });
            }
        }
        self.units.extend(gone);
    }
}

/// The unit that a link enables or masks.
fn of_link(link: &str, target: &str) -> Option<(Value, UnitState)> {
    if let Some(rest) = link.strip_prefix("/etc/runlevels/") {
        let (_, service) = rest.split_once('/')?;
        return Some((Value::known(service), UnitState::Enabled));
    }
    let rest = [
        "/etc/systemd/system/",
        "/lib/systemd/system/",
        "/usr/lib/systemd/system/",
    ]
    .iter()
    .find_map(|folder| link.strip_prefix(folder))?;
    match rest.split_once('/') {
        Some((folder, unit)) if folder.ends_with(".wants") || folder.ends_with(".requires") => {
            Some((unit_name(unit), UnitState::Enabled))
        }
        None if target == "/dev/null" => Some((unit_name(rest), UnitState::Masked)),
        _ => None,
    }
}

fn unit_name(file: &str) -> Value {
    Value::known(file.strip_suffix(".service").unwrap_or(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_enable_and_mask() {
        let enabled = of_link(
            "/etc/systemd/system/multi-user.target.wants/docker.service",
            "/lib/systemd/system/docker.service",
        );
        assert_eq!(enabled, Some((Value::known("docker"), UnitState::Enabled)));
        let masked = of_link("/etc/systemd/system/docker.socket", "/dev/null");
        assert_eq!(masked, Some((Value::known("docker.socket"), UnitState::Masked)));
        assert_eq!(of_link("/etc/systemd/system/x.service", "/opt/x.service"), None);
    }
}
