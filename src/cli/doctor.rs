//! The arguments of `doctor` and `mounts`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ListFormat;
use crate::doctor::Kind;

/// `doctor`: what is looked at, and for what.
#[derive(Debug, Args)]
pub struct Doctor {
    /// The platform that is meant [default: the config's, else cvm]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<Platform>,
    /// Virtual machines are cached on the nodes
    #[arg(long)]
    pub caching: bool,
    /// Look at a host that was recorded below this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["cluster", "kubectl", "pod", "table"])]
    pub root: Option<PathBuf>,
    /// Check a cluster: what kubectl get nodes,runtimeclass,pods,namespaces -o json and kubectl version -o json print; - is standard input
    #[arg(long, value_name = "FILE")]
    pub cluster: Vec<PathBuf>,
    /// Check the cluster that kubectl reaches, without changing anything
    #[arg(long)]
    pub kubectl: bool,
    /// Check pods, workloads, or what docker inspect prints; - is standard input
    #[arg(long, value_name = "FILE")]
    pub pod: Vec<PathBuf>,
    /// Print the tables against which is checked
    #[arg(long, conflicts_with_all = ["cluster", "kubectl", "pod"])]
    pub table: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
}

/// A platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Platform {
    /// Coder's container-based virtual machines.
    Cvm,
    /// The Sysbox runtime alone.
    Sysbox,
    /// Coder's envbox.
    Envbox,
}

impl From<Platform> for Kind {
    fn from(platform: Platform) -> Self {
        match platform {
            Platform::Cvm => Self::Cvm,
            Platform::Sysbox => Self::Sysbox,
            Platform::Envbox => Self::Envbox,
        }
    }
}

/// `mounts`: for which kind of workspace, and how it is printed.
#[derive(Debug, Args)]
pub struct Mounts {
    /// The platform that is meant
    #[arg(long, value_name = "NAME", default_value = "cvm")]
    pub profile: Outer,
    /// Virtual machines are cached on the nodes
    #[arg(long)]
    pub caching: bool,
    /// The platform builds and loads shiftfs by itself
    #[arg(long)]
    pub auto_load_shiftfs: bool,
    /// The user inside
    #[arg(long, value_name = "NAME", default_value = "coder", value_parser = user)]
    pub user: String,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: MountsFormat,
}

/// A platform with an outer container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Outer {
    /// Coder's container-based virtual machines.
    Cvm,
    /// Coder's envbox.
    Envbox,
}

/// How mounts are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MountsFormat {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// Part of a pod.
    Yaml,
    /// A pod for the Kubernetes provider.
    Terraform,
    /// Flags of docker run.
    Docker,
}

/// A name that useradd takes; it becomes part of paths and of code.
fn user(text: &str) -> Result<String, String> {
    let sound = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.');
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    match starts && text.len() <= 32 && text.chars().all(sound) {
        true => Ok(text.to_owned()),
        false => {
            Err("a user's name has letters, digits, `_`, `-` and `.`, and at most 32 of them".to_owned())
        }
    }
}
