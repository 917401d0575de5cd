//! Text made fit for XML: nothing in it can end an attribute, an element or a section.

use std::borrow::Cow;

use super::printable::printable;

/// Text for an attribute in double quotes, or between two tags.
///
/// XML 1.0 has no way to write most control characters, so they stand as pictures.
pub fn escaped(text: &str) -> String {
    let text = printable(text);
    let mut written = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&apos;"),
            // Two code points that are no characters, and that XML refuses.
            '\u{fffe}' | '\u{ffff}' => written.push(char::REPLACEMENT_CHARACTER),
            _ => written.push(sign),
        }
    }
    written
}

/// Attributes of an element, each with a blank before it.
pub fn attributes(pairs: &[(&str, Cow<'_, str>)]) -> String {
    let pair = |(name, value): &(&str, Cow<'_, str>)| format!(" {name}=\"{}\"", escaped(value));
    pairs.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_what_it_stands_in() {
        assert_eq!(
            escaped("a\"b]]>\n\u{1b}<c>&'\u{ffff}"),
            "a&quot;b]]&gt;␊␛&lt;c&gt;&amp;&apos;\u{fffd}"
        );
        assert_eq!(attributes(&[("x", Cow::Borrowed("1\"2"))]), " x=\"1&quot;2\"");
    }
}
