//! Reads the files whose format is known, each within a bound.

use std::io::{self, BufRead, Read};

use super::inspected::{Content, Marks};
use super::keep::{Keep, Known, LONGEST_ASKED, LONGEST_TEXT};
use super::{locales, packages, rpm};

/// The most bytes of a package database of RPM: such a file has to be in memory as a whole.
const LONGEST_DATABASE: u64 = 512 << 20;

/// What a known file says; none where it is no file of the kind that its name promises.
///
/// # Errors
/// The reader's alone: a file that makes no sense is [`Content::Unread`].
pub fn read(
    known: Known,
    keep: &Keep,
    size: u64,
    input: &mut dyn BufRead,
    owned: &mut Marks,
) -> io::Result<Option<Content>> {
    Ok(match known {
        Known::Text => Some(text(input, size, LONGEST_TEXT)?),
        Known::AskedText => Some(text(input, size, LONGEST_ASKED)?),
        Known::Asked => None,
        Known::Licence => Some(words_in(input, size, &keep.licences)?),
        Known::Script => {
            let is_script = input.fill_buf()?.starts_with(b"#!");
            if is_script {
                Some(text(input, size, LONGEST_TEXT)?)
            } else {
                None
            }
        }
        Known::Dpkg => Some(Content::Packages(packages::dpkg(input)?)),
        Known::DpkgList => {
            packages::owned(input, owned)?;
            None
        }
        Known::ExtendedStates => Some(Content::Names(packages::automatic(input)?)),
        Known::Apk => Some(Content::Packages(packages::apk(input, owned)?)),
        Known::World => Some(Content::Names(packages::world(input)?)),
        Known::Locales => Some(locales::archive(input)?),
        Known::RpmLog if size == 0 => None,
        Known::RpmLog => Some(Content::Unread(
            "the database of RPM has changes in a log beside it, which is not read".to_owned(),
        )),
        Known::RpmSqlite | Known::RpmNdb | Known::RpmBerkeley if size > LONGEST_DATABASE => Some(
            Content::Unread(format!("the database has more than {LONGEST_DATABASE} bytes")),
        ),
        Known::RpmSqlite | Known::RpmNdb | Known::RpmBerkeley => {
            let mut bytes = Vec::new();
            input.take(LONGEST_DATABASE).read_to_end(&mut bytes)?;
            Some(rpm::read(known, bytes, owned))
        }
    })
}

fn text(input: &mut dyn BufRead, size: u64, longest: u64) -> io::Result<Content> {
    if size > longest {
        return Ok(Content::Unread(format!("it has more than {longest} bytes")));
    }
    let mut bytes = Vec::new();
    input.take(longest).read_to_end(&mut bytes)?;
    Ok(Content::Text(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Those words that stand in a text, in whatever case: a thousand such files are not kept as a whole.
fn words_in(input: &mut dyn BufRead, size: u64, words: &[String]) -> io::Result<Content> {
    Ok(match text(input, size, LONGEST_ASKED)? {
        Content::Text(text) => {
            let text = text.to_uppercase();
            let found = words.iter().filter(|word| text.contains(word.as_str()));
            Content::Text(found.cloned().collect::<Vec<_>>().join(" "))
        }
        other => other,
    })
}

/// The lines of a file, without their ends; of a line only so much as is told.
pub fn each_line(input: &mut dyn BufRead, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    const LONGEST_LINE: usize = 1 << 16;
    let mut line = Vec::new();
    loop {
        let available = input.fill_buf()?;
        if available.is_empty() {
            break;
        }
        let end = memchr::memchr(b'\n', available);
        let part = &available[..end.unwrap_or(available.len())];
        let room = LONGEST_LINE.saturating_sub(line.len());
        if end.is_some() && line.is_empty() {
            take(&part[..part.len().min(room)]);
        } else {
            line.extend_from_slice(&part[..part.len().min(room)]);
            if end.is_some() {
                take(&line);
                line.clear();
            }
        }
        let length = part.len() + usize::from(end.is_some());
        input.consume(length);
    }
    if !line.is_empty() {
        take(&line);
    }
    Ok(())
}
