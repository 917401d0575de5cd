//! Flag values that BuildKit reads before it expands variables: mounts, devices, durations.

use std::ops::Range;

use super::instruction::{nearest, suggestion};
use super::quote;
use super::tree::Flag;

type Refusal = (String, Range<u32>);

/// The flags of RUN, in the order in which BuildKit looks at them.
pub(super) fn run(flags: &[Flag]) -> Result<(), Refusal> {
    let named = |name: &'static str| flags.iter().filter(move |flag| flag.name() == name);
    for flag in named("device") {
        device(flag.value().unwrap_or_default()).map_err(|message| (message, flag.range.clone()))?;
    }
    for flag in named("mount") {
        mount(flag.value().unwrap_or_default()).map_err(|message| (message, flag.range.clone()))?;
    }
    for flag in named("network") {
        let value = flag.value().unwrap_or_default();
        if !matches!(value, "default" | "none" | "host") {
            let message = format!("invalid network mode {}", quote::quoted(value));
            return Err((message, flag.range.clone()));
        }
    }
    for flag in named("security") {
        let value = flag.value().unwrap_or_default();
        if !matches!(value, "sandbox" | "insecure") {
            let message = format!("security {} is not valid", quote::quoted(value));
            return Err((message, flag.range.clone()));
        }
    }
    Ok(())
}

fn mount(value: &str) -> Result<(), String> {
    let fields = fields(value).map_err(|reason| format!("failed to parse csv mounts: {reason}"))?;
    for field in fields {
        let Some((key, value)) = field.split_once('=') else {
            continue;
        };
        if quote::lower(key) != "from" {
            continue;
        }
        let variable = value
            .match_indices('$')
            .any(|(at, _)| !matches!(value[at + 1..].chars().next(), None | Some('\n')));
        if variable {
            return Err("'from' doesn't support variable expansion, define alias stage instead".to_owned());
        }
    }
    Ok(())
}

fn device(value: &str) -> Result<(), String> {
    let fields = fields(value).map_err(|reason| format!("failed to parse csv devices: {reason}"))?;
    let mut name = String::new();
    for field in fields {
        let pair = field.split_once('=');
        let key = quote::lower(pair.map_or(field.as_str(), |(key, _)| key));
        match (key.as_str(), pair) {
            ("required", None) => {}
            (_, None) if name.is_empty() => name = field,
            (_, None) => return Err(format!("invalid field '{field}' must be a key=value pair")),
            ("name", Some(_)) if !name.is_empty() => {
                return Err(format!("device name already set to {name}"));
            }
            ("name", Some((_, value))) => name = value.to_owned(),
            ("required", Some((_, value))) => {
                let known = [
                    "1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False",
                ];
                if !known.contains(&value) {
                    return Err(format!("invalid value for {key}: {value}"));
                }
            }
            (_, Some(_)) if name.is_empty() => name = field,
            (_, Some(_)) => {
                let near = suggestion(nearest(&key, ["name", "required"].into_iter()));
                return Err(format!("unexpected key '{key}' in '{field}'{near}"));
            }
        }
    }
    Ok(())
}

/// The fields of one line of comma-separated values.
pub fn fields(line: &str) -> Result<Vec<String>, String> {
    let line = line
        .strip_suffix('\n')
        .map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_empty() {
        return Err("EOF".to_owned());
    }
    let failed = |at: usize, what: &str| Err(format!("parse error on line 1, column {}: {what}", at + 1));
    let wrong_quote = "extraneous or missing \" in quoted-field";
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let Some(mut rest) = line[at..].strip_prefix('"') else {
            let field = line[at..].split(',').next().unwrap_or_default();
            if let Some(quote) = field.find('"') {
                return failed(at + quote, "bare \" in non-quoted-field");
            }
            fields.push(field.to_owned());
            at += field.len();
            if at == line.len() {
                return Ok(fields);
            }
            at += 1;
            continue;
        };
        at += 1;
        let mut field = String::new();
        loop {
            let Some(quote) = rest.find('"') else {
                return failed(at, wrong_quote);
            };
            field.push_str(&rest[..quote]);
            at += quote + 1;
            rest = &line[at..];
            match rest.bytes().next() {
                Some(b'"') => {
                    field.push('"');
                    at += 1;
                    rest = &line[at..];
                }
                Some(b',') => {
                    at += 1;
                    break;
                }
                None => {
                    fields.push(field);
                    return Ok(fields);
                }
                Some(_) => return failed(at - 1, wrong_quote),
            }
        }
        fields.push(field);
    }
}

/// The flags of HEALTHCHECK, in the order in which BuildKit looks at them.
pub(super) fn health(flags: &[Flag]) -> Result<(), Refusal> {
    let given = |name: &str| {
        let flag = flags.iter().find(|flag| flag.name() == name)?;
        let value = flag.value().filter(|value| !value.is_empty())?;
        Some((value, flag.range.clone()))
    };
    for name in ["interval", "timeout", "start-period", "start-interval"] {
        let Some((value, range)) = given(name) else {
            continue;
        };
        let nanoseconds = duration(value).map_err(|message| (message, range.clone()))?;
        // The engine's MinimumDuration.
        if nanoseconds != 0 && nanoseconds < 1_000_000 {
            return Err((format!("Interval \"{name}\" cannot be less than 1ms"), range));
        }
    }
    let Some((value, range)) = given("retries") else {
        return Ok(());
    };
    match whole_number(value) {
        Ok(number) if number < 0 => Err((format!("--retries cannot be negative ({number})"), range)),
        Ok(_) => Ok(()),
        Err(reason) => {
            let quoted = quote::quoted(value);
            Err((format!("strconv.ParseInt: parsing {quoted}: {reason}"), range))
        }
    }
}

/// A decimal number of 32 bits, as Go's `strconv.ParseInt` reads it.
fn whole_number(text: &str) -> Result<i32, &'static str> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("invalid syntax");
    }
    text.parse().map_err(|_| "value out of range")
}

/// Nanoseconds of a duration such as `1m30s`, as Go's `time.ParseDuration` reads it.
fn duration(text: &str) -> Result<i128, String> {
    /// Go holds a duration in 63 bits and a sign.
    const LONGEST: i128 = 1 << 63;
    let invalid = || format!("time: invalid duration {}", go_time_quoted(text));
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(rest);
        let number: i128 = match &rest[..whole] {
            "" => 0,
            number => number
                .parse()
                .ok()
                .filter(|number| *number <= LONGEST)
                .ok_or_else(invalid)?,
        };
        rest = &rest[whole..];
        let mut fraction = "";
        if let Some(after) = rest.strip_prefix('.') {
            fraction = &after[..digits(after)];
            rest = &after[fraction.len()..];
        }
        if whole == 0 && fraction.is_empty() {
            return Err(invalid());
        }
        let length = rest
            .bytes()
            .take_while(|byte| *byte != b'.' && !byte.is_ascii_digit())
            .count();
        let unit = &rest[..length];
        rest = &rest[length..];
        let scale: i128 = match unit {
            "" => return Err(format!("time: missing unit in duration {}", go_time_quoted(text))),
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => {
                let (unit, text) = (go_time_quoted(unit), go_time_quoted(text));
                return Err(format!("time: unknown unit {unit} in duration {text}"));
            }
        };
        let mut value = number * scale;
        let mut place = scale;
        for digit in fraction.bytes() {
            place /= 10;
            value += i128::from(digit - b'0') * place;
        }
        total += value;
        if value > LONGEST || total > LONGEST {
            return Err(invalid());
        }
    }
    if !negative && total > LONGEST - 1 {
        return Err(invalid());
    }
    Ok(if negative { -total } else { total })
}

/// As Go's package `time` quotes: bytes outside printable ASCII in hexadecimal.
fn go_time_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=0x7F => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        assert_eq!(duration("1h2m3.5s"), Ok(3_723_500_000_000));
        assert_eq!(duration("-1.5ms"), Ok(-1_500_000));
        assert_eq!(duration("5"), Err("time: missing unit in duration \"5\"".into()));
        assert_eq!(
            duration("1x"),
            Err("time: unknown unit \"x\" in duration \"1x\"".into())
        );
        assert_eq!(duration("."), Err("time: invalid duration \".\"".into()));
        assert_eq!(
            duration("9999999h"),
            Err("time: invalid duration \"9999999h\"".into())
        );
    }

    #[test]
    fn fields_may_be_quoted() {
        assert_eq!(
            fields(r#"a,"b,""c""",d"#),
            Ok(vec!["a".into(), r#"b,"c""#.into(), "d".into()])
        );
        assert_eq!(fields("a,"), Ok(vec!["a".into(), String::new()]));
        assert!(fields(r#"a"b"#).is_err());
        assert!(fields(r#""a"#).is_err());
    }
}
