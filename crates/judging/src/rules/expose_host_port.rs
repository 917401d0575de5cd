//! An EXPOSE names a port or an address of the host.
//!
//! The image cannot choose the host's port: BuildKit drops that part, and only `docker run -p` or the
//! platform publishes anything. Keep the container's port alone.

use super::text::{edit, port, told};
use super::{Report, Rule, Text};
use crate::finding::{Certainty, Place, Safety, Severity};
use crate::syntax::Keyword;

/// Its entry in the list.
pub const RULE: Rule = Rule {
    aliases: &["ExposeInvalidFormat"],
    fix: Some(Safety::Safe),
    ..Rule::form(
        "expose-host-port",
        Severity::Warning,
        check,
        include_str!("expose_host_port.rs"),
    )
};

/// Says each word that has more than a port of the container.
pub fn check(text: &Text, report: &mut Report) {
    for step in &text.walk().steps {
        if step.instruction.keyword != Keyword::Expose {
            continue;
        }
        for value in step.values.iter().filter(|value| value.is_known) {
            let Some(port) = port(&value.text).filter(|port| port.is_mapped) else {
                continue;
            };
            let message = format!(
                "EXPOSE instruction should not define an IP address or host-port mapping, found '{}'",
                value.text
            );
            let place = Place::here(step.span(value.range.clone()));
            let said = told(text, report, step, place, Certainty::Certain, message);
            let word = &step.instruction.text.text()[value.range.start as usize..value.range.end as usize];
            let before = value.range.start..value.range.end.saturating_sub(port.container.len() as u32);
            if word == value.text
                && step.run_at.is_none()
                && let Some(edit) = edit(step.instruction, before, "")
            {
                said.fix(format!("keep `{}`", port.container), Safety::Safe, vec![edit]);
            }
        }
    }
}
