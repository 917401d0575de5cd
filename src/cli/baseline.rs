//! Arguments about findings that are known already.

use std::path::PathBuf;

use clap::Args;

/// Which findings are known.
#[derive(Debug, Args)]
#[command(next_help_heading = "Baseline")]
pub struct Baseline {
    /// Leave out findings that stand in this file
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all findings into the baseline, so that only new ones count
    #[arg(long)]
    pub write_baseline: bool,
}
