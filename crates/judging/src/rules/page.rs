//! A rule's page, read from the module comment of its file.
//!
//! The first line says what is wrong, the paragraphs why it matters, the last sentence what to do.

/// The page of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What is wrong, one line without a full stop at its end.
    pub summary: String,
    /// Why it matters, in paragraphs of one line each, the last one with what to do.
    pub paragraphs: Vec<String>,
}

impl Page {
    /// Reads the module comment at the head of a rule's file.
    pub fn of(source: &str) -> Self {
        let mut paragraphs: Vec<String> = vec![String::new()];
        let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
        for line in lines.map(str::trim) {
            match (line, paragraphs.last_mut()) {
                ("", Some(last)) if !last.is_empty() => paragraphs.push(String::new()),
                ("", _) | (_, None) => {}
                (words, Some(last)) => {
                    if !last.is_empty() {
                        last.push(' ');
                    }
                    last.push_str(words);
                }
            }
        }
        let mut paragraphs = paragraphs.into_iter().filter(|text| !text.is_empty());
        let summary = paragraphs.next().unwrap_or_default();
        Self {
            summary: summary.trim_end_matches('.').to_owned(),
            paragraphs: paragraphs.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_paragraph_are_joined() {
        let page =
            Page::of("//! One is wrong.\n//!\n//! Because of this\n//! and that.\n\nuse x;\n//! not this\n");
        assert_eq!(page.summary, "One is wrong");
        assert_eq!(page.paragraphs, ["Because of this and that."]);
    }

    #[test]
    fn a_file_without_a_comment_has_an_empty_page() {
        assert_eq!(Page::of("use x;").summary, "");
    }
}
