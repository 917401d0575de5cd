//! `mounts`: what the platform mounts into the container in which a workspace runs.

use std::io::Write;

use anyhow::{Result, anyhow};

use super::Exit;
use crate::cli::doctor::{Mounts, MountsFormat, Outer};
use crate::platform::mounts::{AutoLoad, Caching, Wanted, mounts as of};
use crate::report::mounts as page;

/// Prints the mounts.
pub fn mounts(arguments: &Mounts, out: &mut dyn Write) -> Result<Exit> {
    let caching = if arguments.caching {
        Caching::On
    } else {
        Caching::Off
    };
    let load = if arguments.auto_load_shiftfs {
        AutoLoad::On
    } else {
        AutoLoad::Off
    };
    let wanted = match arguments.profile {
        Outer::Cvm => Wanted::Cvm(caching, load),
        Outer::Envbox if arguments.caching || arguments.auto_load_shiftfs => {
            return Err(anyhow!(
                "envbox has no cache on the node: --caching and --auto-load-shiftfs are for cvm"
            ));
        }
        Outer::Envbox => Wanted::Envbox(arguments.user.clone()),
    };
    let mounts = of(&wanted).map_err(|reason| anyhow!("--auto-load-shiftfs needs --caching: {reason}"))?;
    match arguments.format {
        MountsFormat::Table => out.write_all(page::table(&mounts).as_bytes())?,
        MountsFormat::Json => page::write_json(&mounts, out)?,
        MountsFormat::Yaml => out.write_all(page::yaml(&mounts).as_bytes())?,
        MountsFormat::Terraform => out.write_all(page::terraform(&mounts).as_bytes())?,
        MountsFormat::Docker => out.write_all(page::docker(&mounts).as_bytes())?,
    }
    Ok(Exit::Clean)
}
