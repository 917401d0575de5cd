//! Redirects, in the few kinds that matter to what a command does.

use shuck_ast::{RedirectKind as Sign, RedirectTarget, Stmt};

use super::setting::Setting;
use super::walk::Walk;
use super::{Part, Redirect, RedirectKind, ShellWord};

impl Walk<'_> {
    /// Redirects of a statement.
    pub(super) fn redirects(&mut self, stmt: &Stmt, setting: &Setting) -> Vec<Redirect> {
        let mut redirects = Vec::with_capacity(stmt.redirects.len());
        for redirect in &stmt.redirects {
            self.redirect(redirect, setting, &mut redirects);
        }
        redirects
    }

    fn redirect(&mut self, redirect: &shuck_ast::Redirect, setting: &Setting, redirects: &mut Vec<Redirect>) {
        let raw = self.slice(redirect.span);
        let mut range = self.range(redirect.span);
        let default = u32::from(
            !raw.trim_start_matches(|sign: char| sign.is_ascii_digit())
                .starts_with('<'),
        );
        let digits = raw.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(0);
        let descriptor = match redirect.fd {
            Some(descriptor) => u32::try_from(descriptor).unwrap_or(default),
            None => raw[..digits].parse().unwrap_or(default),
        };
        let word = match &redirect.target {
            RedirectTarget::Heredoc(heredoc) => {
                let body = self.heredoc(&heredoc.body, setting);
                let target = self.word(&heredoc.delimiter.raw, setting);
                range.end = range.end.max(target.range.end);
                let written = self
                    .text
                    .get(range.end as usize..)
                    .is_some_and(|rest| rest.contains('\n'));
                let kind = RedirectKind::Heredoc {
                    body: written.then_some(body),
                };
                redirects.push(Redirect {
                    descriptor,
                    kind,
                    target,
                    range,
                });
                return;
            }
            RedirectTarget::Word(word) => word,
        };
        let mut target = self.word(word, setting);
        if word.span.start.offset() >= word.span.end.offset() {
            // The crate has no place for the `1` of `2>&1`, and makes up that of `&>>file`.
            let written = raw
                .rfind('&')
                .map(|at| at + 1)
                .filter(|&at| at < raw.len() && !raw.ends_with('>'));
            target.range = match written {
                Some(at) => range.start + at as u32..range.end,
                None => range.end..range.end,
            };
        }
        range.end = range.end.max(target.range.end);
        let kind = match redirect.kind {
            Sign::Input | Sign::ReadWrite => RedirectKind::Read,
            Sign::Output | Sign::Clobber | Sign::OutputBoth => RedirectKind::Write,
            Sign::Append => RedirectKind::Append,
            Sign::HereString => RedirectKind::HereString,
            Sign::DupInput => RedirectKind::Duplicate,
            Sign::DupOutput if is_descriptor(&target) => RedirectKind::Duplicate,
            Sign::DupOutput => RedirectKind::Write,
            Sign::HereDoc | Sign::HereDocStrip => RedirectKind::Heredoc { body: None },
        };
        let both = redirect.kind == Sign::OutputBoth
            || (redirect.kind == Sign::DupOutput && kind == RedirectKind::Write && digits == 0);
        let end = range.end;
        redirects.push(Redirect {
            descriptor,
            kind,
            target,
            range: range.clone(),
        });
        if both {
            let target = ShellWord {
                parts: vec![Part::Bare("1".to_owned())],
                range: end..end,
            };
            redirects.push(Redirect {
                descriptor: 2,
                kind: RedirectKind::Duplicate,
                target,
                range,
            });
        }
    }
}

/// Whether `>&` copies a descriptor: a number, a number and `-`, `-`, or a value that we cannot know.
fn is_descriptor(target: &ShellWord) -> bool {
    target.constant().is_none_or(|text| {
        let digits = text.strip_suffix('-').unwrap_or(&text);
        digits.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty()
    })
}
