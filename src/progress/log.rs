//! Bytes of a log to lines that may be printed.
//!
//! Escape sequences go, a carriage return starts the line anew as on a terminal, tabs become blanks, and
//! no line grows without bound. What remains is still printed through `report::printable` only.

/// The longest line that is kept, in bytes; the rest of it is dropped.
pub const LONGEST_LINE: usize = 16 << 10;

/// Columns from one tab stop to the next.
const TAB: usize = 8;

/// Cuts a stream of bytes into lines.
#[derive(Debug, Default)]
pub struct Lines {
    open: Vec<u8>,
    /// After a carriage return: what comes next replaces the line, a line end keeps it.
    returned: bool,
}

impl Lines {
    /// Takes bytes and hands over the lines that they complete.
    pub fn take(&mut self, bytes: &[u8], mut sink: impl FnMut(String)) {
        for byte in bytes {
            match byte {
                b'\n' => {
                    self.returned = false;
                    sink(text(&self.open));
                    self.open.clear();
                }
                b'\r' => self.returned = true,
                byte => {
                    if self.returned {
                        self.returned = false;
                        self.open.clear();
                    }
                    if self.open.len() < LONGEST_LINE {
                        self.open.push(*byte);
                    }
                }
            }
        }
    }

    /// The line that has no end yet, if there is something in it.
    pub fn rest(&mut self) -> Option<String> {
        let line = text(&std::mem::take(&mut self.open));
        (!line.trim().is_empty()).then_some(line)
    }

    /// The same, left where it is.
    pub fn open(&self) -> Option<String> {
        let line = text(&self.open);
        (!line.trim().is_empty()).then_some(line)
    }
}

/// Text without escape sequences.
pub fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut plain = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    let mut column = 0;
    while let Some(sign) = signs.next() {
        match sign {
            '\x1b' => skip_sequence(&mut signs),
            '\t' => {
                let blanks = TAB - column % TAB;
                plain.extend(std::iter::repeat_n(' ', blanks));
                column += blanks;
            }
            // A backspace takes back what stands before it.
            '\x08' => {
                plain.pop();
                column = column.saturating_sub(1);
            }
            sign => {
                plain.push(sign);
                column += 1;
            }
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// Skips what follows an escape sign: `[…letter`, `]…bell`, or one sign.
fn skip_sequence(signs: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match signs.next() {
        Some('[') => {
            for sign in signs.by_ref() {
                if ('\x40'..='\x7e').contains(&sign) {
                    break;
                }
            }
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(sign) = signs.next() {
                if sign == '\x07' {
                    break;
                }
                if sign == '\x1b' {
                    signs.next_if_eq(&'\\');
                    break;
                }
            }
        }
        // A set of characters is named by one sign more.
        Some('(' | ')' | '#' | '%') => {
            signs.next();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> (Vec<String>, Option<String>) {
        let mut lines = Lines::default();
        let mut all = Vec::new();
        for piece in pieces {
            lines.take(piece, |line| all.push(line));
        }
        (all, lines.rest())
    }

    #[test]
    fn lines_are_cut_anywhere() {
        let (all, rest) = lines(&[b"on", b"e\ntw", b"o\nthree"]);
        assert_eq!(all, ["one", "two"]);
        assert_eq!(rest.as_deref(), Some("three"));
    }

    #[test]
    fn colours_titles_and_moves_are_gone() {
        let bytes = b"\x1b[91mred\x1b[0m \x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x1b[2K\x1b(B!\n";
        assert_eq!(lines(&[bytes]).0, ["red link!"]);
    }

    #[test]
    fn a_carriage_return_starts_anew_and_before_a_line_end_is_nothing() {
        assert_eq!(
            lines(&[b"10%\r50%\r", b"100%\r\nend\r", b"\n"]).0,
            ["100%", "end"]
        );
    }

    #[test]
    fn a_line_without_end_stays_within_bounds() {
        let (all, rest) = lines(&[&vec![b'a'; 10 * LONGEST_LINE]]);
        assert!(all.is_empty());
        assert_eq!(rest.expect("there is one").len(), LONGEST_LINE);
    }

    #[test]
    fn tabs_reach_the_next_stop() {
        assert_eq!(lines(&[b"a\tb\n"]).0, ["a       b"]);
    }
}
