//! `template`: whether templates of one's own are in order.

use std::io::Write;

use anyhow::Result;

use super::new::{library, refused};
use super::{Exit, say};
use crate::cli::{Global, TemplateVerb};
use crate::report::printable::{printable, printable_at_start};
use crate::template::{Faults, check};

/// Does what is asked of templates.
pub fn template(global: &Global, verb: &TemplateVerb, out: &mut dyn Write) -> Result<Exit> {
    let TemplateVerb::Check { dir } = verb;
    let library = library(Some(dir))?;
    let mut faults = Vec::new();
    let mut exit = Exit::Clean;
    for name in library.names() {
        let checked = library
            .template(name)
            .and_then(|template| match template.is_part() {
                // It makes nothing by itself; those that extend it are checked.
                true => Ok(Vec::new()),
                false => check(&template),
            });
        let examples = match checked {
            Ok(examples) => examples,
            Err(wrong) => {
                faults.extend(wrong.0);
                continue;
            }
        };
        for example in &examples {
            if example.fails {
                exit = Exit::Found;
            }
            let place = format!("{name} ({})", example.name);
            for finding in &example.findings {
                writeln!(out, "{}: {}", printable_at_start(&place), printable(finding))?;
            }
        }
        if !global.quiet {
            say(&format!("{name}: {} examples were made", examples.len()));
        }
    }
    match faults.is_empty() {
        true => Ok(exit),
        false => Ok(refused(&Faults(faults))),
    }
}
