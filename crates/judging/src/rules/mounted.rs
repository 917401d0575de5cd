//! What the platform mounts over an image: the home above all. Shared by the rules about it.

use crate::contract::Contract;
use crate::facts::Answer;
use crate::facts::{Facts, Value, path};

/// The workspace user.
pub struct Owner {
    /// The name.
    pub name: String,
    /// The home.
    pub home: String,
    /// Whether the image certainly has the account, or the config names it.
    pub is_there: bool,
}

/// Who works in the workspace: the config's user, else the last USER if this file makes it, else
/// `coder`.
pub fn owner(facts: &Facts, contract: &Contract) -> Owner {
    let last = facts.config.user().and_then(|user| user.value.as_known());
    let made = last.filter(|name| makes(facts, name));
    let name = contract.user.as_deref().or(made).unwrap_or(Contract::USER);
    let account = facts.accounts.user(name, facts.next_step());
    let home = contract
        .home
        .clone()
        .or_else(|| match &account {
            Answer::Known(user) => user.home.clone(),
            Answer::Absent | Answer::Unknown => None,
        })
        .unwrap_or_else(|| match name {
            "root" => "/root".to_owned(),
            _ => format!("/home/{name}"),
        });
    Owner {
        name: name.to_owned(),
        home: home.trim_end_matches('/').to_owned(),
        is_there: contract.user.is_some() || account.is_known() || makes(facts, name),
    }
}

/// Folders over which something is mounted.
pub fn volumes(facts: &Facts, contract: &Contract) -> Vec<String> {
    match &contract.volumes {
        Some(volumes) => volumes
            .iter()
            .map(|volume| path::clean(&Value::known(volume.clone())).text().to_owned())
            .collect(),
        None => vec![owner(facts, contract).home],
    }
}

/// Whether a step of this file makes an account of this name.
fn makes(facts: &Facts, name: &str) -> bool {
    let made = facts
        .accounts
        .made()
        .any(|user| user.name == name && facts.is_here(&user.origin));
    made || facts.steps.iter().filter(|step| step.is_here()).any(|step| {
        let program = step.program.as_ref();
        program.is_some_and(|program| {
            matches!(program.name(), Some("useradd" | "adduser"))
                && program.words.iter().any(|(word, _)| word.is(name))
        })
    })
}

/// A path as a person reads it: the folder, where the name in it is that of an archive's unknown content
/// or of a whole folder's.
pub fn shown(path: &Value) -> &str {
    let last = path.holes().last().filter(|hole| hole.end == path.text().len());
    match last {
        Some(hole)
            if path.text()[hole.clone()].starts_with("${") && path.text()[..hole.start].ends_with('/') =>
        {
            let name = path.text()[hole.start + 2..hole.end].trim_end_matches('}');
            let is_made_up =
                name.contains(['/', '.']) || matches!(name, "unpacked" | "copied" | "arguments" | "program");
            if is_made_up {
                path.text()[..hole.start].trim_end_matches('/')
            } else {
                path.text()
            }
        }
        _ => path.text(),
    }
}
