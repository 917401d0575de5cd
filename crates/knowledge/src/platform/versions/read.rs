//! Reads what is asked for into the stretches of the order that it covers.

use super::{Point, Spelling, Stretch};

/// The stretches that a text covers.
pub(super) fn stretches(spelling: Spelling, text: &str) -> Option<Vec<Stretch>> {
    let text = match text.split_once(':') {
        Some((epoch, rest)) if is_epoch(epoch) => rest,
        Some(_) => return None,
        None => text,
    };
    let text = text
        .strip_prefix(['v', 'V'])
        .filter(|_| spelling == Spelling::Plain)
        .unwrap_or(text);
    let mut rest = text;
    let mut from = Point::FIRST;
    let mut to = Point::LAST;
    for place in 0..3 {
        let (number, tail) = number(rest)?;
        match number {
            Number::Exact(value) => {
                *part(&mut from, place) = value;
                *part(&mut to, place) = value;
            }
            Number::Among(ranges) => {
                let stretch = |(low, high): (u32, u32)| {
                    let (mut from, mut to) = (from, to);
                    *part(&mut from, place) = low;
                    *part(&mut to, place) = high;
                    Stretch { from, to }
                };
                return Some(ranges.into_iter().map(stretch).collect());
            }
            Number::Any => return (place > 0 || rest.starts_with('*')).then(|| vec![Stretch { from, to }]),
        }
        rest = tail;
        match rest.strip_prefix('.') {
            Some(tail) if place < 2 => rest = tail,
            _ if place < 2 && !rest.is_empty() && !rest.starts_with(['*', '?', '[']) => {
                // `20.10~3-0` has no third number; what follows is the packager's.
                break;
            }
            _ => {}
        }
    }
    (from.candidate, to.candidate) = candidate(&mut rest, spelling);
    (from.revision, to.revision) = revision(rest, spelling);
    Some(vec![Stretch { from, to }])
}

/// Whether a text may be an epoch, of which a glob may be a part.
fn is_epoch(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'*' || byte == b'?')
}

/// One of the three numbers of a place.
fn part(point: &mut Point, place: usize) -> &mut u32 {
    match place {
        0 => &mut point.major,
        1 => &mut point.minor,
        _ => &mut point.patch,
    }
}

/// The number at the start of a text, and what follows it; none where something else stands there.
fn number(text: &str) -> Option<(Number, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(end);
    let wild = rest.starts_with(['*', '?', '[']);
    if digits.is_empty() {
        return (text.is_empty() || wild || text.starts_with(['x', 'X'])).then_some((Number::Any, ""));
    }
    let value: u32 = digits.parse().ok().filter(|&value| value < u32::MAX / 100)?;
    if !wild {
        return Some((Number::Exact(value), rest));
    }
    // `2*` means 2 and 20 to 29; after two digits a further one is no version that exists.
    let ranges = match (digits.len(), value) {
        (1, 1..) => vec![(value, value), (value * 10, value * 10 + 9)],
        _ => vec![(value, value)],
    };
    Some((Number::Among(ranges), ""))
}

/// The number of a release candidate, cut off the text; the release without one.
fn candidate(rest: &mut &str, spelling: Spelling) -> (u32, u32) {
    if rest.starts_with(['*', '?', '[']) {
        return (0, Point::RELEASE);
    }
    let marked = match spelling {
        Spelling::Deb | Spelling::Rpm => rest.strip_prefix(['~', '-']),
        Spelling::Plain => rest.strip_prefix('-'),
    };
    let Some(marked) = marked else {
        return (Point::RELEASE, Point::RELEASE);
    };
    if let Some(number) = marked.strip_prefix("rc") {
        let number = number.trim_start_matches('.');
        let end = number.bytes().take_while(u8::is_ascii_digit).count();
        let value = number[..end].parse().unwrap_or(0);
        *rest = &number[end..];
        return (value, value);
    }
    if ["alpha", "beta"].iter().any(|word| marked.starts_with(word)) {
        *rest = "";
        return (0, 0);
    }
    (Point::RELEASE, Point::RELEASE)
}

/// The packager's revision: all of them where none is written or a wildcard stands.
fn revision(rest: &str, spelling: Spelling) -> (u32, u32) {
    const ALL: (u32, u32) = (0, u32::MAX);
    if spelling == Spelling::Plain {
        return ALL;
    }
    let Some((_, release)) = rest.split_once('-') else {
        return ALL;
    };
    let release = match (spelling, release.strip_prefix("3.")) {
        // Docker's older RPMs have releases 3.1 and 3.2 where the Debian packages have 1 and 2.
        (Spelling::Rpm, Some(counted)) if counted.starts_with(|first: char| first.is_ascii_digit()) => {
            counted
        }
        _ => release,
    };
    let end = release.bytes().take_while(u8::is_ascii_digit).count();
    match release[..end].parse::<u32>() {
        Ok(value) => (value, value),
        Err(_) => ALL,
    }
}

/// What stands in the place of a number.
enum Number {
    /// This number.
    Exact(u32),
    /// One of these, and whatever follows.
    Among(Vec<(u32, u32)>),
    /// Any, because the text ends or a wildcard stands here.
    Any,
}
