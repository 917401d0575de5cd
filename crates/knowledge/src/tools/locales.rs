//! Locales: locale-gen, localedef, dpkg-reconfigure, debconf, update-locale, and packages that have them.

use crate::facts::{Change, Content, Family, Value, WriteKind};
use crate::tools::options::{Grammar, Options};
use crate::tools::{Call, Effects};

/// Which locales Debian's and Ubuntu's `locale-gen` makes.
const LIST: &str = "/etc/locale.gen";

/// Says what one of them does.
pub fn run(call: &Call, effects: &mut Effects) {
    match call.program() {
        "locale-gen" => generate(call, effects),
        "localedef" => define(call, effects),
        "dpkg-reconfigure" => {
            let reconfigures = call.arguments().iter().any(|(word, _)| word.is("locales"));
            if reconfigures && !listed(call, effects) {
                effects.locale(call, Value::unknown("${locale}"));
            }
        }
        "debconf-set-selections" => preset(call, effects),
        "update-locale" => {
            let mut text = Value::new();
            for (word, _) in call.arguments() {
                text.append(word);
                text.push("\n");
            }
            let file = Value::known("/etc/default/locale");
            effects.write_text(
                call.word(),
                file,
                WriteKind::Append,
                Content::Text(text),
                "update-locale",
            );
        }
        _ => {}
    }
}

fn generate(call: &Call, effects: &mut Effects) {
    // Debian's takes no names; Ubuntu's does, and every other's is left open.
    let takes_names = call.facts.from.base.family != Some(Family::Debian);
    if takes_names {
        let grammar = Grammar {
            short: "",
            long: &["aliases"],
        };
        for (name, _) in &Options::of(call.arguments(), grammar).operands {
            effects.locale(call, name.clone());
        }
    }
    listed(call, effects);
}

/// What the list of locales says: by its text, or by programs that edited it. False if nobody touched it.
fn listed(call: &Call, effects: &mut Effects) -> bool {
    let mut touched = false;
    if let Some(file) = call.facts.files.at(LIST) {
        touched = true;
        match &file.content {
            Content::Text(text) => lines(call, text, effects),
            Content::Unknown | Content::Fetched(_) => effects.locale(call, Value::unknown("${locale}")),
        }
    }
    for step in &call.facts.steps {
        let Some(program) = &step.program else { continue };
        let edits = matches!(program.name(), Some("sed" | "perl" | "awk" | "ed" | "tee"));
        if !edits || !program.words.iter().any(|(word, _)| word.is(LIST)) {
            continue;
        }
        touched = true;
        let scripts = program
            .words
            .iter()
            .filter(|(word, _)| !word.is(LIST) && word.text().contains('/'));
        let mut named = false;
        for (script, _) in scripts {
            for name in names_in(script.text()) {
                named = true;
                effects.locale(call, Value::known(name));
            }
        }
        if !named {
            effects.locale(call, Value::unknown("${locale}"));
        }
    }
    touched
}

fn lines(call: &Call, text: &Value, effects: &mut Effects) {
    for line in text.split(|character| character == '\n') {
        let start = line.text().len() - line.text().trim_start().len();
        let line = line.slice(start..line.text().len());
        if line.is_empty() || line.known_prefix().starts_with('#') {
            continue;
        }
        let name = line
            .split(char::is_whitespace)
            .into_iter()
            .next()
            .unwrap_or_default();
        effects.locale(call, name);
    }
}

/// Names of locales in a text: `en_US.UTF-8`, also where a pattern has a backslash before the dot.
fn names_in(text: &str) -> Vec<String> {
    let text = text.replace('\\', "");
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '.' | '-' | '@');
    let words = text.split(|sign: char| !is_part(sign));
    let is_locale = |word: &&str| {
        let mut letters = word.chars();
        let language: String = letters.by_ref().take_while(|letter| *letter != '_').collect();
        let country = letters.as_str();
        (2..=3).contains(&language.len())
            && language.chars().all(|letter| letter.is_ascii_lowercase())
            && country.len() >= 2
            && country
                .chars()
                .take(2)
                .all(|letter| letter.is_ascii_uppercase() || letter == '.')
    };
    words.filter(is_locale).map(str::to_owned).collect()
}

fn define(call: &Call, effects: &mut Effects) {
    let grammar = Grammar {
        short: "ifAu",
        long: &["inputfile", "charmap", "alias-file", "repertoire-map", "prefix"],
    };
    let options = Options::of(call.arguments(), grammar);
    if options.has(&["list-archive", "delete-from-archive", "help", "version"]) {
        return;
    }
    for (name, _) in &options.operands {
        let last = crate::facts::path::name(name);
        effects.locale(call, last);
    }
}

/// `locales locales/locales_to_be_generated multiselect en_US.UTF-8 UTF-8`.
fn preset(call: &Call, effects: &mut Effects) {
    match call.stdin {
        Some(text) if text.text().contains("locales_to_be_generated") => {
            for name in names_in(text.text()) {
                effects.locale(call, Value::known(name));
            }
        }
        Some(_) => {}
        None => effects.locale(call, Value::unknown("${locale}")),
    }
}

/// The locales that a package has; `*` stands for every country of a language or for all.
pub fn of_package(name: &str) -> Option<Change> {
    let pattern = match name {
        "locales-all" | "glibc-all-langpacks" => "*".to_owned(),
        _ => {
            let language = name
                .strip_prefix("language-pack-")
                .or_else(|| name.strip_prefix("glibc-langpack-"))?;
            let language = language.strip_suffix("-base").unwrap_or(language);
            format!("{}*", language.split('-').next().unwrap_or(language))
        }
    };
    Some(Change::Locale(Value::known(pattern)))
}
