//! The contract of one image: what the config leaves open is decided by the facts, here and nowhere
//! else.

use crate::contract::Contract;
use crate::facts::{Answer, Engine, Facts, Origin, User, Value};
use crate::finding::Certainty;

/// What is agreed between the platform and this image.
pub struct Workspace {
    /// The workspace user: the config's, else the final USER if the file makes it, else `coder`.
    pub user: String,
    /// Whether the config names the user.
    pub is_stated: bool,
    /// The user's account when the build ends.
    pub account: Answer<User>,
    /// The home: the config's, else the account's, else the usual one.
    pub home: String,
}

impl Workspace {
    /// The contract of an image.
    pub fn of(facts: &Facts, contract: &Contract) -> Self {
        let user = match &contract.user {
            Some(user) => user.clone(),
            None => made_and_final(facts).unwrap_or_else(|| Contract::USER.to_owned()),
        };
        let account = facts.user(&user);
        let home = contract.home.clone().or_else(|| match &account {
            Answer::Known(account) => account.home.clone(),
            Answer::Absent | Answer::Unknown => None,
        });
        Self {
            home: home.unwrap_or_else(|| format!("/home/{user}")),
            is_stated: contract.user.is_some(),
            user,
            account,
        }
    }

    /// The account, if it certainly is there: rules about the user speak of no other.
    pub fn present(&self) -> Option<&User> {
        match &self.account {
            Answer::Known(account) => Some(account),
            Answer::Absent | Answer::Unknown => None,
        }
    }
}

/// The final USER, if it is a name that this file makes.
fn made_and_final(facts: &Facts) -> Option<String> {
    let name = facts.config.user()?.value.as_known()?;
    let is_person = name != "root" && name.parse::<u32>().is_err();
    let is_made = facts
        .accounts
        .made()
        .any(|user| user.name == name && facts.is_here(&user.made));
    (is_person && is_made).then(|| name.to_owned())
}

/// The engine inside, unless the config says that none runs there.
pub fn engine<'f>(facts: &'f Facts, contract: &Contract) -> Option<Engine<'f>> {
    match contract.docker {
        Some(false) => None,
        Some(true) | None => facts.engine(),
    }
}

/// Whether the final user certainly is root, and where that is said.
pub fn final_root(facts: &Facts) -> Option<&Origin> {
    let user = facts.config.user()?;
    is_root(&user.value).then_some(&user.origin)
}

/// Whether a user as written is root.
pub fn is_root(user: &Value) -> bool {
    matches!(user.as_known(), Some("root" | "0"))
}

/// The place of a base, for what nobody in the file did.
pub fn at_base(facts: &Facts) -> Origin {
    Origin {
        step: 0,
        place: facts.from.place.clone(),
        certainty: Certainty::Certain,
    }
}
