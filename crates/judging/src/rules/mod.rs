//! The rules: what each is called, how bad it is in which profile, and how it judges.
//!
//! A coded rule is a file here whose module comment is its page. [`RULES`] lists them all; a test
//! holds the list against the folder.

mod add_for_copy;
mod allow_without_reason;
mod apt_codename;
mod apt_file_ignored;
mod apt_in_script;
mod arch_hard_coded;
mod archive_copied;
mod asked;
mod base_out_of_support;
mod cases;
mod cd_in_run;
mod certificate_check_off;
mod command_not_found;
mod comment_at_line_end;
mod compose_too_old;
mod config_duplicate_key;
mod config_extends;
mod config_missing_key;
mod config_requires;
mod config_syntax;
mod config_unknown_key;
mod config_unknown_rule;
mod config_unreadable;
mod config_wrong_value;
mod consecutive_runs;
mod constant_platform;
mod containerd_incompatible;
mod containerd_unpinned;
mod continuation_broken;
mod contract_command_missing;
mod copied_from_nothing;
mod copy_from_no_stage;
mod copy_ignored_file;
mod copy_target_no_folder;
mod copy_without_workdir;
mod data_root_unseen;
mod default_base_invalid;
mod description_without_name;
mod directive_ignored;
mod distribution_upgraded;
mod docker_data_volume;
mod docker_group_missing;
mod docker_image_store;
mod docker_needs_newer_containerd;
mod docker_not_enabled;
mod downloader_missing;
mod duplicate_label;
mod duplicate_stage_name;
pub mod editions;
mod empty_continuation;
pub(crate) mod engine_versions;
mod entrypoint_ignored;
mod env_uses_itself;
mod expose_host_port;
mod expose_protocol_casing;
mod flag_after_argument;
mod foreseen_missing;
mod fragment;
mod from_as_casing;
mod gpu;
mod gpu_amd;
mod gpu_bare_metal_only;
mod gpu_driver_in_image;
mod group_missing;
mod healthcheck_missing;
mod heredoc_name_punctuation;
mod heredoc_unseen;
mod home_missing;
mod home_shadowed;
mod host_key_check_off;
mod http_error_kept;
mod https_without_ca;
mod ignored_flag;
mod image_copied_whole;
mod images;
mod init_dangling;
mod init_missing;
mod init_not_detected;
mod inline_ignore;
mod instruction_casing;
mod instruction_replaced;
mod json_array_invalid;
mod judge;
mod kaniko_silent;
mod label_key_invalid;
mod label_missing;
mod label_unknown;
mod label_value_invalid;
mod labels;
mod legacy_key_value;
mod libc_musl;
mod lineage;
pub(crate) mod locale_not_generated;
mod login_records_huge;
mod maintainer_deprecated;
pub mod mounted;
mod nearest;
mod needs_root;
mod non_ascii_flag;
mod observed_unforeseen;
mod package_cache_kept;
mod package_unpinned;
mod page;
mod password_in_clear;
mod path_lost_in_login;
mod pipe_status_lost;
mod piped_into_shell;
mod pointless_program;
mod preload_hidden;
mod private_key_readable;
mod profiles;
mod progress_logged;
mod recommends_installed;
mod redundant_target_platform;
mod registry_untrusted;
mod relative_workdir;
mod remote_add_unchecked;
mod report;
mod reserved_stage_name;
mod run_dir_volume;
mod secret_file_copied;
mod secret_in_arg_or_env;
mod secret_in_text;
mod secret_unreadable;
mod secrets;
mod setuid_set;
mod shell_form_start;
mod shell_link_replaced;
mod shellcheck;
mod signature_check_off;
mod skel_missing;
mod source_missing;
mod split_quotes;
mod stage_name_casing;
mod stage_unused;
mod stale_allow;
mod start;
mod stopsignal_systemd;
mod sudo_asks_password;
mod sudo_used;
mod sudoers_ignored;
mod swallowed_pair;
mod syntax_error;
mod sysbox_env;
mod tag_latest;
mod tag_missing;
mod text;
mod tmp_content;
mod uid_taken;
mod undefined_arg_in_from;
mod undefined_variable;
mod update_apart;
mod user_by_name;
mod user_missing;
mod user_numeric;
mod user_root;
mod volume_on_home;
mod volumes;
mod wget_and_curl;
pub(crate) mod workspace;
mod world_writable;
mod write_after_volume;
mod yes_flag_missing;

pub use cases::Cases;
pub use judge::{judge, judge_image, rules_of_images};
pub use nearest::nearest;
pub use page::Page;
pub use profiles::OFF_IN_WORKSPACES;
pub use report::Report;
pub use text::{Checks, Options, Text, instruction_options};

use crate::contract::{Contract, Profile};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::source::Span;

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

    /// For services alone: in a workspace it does not matter, or the platform sees to it.
    pub const fn services(severity: Severity) -> Self {
        Self {
            service: Some(severity),
            ..Self::nowhere()
        }
    }

    /// Off until somebody asks for it.
    pub const fn nowhere() -> Self {
        Self {
            cvm: None,
            sysbox: None,
            envbox: None,
            envbuilder: None,
            devcontainer: None,
            service: None,
        }
    }

    /// The severity where it is worst.
    pub fn worst(self) -> Severity {
        let all = [
            self.cvm,
            self.sysbox,
            self.envbox,
            self.envbuilder,
            self.devcontainer,
            self.service,
        ];
        all.into_iter().flatten().max().unwrap_or(Severity::Warning)
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
    /// Each stage of the file, reached or not, and what its triggers do.
    Every,
}

/// How a rule judges.
#[derive(Clone, Copy)]
pub enum Check {
    /// By facts, the same before and after the build.
    Facts(fn(&Facts, &Contract, &mut Report)),
    /// By the text itself: casing, order, layout, deprecated forms. It cannot run on an image.
    Form(fn(&Text, &mut Report)),
    /// Said by reading, by policy or by the config, and listed here for its name and page alone.
    Elsewhere,
}

impl Check {
    /// Whether it is about the text itself or about facts, as `rules --format json` tells it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Facts(_) => "facts",
            Self::Form(_) | Self::Elsewhere => "form",
        }
    }
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

    /// A rule over the text, the same in every profile until said otherwise.
    pub const fn form(
        name: &'static str,
        severity: Severity,
        check: fn(&Text, &mut Report),
        source: &'static str,
    ) -> Self {
        Self {
            check: Check::Form(check),
            ..Self::elsewhere(name, severity, source)
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

    /// The one of its ids that is BuildKit's: those are words in capitals and small letters.
    pub fn build_check(&self) -> Option<&'static str> {
        self.aliases.iter().copied().find(|alias| is_build_check(alias))
    }

    /// Whether it is a check of BuildKit's that speaks only where it is asked for.
    pub fn is_experimental(&self) -> bool {
        self.build_check() == Some("InvalidDefinitionDescription")
    }

    /// Its page.
    pub fn page(&self) -> Page {
        Page::of(self.source)
    }

    /// Its first bad case and its first good one; none for what only a config can have.
    pub fn cases(&self) -> Option<Cases> {
        cases::of(self.name)
    }
}

/// Whether an id is one of BuildKit's checks, which are words in capitals and small letters.
pub fn is_build_check(alias: &str) -> bool {
    alias.starts_with(|sign: char| sign.is_ascii_uppercase())
        && alias.bytes().all(|byte| byte.is_ascii_alphabetic())
        && alias.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// All rules, by name.
pub const RULES: &[Rule] = &[
    add_for_copy::RULE,
    allow_without_reason::RULE,
    apt_codename::RULE,
    apt_file_ignored::RULE,
    apt_in_script::RULE,
    arch_hard_coded::RULE,
    archive_copied::RULE,
    base_out_of_support::RULE,
    cd_in_run::RULE,
    certificate_check_off::RULE,
    command_not_found::RULE,
    comment_at_line_end::RULE,
    compose_too_old::RULE,
    config_duplicate_key::RULE,
    config_extends::RULE,
    config_missing_key::RULE,
    config_requires::RULE,
    config_syntax::RULE,
    config_unknown_key::RULE,
    config_unknown_rule::RULE,
    config_unreadable::RULE,
    config_wrong_value::RULE,
    consecutive_runs::RULE,
    constant_platform::RULE,
    containerd_incompatible::RULE,
    containerd_unpinned::RULE,
    continuation_broken::RULE,
    contract_command_missing::RULE,
    copied_from_nothing::RULE,
    copy_from_no_stage::RULE,
    copy_ignored_file::RULE,
    copy_target_no_folder::RULE,
    copy_without_workdir::RULE,
    data_root_unseen::RULE,
    default_base_invalid::RULE,
    description_without_name::RULE,
    directive_ignored::RULE,
    distribution_upgraded::RULE,
    docker_data_volume::RULE,
    docker_group_missing::RULE,
    docker_image_store::RULE,
    docker_needs_newer_containerd::RULE,
    docker_not_enabled::RULE,
    downloader_missing::RULE,
    duplicate_label::RULE,
    duplicate_stage_name::RULE,
    empty_continuation::RULE,
    entrypoint_ignored::RULE,
    env_uses_itself::RULE,
    expose_host_port::RULE,
    expose_protocol_casing::RULE,
    flag_after_argument::RULE,
    foreseen_missing::RULE,
    from_as_casing::RULE,
    gpu_amd::RULE,
    gpu_bare_metal_only::RULE,
    gpu_driver_in_image::RULE,
    group_missing::RULE,
    healthcheck_missing::RULE,
    heredoc_name_punctuation::RULE,
    heredoc_unseen::RULE,
    home_missing::RULE,
    home_shadowed::RULE,
    host_key_check_off::RULE,
    http_error_kept::RULE,
    https_without_ca::RULE,
    ignored_flag::RULE,
    image_copied_whole::RULE,
    init_dangling::RULE,
    init_missing::RULE,
    init_not_detected::RULE,
    inline_ignore::RULE,
    instruction_casing::RULE,
    instruction_replaced::RULE,
    json_array_invalid::RULE,
    kaniko_silent::RULE,
    label_key_invalid::RULE,
    label_missing::RULE,
    label_unknown::RULE,
    label_value_invalid::RULE,
    legacy_key_value::RULE,
    libc_musl::RULE,
    locale_not_generated::RULE,
    login_records_huge::RULE,
    maintainer_deprecated::RULE,
    needs_root::RULE,
    non_ascii_flag::RULE,
    observed_unforeseen::RULE,
    package_cache_kept::RULE,
    package_unpinned::RULE,
    password_in_clear::RULE,
    path_lost_in_login::RULE,
    pipe_status_lost::RULE,
    piped_into_shell::RULE,
    pointless_program::RULE,
    preload_hidden::RULE,
    private_key_readable::RULE,
    progress_logged::RULE,
    recommends_installed::RULE,
    redundant_target_platform::RULE,
    registry_untrusted::RULE,
    relative_workdir::RULE,
    remote_add_unchecked::RULE,
    reserved_stage_name::RULE,
    run_dir_volume::RULE,
    secret_file_copied::RULE,
    secret_in_arg_or_env::RULE,
    secret_in_text::RULE,
    secret_unreadable::RULE,
    setuid_set::RULE,
    shell_form_start::RULE,
    shell_link_replaced::RULE,
    shellcheck::RULE,
    signature_check_off::RULE,
    skel_missing::RULE,
    source_missing::RULE,
    split_quotes::RULE,
    stage_name_casing::RULE,
    stage_unused::RULE,
    stale_allow::RULE,
    stopsignal_systemd::RULE,
    sudo_asks_password::RULE,
    sudo_used::RULE,
    sudoers_ignored::RULE,
    swallowed_pair::RULE,
    syntax_error::RULE,
    sysbox_env::RULE,
    tag_latest::RULE,
    tag_missing::RULE,
    tmp_content::RULE,
    uid_taken::RULE,
    undefined_arg_in_from::RULE,
    undefined_variable::RULE,
    update_apart::RULE,
    user_by_name::RULE,
    user_missing::RULE,
    user_numeric::RULE,
    user_root::RULE,
    volume_on_home::RULE,
    wget_and_curl::RULE,
    world_writable::RULE,
    write_after_volume::RULE,
    yes_flag_missing::RULE,
];

/// The rules that go by a name: the one whose own it is, or all that know it as an id.
pub fn find(name: &str) -> Vec<&'static Rule> {
    match RULES.binary_search_by(|rule| rule.name.cmp(name)) {
        Ok(at) => vec![&RULES[at]],
        // Also codes of ShellCheck's that are never found: people name them in their files.
        Err(_) if crate::shell::is_code(name) => RULES
            .iter()
            .filter(|rule| rule.name == shellcheck::RULE.name)
            .collect(),
        Err(_) => RULES.iter().filter(|rule| rule.aliases.contains(&name)).collect(),
    }
}

/// Whether what a rule of this name points at is not to be shown whole.
pub fn is_masked(name: &str) -> bool {
    name == secret_in_text::RULE.name
}

/// The id of this name, where it is off until it is asked for though its rule is on.
pub fn off_by_itself(name: &str) -> Option<&'static str> {
    crate::shell::code_off(name)?;
    crate::shell::code(name).map(|code| code.id)
}

/// The known name or id that is nearest to a word.
pub fn nearest_name(word: &str) -> Option<&'static str> {
    let names = RULES
        .iter()
        .flat_map(|rule| std::iter::once(rule.name).chain(rule.aliases.iter().copied()));
    nearest(word, names)
}
