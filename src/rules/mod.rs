//! The rules: what each is called, how bad it is in which profile, and how it judges.
//!
//! A coded rule is a file here whose module comment is its page. [`RULES`] lists them all; a test
//! holds the list against the folder.

mod gpu;
mod gpu_amd;
mod gpu_bare_metal_only;
mod gpu_driver_in_image;
mod judge;
mod page;
mod report;
mod syntax_error;
mod tmp_content;

pub use judge::judge;
pub use page::Page;
pub use report::Report;

use crate::contract::{Contract, Profile};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};

/// Severity by profile; none where the rule is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// Coder's container-based virtual machines.
    pub cvm: Option<Severity>,
    /// Sysbox alone.
    pub sysbox: Option<Severity>,
    /// envbox.
    pub envbox: Option<Severity>,
    /// envbuilder.
    pub envbuilder: Option<Severity>,
    /// Dev containers.
    pub devcontainer: Option<Severity>,
    /// No workspace.
    pub service: Option<Severity>,
}

impl Levels {
    /// The same everywhere.
    pub const fn everywhere(severity: Severity) -> Self {
        Self {
            service: Some(severity),
            ..Self::workspaces(severity)
        }
    }

    /// The same in every kind of workspace, off for services.
    pub const fn workspaces(severity: Severity) -> Self {
        Self {
            envbuilder: Some(severity),
            devcontainer: Some(severity),
            ..Self::virtual_machines(severity)
        }
    }

    /// The same where Sysbox runs the workspace (cvm, sysbox, envbox), off elsewhere.
    pub const fn virtual_machines(severity: Severity) -> Self {
        Self {
            cvm: Some(severity),
            sysbox: Some(severity),
            envbox: Some(severity),
            envbuilder: None,
            devcontainer: None,
            service: None,
        }
    }

    /// The severity in a profile.
    pub fn of(self, profile: Profile) -> Option<Severity> {
        match profile {
            Profile::Cvm => self.cvm,
            Profile::Sysbox => self.sysbox,
            Profile::Envbox => self.envbox,
            Profile::Envbuilder => self.envbuilder,
            Profile::Devcontainer => self.devcontainer,
            Profile::Service => self.service,
        }
    }
}

/// What a rule speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The image that is built: the target stage with what it inherits.
    Image,
    /// Each stage that is reached.
    Stage,
}

/// How a rule judges.
#[derive(Clone, Copy)]
pub enum Check {
    /// By facts, the same before and after the build.
    Facts(fn(&Facts, &Contract, &mut Report)),
    /// Said by reading, by policy or by the config, and listed here for its name and page alone.
    Elsewhere,
}

/// A rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Kebab-case, by the fault.
    pub name: &'static str,
    /// Ids by which other tools know the same fault.
    pub aliases: &'static [&'static str],
    /// How bad, by profile.
    pub levels: Levels,
    /// Of what it speaks.
    pub scope: Scope,
    /// The edition with which it joined the default set.
    pub edition: &'static str,
    /// The safety of its fixes, if it has any.
    pub fix: Option<crate::finding::Safety>,
    /// How it judges.
    pub check: Check,
    /// The source of its file, whose module comment is the page.
    pub source: &'static str,
}

impl Rule {
    /// A rule over facts of the image, in every profile of a workspace until said otherwise.
    const fn facts(
        name: &'static str,
        check: fn(&Facts, &Contract, &mut Report),
        source: &'static str,
    ) -> Self {
        Self {
            name,
            aliases: &[],
            levels: Levels::workspaces(Severity::Warning),
            scope: Scope::Image,
            edition: "2026",
            fix: None,
            check: Check::Facts(check),
            source,
        }
    }

    /// A rule that is said by reading, by policy or by the config.
    const fn elsewhere(name: &'static str, severity: Severity, source: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            levels: Levels::everywhere(severity),
            scope: Scope::Stage,
            edition: "2026",
            fix: None,
            check: Check::Elsewhere,
            source,
        }
    }

    /// Its page.
    pub fn page(&self) -> Page {
        Page::of(self.source)
    }
}

/// All rules, by name.
pub const RULES: &[Rule] = &[
    gpu_amd::RULE,
    gpu_bare_metal_only::RULE,
    gpu_driver_in_image::RULE,
    syntax_error::RULE,
    tmp_content::RULE,
];
