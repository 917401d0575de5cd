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
            let is_it = unit.is(name);
            if is_it.is_absent() {
                continue;
            }
            let (state, new) = match unit.state {
                UnitState::Enabled => (&mut enabled, Answer::Known(())),
                UnitState::Disabled => (&mut enabled, Answer::Absent),
                UnitState::Masked => (&mut masked, Answer::Known(())),
                UnitState::Unmasked => (&mut masked, Answer::Absent),
            };
            let is_sure = is_it.is_known() && unit.origin.certainty == Certainty::Certain;
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
        let last = self.units.iter().rfind(|unit| unit.is(name).is_known())?;
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

    /// A removal that takes links of units away, told by the names that it means.
    pub(super) fn note_links_removed(&mut self, removed: &Value, origin: &Origin) {
        let prefix = removed.known_prefix();
        if !prefix.starts_with("/etc/systemd/system/") && !prefix.starts_with("/etc/runlevels/") {
            return;
        }
        let has = |state| self.units.iter().any(|unit| unit.state == state);
        let (can_disable, can_unmask) = (
            has(UnitState::Enabled) || !self.from.base.enabled.is_empty(),
            has(UnitState::Masked),
        );
        let mut say = |name: Value, state| {
            // What nobody enabled or masked is not taken back.
            let matters = match state {
                UnitState::Disabled => can_disable,
                _ => can_unmask,
            };
            if !matters {
                return;
            }
            let bare = name.text().strip_suffix(".service").map(str::len);
            self.units.push(Unit {
                name: bare.map_or_else(|| name.clone(), |bare| name.slice(0..bare)),
                state,
                origin: origin.clone(),
                by_package: false,
            });
        };
        let mut all = Value::known("*");
        all.set_glob();
        if let Some(rest) = removed.strip_prefix("/etc/runlevels/") {
            if let Some((_, service)) = rest.split_once('/') {
                say(service, UnitState::Disabled);
            }
            return;
        }
        let Some(rest) = removed.strip_prefix("/etc/systemd/system/") else {
            return;
        };
        match rest.split_once('/') {
            Some((_, unit)) => say(unit, UnitState::Disabled),
            None if rest.text().ends_with(".wants") => say(all, UnitState::Disabled),
            None => {
                if rest.is_glob() && path::glob_matches(rest.text(), "multi-user.target.wants") {
                    say(all, UnitState::Disabled);
                }
                say(rest, UnitState::Unmasked);
            }
        }
    }
}

impl Unit {
    /// Whether it is the unit of this name: by its name, or by a pattern that a shell matches.
    fn is(&self, name: &str) -> Answer {
        match self.name.as_known() {
            Some(known) if known == name => Answer::Known(()),
            Some(pattern) if self.name.is_glob() && path::glob_matches(pattern, name) => Answer::Known(()),
            Some(_) => Answer::Absent,
            None => Answer::Unknown,
        }
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
