//! What an image gained and lost against another one: output types, and the table for people.
//!
//! `+` is gained, `-` lost, `~` changed. Where one side does not tell, it is said so (`?`): in JSON each by
//! name, for people as a count.

use std::fmt::Write as _;

use serde::Serialize;

use super::printable::printable;

/// All differences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is compared with.
    pub old: String,
    /// What is compared.
    pub new: String,
    /// Packages, with versions.
    pub packages: Vec<Change>,
    /// Accounts.
    pub users: Vec<Change>,
    /// Groups.
    pub groups: Vec<Change>,
    /// Programs on PATH.
    pub commands: Vec<Change>,
    /// Variables of the environment.
    pub env: Vec<Change>,
    /// Units that are enabled or masked.
    pub units: Vec<Change>,
    /// USER, WORKDIR, ENTRYPOINT, CMD and the like.
    pub config: Vec<Change>,
    /// Ports.
    pub ports: Vec<Change>,
    /// Volumes.
    pub volumes: Vec<Change>,
    /// Labels.
    pub labels: Vec<Change>,
    /// Bytes.
    pub size: Size,
}

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Became {
    /// It is new.
    Gained,
    /// It is gone.
    Lost,
    /// It is another.
    Changed,
    /// One of the two sides does not tell.
    Unknown,
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What became of it.
    pub change: Became,
    /// Of what.
    pub name: String,
    /// What is known of it before; null where it was not there, or nothing is known.
    pub old: Option<String>,
    /// What is known of it now.
    pub new: Option<String>,
}

/// How much the images weigh: the bytes of the files in their layers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Size {
    /// Before; null where nobody knows, as with what is not built yet.
    pub old: Option<u64>,
    /// Now.
    pub new: Option<u64>,
    /// Instructions whose layers differ; empty where one side is not known.
    pub instructions: Vec<Weight>,
}

/// What an instruction weighs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Weight {
    /// What became of it.
    pub change: Became,
    /// The instruction, as the image's history has it.
    pub instruction: String,
    /// Bytes before; null where it was not there.
    pub old: Option<u64>,
    /// Bytes now.
    pub new: Option<u64>,
}

impl Became {
    /// The sign by which people know it.
    pub fn sign(self) -> char {
        match self {
            Self::Gained => '+',
            Self::Lost => '-',
            Self::Changed => '~',
            Self::Unknown => '?',
        }
    }
}

impl Difference {
    /// The kinds of things with their differences, in the order in which they are told.
    pub fn sections(&self) -> [(&'static str, &[Change]); 10] {
        [
            ("packages", &self.packages),
            ("users", &self.users),
            ("groups", &self.groups),
            ("commands", &self.commands),
            ("environment", &self.env),
            ("units", &self.units),
            ("configuration", &self.config),
            ("ports", &self.ports),
            ("volumes", &self.volumes),
            ("labels", &self.labels),
        ]
    }

    /// For people: a table with signs.
    pub fn text(&self) -> String {
        let mut text = format!("{} against {}\n", printable(&self.new), printable(&self.old));
        let mut is_same = true;
        for (noun, changes) in self.sections() {
            let (told, untold) = told(changes);
            if told.is_empty() && untold == 0 {
                continue;
            }
            is_same = false;
            let _ = writeln!(text, "\n{noun}");
            let width = told
                .iter()
                .map(|change| printable(&change.name).chars().count())
                .max()
                .unwrap_or_default()
                .min(40);
            for change in told {
                let line = format!(
                    "{:<width$}  {}",
                    printable(&change.name),
                    printable(&values(change))
                );
                let _ = writeln!(text, "  {} {}", change.change.sign(), line.trim_end());
            }
            if untold > 0 {
                let _ = writeln!(text, "  ? {untold} more of which one side does not tell");
            }
        }
        let size = self.size.rows();
        if !size.is_empty() {
            is_same = false;
            let _ = writeln!(text, "\nsize");
            for (sign, what, amount) in size {
                let _ = writeln!(text, "  {sign} {amount:>24}  {}", cut(&printable(&what)));
            }
        }
        if is_same {
            text.push_str("\nno difference\n");
        }
        text
    }

    /// For a pull request: the same as tables.
    pub fn markdown(&self) -> String {
        let escaped = super::markdown::escaped;
        let mut text = format!("### {} against {}\n", escaped(&self.new), escaped(&self.old));
        let mut rows = String::new();
        for (noun, changes) in self.sections() {
            let (told, untold) = told(changes);
            for change in told {
                let _ = writeln!(
                    rows,
                    "| {} | {noun} | {} | {} | {} |",
                    escaped(&change.change.sign().to_string()),
                    escaped(&cut(&change.name)),
                    escaped(&cut(change.old.as_deref().unwrap_or_default())),
                    escaped(&cut(change.new.as_deref().unwrap_or_default()))
                );
            }
            if untold > 0 {
                let _ = writeln!(
                    rows,
                    "| ? | {noun} | {untold} more of which one side does not tell | | |"
                );
            }
        }
        for (sign, what, amount) in self.size.rows() {
            let sign = escaped(&sign.to_string());
            let _ = writeln!(rows, "| {sign} | size | {} | | {amount} |", escaped(&cut(&what)));
        }
        match rows.is_empty() {
            true => text.push_str("\nNo difference.\n"),
            false => {
                text.push_str("\n| | what | which | before | now |\n| --- | --- | --- | --- | --- |\n");
                text.push_str(&rows);
            }
        }
        text
    }
}

/// The differences that are told one by one, and how many are not.
fn told(changes: &[Change]) -> (Vec<&Change>, usize) {
    let mut told: Vec<&Change> = changes.iter().collect();
    told.retain(|change| change.change != Became::Unknown);
    let untold = changes.len() - told.len();
    (told, untold)
}

fn values(change: &Change) -> String {
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    }
}

/// Characters of a text in a table.
const LONGEST: usize = 100;

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Size {
    /// Sign, what, and how much.
    fn rows(&self) -> Vec<(char, String, String)> {
        let mut rows: Vec<(char, String, String)> = self
            .instructions
            .iter()
            .map(|weight| {
                let amount = match (weight.old, weight.new) {
                    (Some(old), Some(new)) => format!("{} → {}", bytes(old), bytes(new)),
                    (Some(one), None) | (None, Some(one)) => bytes(one),
                    (None, None) => String::new(),
                };
                (weight.change.sign(), weight.instruction.clone(), amount)
            })
            .collect();
        match (self.old, self.new) {
            (Some(old), Some(new)) if old == new => {}
            (Some(old), Some(new)) => {
                rows.push(('~', "all".to_owned(), format!("{} → {}", bytes(old), bytes(new))));
            }
            (None, Some(new)) => rows.push(('?', "all; before is not known".to_owned(), bytes(new))),
            _ => {}
        }
        rows
    }
}

/// Bytes as people say them, in powers of 1000.
fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.2} GB", count as f64 / 1e9),
    }
}
