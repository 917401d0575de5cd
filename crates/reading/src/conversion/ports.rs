//! Words of EXPOSE: `[address:][host port:]port[/protocol]`, each port one or a range.

use std::net::IpAddr;

use crate::syntax::quoted;

/// What BuildKit says of a word that is no port.
pub(super) fn refusal(word: &str) -> Option<String> {
    check(word).err()
}

fn check(word: &str) -> Result<(), String> {
    let (rest, container) = word
        .rsplit_once(':')
        .map_or((None, word), |(rest, port)| (Some(rest), port));
    let (address, host) = match rest {
        None => ("", ""),
        Some(rest) => rest.rsplit_once(':').unwrap_or(("", rest)),
    };
    let (container, protocol) = container.split_once('/').unwrap_or((container, ""));
    let whole = || quoted(word);
    if container.is_empty() {
        return Err(format!("invalid port: {}: no port specified", whole()));
    }
    if !matches!(protocol.to_lowercase().as_str(), "" | "tcp" | "udp" | "sctp") {
        return Err(format!("invalid port: {}: invalid proto: {protocol}", whole()));
    }
    let bare = if address.starts_with('[') {
        unbracketed(address)
            .map_err(|what| format!("invalid IP address {address}: address {address}:: {what}"))?
    } else {
        address
    };
    if !bare.is_empty() && bare.parse::<IpAddr>().is_err() {
        return Err(format!("invalid IP address: {bare}"));
    }
    let container_ports = range(container).ok_or_else(|| format!("invalid containerPort: {container}"))?;
    if host.is_empty() {
        return Ok(());
    }
    let host_ports = range(host).ok_or_else(|| format!("invalid hostPort: {host}"))?;
    let width = |(start, end): (u32, u32)| end - start;
    // A range of host ports may serve one container port.
    if width(container_ports) != width(host_ports) && width(container_ports) != 0 {
        return Err(format!(
            "invalid ranges specified for container and host Ports: {container} and {host}"
        ));
    }
    Ok(())
}

/// The address in brackets, as Go's `net.SplitHostPort` takes it from `address:`.
fn unbracketed(address: &str) -> Result<&str, &'static str> {
    let Some(end) = address.find(']') else {
        return Err("missing ']' in address");
    };
    let after = &address[end + 1..];
    if after.starts_with(':') {
        return Err("too many colons in address");
    }
    if !after.is_empty() {
        return Err("missing port in address");
    }
    let inside = &address[1..end];
    if inside.contains('[') {
        return Err("unexpected '[' in address");
    }
    Ok(inside)
}

/// The first and the last port.
fn range(text: &str) -> Option<(u32, u32)> {
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let port = |text: &str| text.parse().ok().filter(|port: &i64| (0..=65_535).contains(port));
    let first = port(start)?;
    let last = if start == end { first } else { port(end)? };
    (first <= last).then_some((first as u32, last as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_have_addresses_ranges_and_protocols() {
        for word in [
            "80",
            "80/TCP",
            "80/",
            "8080:80",
            "1.2.3.4:8080:80",
            "[::1]:8080:80/udp",
            "::1:8080:80",
            "8000-8010",
            "8000-9000:80",
            "0",
            "65535",
            "80-80",
            ":80",
        ] {
            assert_eq!(refusal(word), None, "{word}");
        }
    }

    #[test]
    fn what_is_no_port_is_told_in_buildkits_words() {
        for (word, message) in [
            ("80/http", "invalid port: \"80/http\": invalid proto: http"),
            ("/tcp", "invalid port: \"/tcp\": no port specified"),
            ("{a}", "invalid containerPort: {a}"),
            ("65536", "invalid containerPort: 65536"),
            ("90-80", "invalid containerPort: 90-80"),
            ("80-", "invalid containerPort: 80-"),
            ("a:80", "invalid hostPort: a"),
            ("x:1:80", "invalid IP address: x"),
            (
                "1-3:1-2",
                "invalid ranges specified for container and host Ports: 1-2 and 1-3",
            ),
            (
                "[::1:1:80",
                "invalid IP address [::1: address [::1:: missing ']' in address",
            ),
            ("[\"80\"]", "invalid containerPort: [\"80\"]"),
        ] {
            assert_eq!(refusal(word).as_deref(), Some(message), "{word}");
        }
    }
}
