//! The words of EXPOSE as BuildKit splits them.

/// A port as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port<'a> {
    /// Whether an address or a port of the host stands before the container's.
    pub is_mapped: bool,
    /// The container's port and the protocol.
    pub container: &'a str,
    /// The protocol, as written; empty if none is.
    pub protocol: &'a str,
}

/// Splits `[address:]host:container[/protocol]`; none where the protocol is none that BuildKit knows.
pub fn port(word: &str) -> Option<Port<'_>> {
    let (before, container) = match word.rsplit_once(':') {
        Some((before, container)) => (before, container),
        None => ("", word),
    };
    let (number, protocol) = container.split_once('/').unwrap_or((container, ""));
    let known = ["", "tcp", "udp", "sctp"].contains(&protocol.to_lowercase().as_str());
    (known && !number.is_empty()).then_some(Port {
        is_mapped: !before.trim_matches(':').is_empty(),
        container,
        protocol,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_colons() {
        let port = port("[::1]:8080:80/TCP").expect("a port");
        assert!(port.is_mapped);
        assert_eq!((port.container, port.protocol), ("80/TCP", "TCP"));
        assert!(!super::port("80").expect("a port").is_mapped);
        assert_eq!(super::port("80/http"), None);
    }
}
