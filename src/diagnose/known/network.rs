//! The network: names, connections, proxies, certificates, and what servers answer.

use regex::bytes::Captures;

use super::NETWORK;
use crate::diagnose::explain::Fault;
use crate::diagnose::scene::Scene;
use crate::diagnose::sign::{Kind, either, log, value};

const STORE_HELP: &str =
    "install ca-certificates before the first https (`apt-get install -y ca-certificates`)";

const CURL_MISSING: &str = "mend the address; it may hold a version or an architecture that is not published";

/// Whether the certificates' package is in the step or the message says that there are none.
fn names_no_store(_: &Scene, captures: &Captures) -> bool {
    value(captures, "store") == "none"
}

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind::network(
        "proxy-unreachable",
        "check HTTP_PROXY and HTTPS_PROXY: a build sees the engine's network, where `localhost` is the step itself",
        &[
            either(
                r"Could not resolve proxy:? ?(?<host>\S*)",
                "the proxy `{host}` has no address here",
            ),
            either(
                r"proxyconnect tcp: (?<reason>.+)",
                "the builder does not reach its proxy: {reason}",
            ),
            either(
                r"(?:Cannot|Unable to|Failed to) connect to proxy(?:[:'.]|$)(?<reason>.*)",
                "the proxy does not answer{reason}",
            ),
            log(
                r"Error resolving proxy hostname|Unable to resolve proxy|Temporary failure resolving '(?<host>[^']*proxy[^']*)'",
                "the proxy `{host}` has no address here",
            ),
        ],
    ),
    Kind::network(
        "proxy-refused",
        "give the proxy's credentials as the predefined build argument HTTPS_PROXY, which stays out of the \
         image's history, or ask for the host to be allowed",
        &[
            either(
                r"407 [Pp]roxy [Aa]uthentication|HTTP code 407|error: 407|status code 407|Invalid response from proxy: HTTP/1\.\d 407|407\s+Proxy",
                "the proxy asks for credentials",
            ),
            either(
                r"(?:Received HTTP code|response from proxy:? HTTP/1\.\d|CONNECT tunnel failed, response|Tunnel connection failed:) (?<code>\d{3})",
                "the proxy refused the connection with {code}",
            ),
        ],
    ),
    Kind::network(
        "name-resolution",
        "check the name; if others fail as well, the builder has no DNS: look at the engine's `dns` in \
         daemon.json, at a VPN, or give `--network host`",
        &[
            log(
                r"Temporary failure resolving '(?<host>[^']+)'|Could not resolve '(?<other>[^']+)'",
                "`{host}{other}` has no address here",
            ),
            log(
                r"Could not resolve host(?:name)?:? '?(?<host>[^\s';)]+)",
                "`{host}` has no address here",
            ),
            log(
                r"wget: bad address '(?<host>[^']+)'|wget: unable to resolve host address '(?<other>[^']+)'|ping: bad address '(?<third>[^']+)'",
                "`{host}{other}{third}` has no address here",
            ),
            log(
                r"unable to resolve host address '(?<host>[^']+)'",
                "`{host}` has no address here",
            ),
            log(
                r"WARNING: (?:fetching|updating and opening|opening) (?<host>\S+): (?:DNS|temporary) (?:lookup )?error",
                "`{host}` has no address here, or does not answer",
            ),
            log(
                r"Failed to resolve '(?<host>[^']+)'|Could not resolve hostname (?<other>[^\s:]+)",
                "`{host}{other}` has no address here",
            ),
            log(
                r"(?:ENOTFOUND|EAI_AGAIN) (?<host>\S+)",
                "`{host}` has no address here",
            ),
            either(
                r"dial tcp: lookup (?<host>[^\s:]+)(?: on \S+)?: (?:no such host|(?:read|dial) udp .*|.*server misbehaving|.*i/o timeout|Temporary failure|.*Try again)",
                "`{host}` has no address here",
            ),
            either(
                r"Temporary failure in name resolution|Name or service not known|nodename nor servname provided|\[Errno -[235]\] ",
                "a host has no address here",
            ),
            log(
                r"getaddrinfo: .* \((?<host>[^\s:)]+)|SocketError: Failed to open TCP connection to (?<other>[^\s:]+):\d+ \(getaddrinfo",
                "`{host}{other}` has no address here",
            ),
        ],
    ),
    Kind::network(
        "connection-refused",
        "check address and port; `localhost` in a build is the step itself, not the machine that builds",
        &[
            log(
                r"Failed to connect to (?<host>\S+) port (?<port>\d+).*(?:Connection refused|Couldn't connect to server|Could not connect to server)",
                "nothing listens at {host}, port {port}",
            ),
            log(
                r"Could not connect to (?<host>\S+) .*Connection refused",
                "nothing listens at {host}",
            ),
            either(
                r"dial tcp (?<host>\S+): connect: connection refused",
                "nothing listens at {host}",
            ),
            log(
                r"can't connect to remote host \(?(?<host>[^\s):]+)\)?: Connection refused",
                "nothing listens at {host}",
            ),
            log(r"ECONNREFUSED (?<host>\S+)", "nothing listens at {host}"),
            log(
                r"connect to host (?<host>\S+) port (?<port>\d+): Connection refused",
                "nothing listens at {host}, port {port}",
            ),
            either(r"(?i)\bconnection refused\b", "a server refuses the connection").weak(),
        ],
    ),
    Kind::network(
        "connection-timed-out",
        "build again; if it stays, a firewall drops the packets or the host needs a proxy (build argument HTTPS_PROXY)",
        &[
            log(
                r"Failed to connect to (?<host>\S+) port (?<port>\d+).*(?:[Tt]imed out|[Tt]imeout)",
                "{host}, port {port}, does not answer",
            ),
            log(
                r"Could not connect to (?<host>\S+) .*connection timed out",
                "{host} does not answer",
            ),
            log(
                r"connect to host (?<host>\S+) port (?<port>\d+): Connection timed out",
                "{host}, port {port}, does not answer",
            ),
            either(
                r"dial tcp (?<host>\S+): (?:i/o timeout|connect: connection timed out)",
                "{host} does not answer",
            ),
            either(
                r"ETIMEDOUT|ESOCKETTIMEDOUT|Read timed out|ReadTimeoutError|ConnectTimeoutError|Operation timed out after|Operation too slow|TLS handshake timeout|net/http: request canceled while waiting|Client\.Timeout exceeded|wget: download timed out",
                "a server does not answer in time",
            ),
            either(
                r"(?i)\bconnection timed out\b|: i/o timeout$|context deadline exceeded",
                "a server does not answer in time",
            )
            .weak(),
        ],
    ),
    Kind::network(
        "network-unreachable",
        "the builder has no way there: an IPv6 address without IPv6, `--network none`, or no network at all",
        &[
            either(
                r"connect(?:ing)?(?: to|: |\()?.*(?:Network is unreachable|No route to host)",
                "there is no way to a host",
            ),
            either(
                r"(?i)\bnetwork is unreachable\b|\bno route to host\b|cannot assign requested address|ENETUNREACH|EHOSTUNREACH",
                "there is no way to a host",
            ),
        ],
    ),
    Kind::network(
        "connection-broken",
        "build again; if it stays, a proxy or a firewall cuts long or large downloads",
        &[
            either(
                r"curl: \((?:18|52|56|92)\) (?<reason>.+)",
                "the connection broke off: {reason}",
            ),
            log(
                r"fatal: early EOF|fetch-pack: unexpected disconnect|RPC failed; (?<reason>.+)",
                "git's connection broke off {reason}",
            ),
            either(
                r"ECONNRESET|(?i)\bconnection reset by peer\b|IncompleteRead|Connection broken|RemoteDisconnected|unexpected EOF while reading|Error reading from server|Undetermined Error \[IP",
                "the connection broke off",
            ),
        ],
    ),
    Kind::author("certificate-store-missing", STORE_HELP, &[
        either(
            r"curl: \(77\) (?<reason>.+)",
            "the image has no certificates of authorities, so that curl trusts no https",
        ),
        log(
            r"No system certificates available",
            "the image has no certificates of authorities, so that apt trusts no https",
        )
        .help("fetch ca-certificates from an http source first, then add the https one"),
        log(
            r"server certificate verification failed\. CAfile: (?<store>\S+)",
            "the image has no certificates of authorities, so that git trusts no https",
        )
        .when(names_no_store),
        log(
            r"Problem with the SSL CA cert|error setting certificate verify locations|error adding trust anchors from file",
            "the image has no certificates of authorities, so that no https is trusted",
        ),
        either(
            r"x509: failed to load system roots|no roots provided|NoCACertificates",
            "the image has no certificates of authorities, so that no https is trusted",
        ),
        log(
            r"ERROR: The certificate of '(?<host>[^']+)' doesn't have a known issuer",
            "the image trusts no authority that vouches for {host}; without ca-certificates it trusts none",
        )
        .when(|scene, _| !scene.has_word("ca-certificates")),
    ])
    .rule("https-without-ca"),
    Kind::network(
        "certificate-expired",
        "if only one host is told, its certificate has to be renewed; if all are, set the builder's clock or update \
         ca-certificates",
        &[
            either(
                r"certificate has expired|CERT_HAS_EXPIRED|certificate expired|The certificate (?:chain )?uses expired certificate|x509: certificate has expired or is not yet valid",
                "a server's certificate has expired, or the clock of the machine that builds is wrong",
            ),
            either(
                r"certificate is not yet valid|is not yet activated|CERT_NOT_YET_VALID",
                "the clock of the machine that builds is behind: a server's certificate is not valid yet",
            )
            .fault(Fault::Platform),
        ],
    ),
    Kind::network(
        "certificate-untrusted",
        "where a company's proxy looks into https, copy its authority to /usr/local/share/ca-certificates/NAME.crt and \
         run `update-ca-certificates` before the first https; for pip, Node and Java name it as well \
         (REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS, keytool)",
        &[
            either(
                r"(?i)(?:SSL certificate problem:|certificate verify failed:) (?<reason>[^(\n]+)",
                "a server's certificate is not trusted: {reason}",
            ),
            log(
                r"server certificate verification failed\. CAfile: (?<store>\S+)",
                "a server's certificate is vouched for by no authority in {store}",
            ),
            log(
                r"ERROR: (?:The certificate of|cannot verify) '?(?<host>[^'\s]+)'?",
                "the certificate of {host} is vouched for by no authority that the image trusts",
            ),
            log(
                r"Certificate verification failed: (?<reason>.+?)\s*(?:\[IP|$)",
                "a repository's certificate is not trusted: {reason}",
            ),
            either(
                r"x509: certificate signed by unknown authority",
                "a server's certificate is vouched for by an unknown authority",
            ),
            either(
                r"x509: certificate is valid for (?<names>.+), not (?<host>\S+)",
                "the certificate of {host} is made out for {names}",
            ),
            log(
                r"npm (?:ERR!|error) code (?<reason>SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|UNABLE_TO_VERIFY_LEAF_SIGNATURE|DEPTH_ZERO_SELF_SIGNED_CERT)",
                "npm does not trust its registry's certificate ({reason})",
            ),
            log(
                r"PKIX path building failed",
                "Java does not trust a server's certificate",
            ),
            either(
                r"(?i)certificate verify failed|self[- ]signed certificate|unable to get local issuer certificate|CERTIFICATE_VERIFY_FAILED",
                "a server's certificate is vouched for by no authority that the image trusts",
            ),
        ],
    )
    .after(&[&["certificate-store-missing", "certificate-expired"]]),
    Kind::network(
        "tls-failed",
        "the server, a proxy or the image's TLS library is too old for the other, or the port does not speak TLS",
        &[
            either(
                r"curl: \(35\) (?<reason>.+)",
                "no TLS connection came about: {reason}",
            ),
            either(
                r"(?i)wrong version number|tls: first record does not look like a TLS handshake|unsupported protocol\b.*SSL|sslv3 alert handshake failure|tlsv1 alert protocol version",
                "no TLS connection came about",
            ),
            log(
                r"wget: note: TLS certificate validation not implemented|ssl_client: .*",
                "busybox's wget could not speak TLS to the server",
            )
            .weak(),
        ],
    ),
    Kind::author("download-not-found", CURL_MISSING, &[
        log(
            r"curl: \(22\) The requested URL returned error: (?<code>404|410)",
            "the address that curl asks for does not exist ({code})",
        ),
        log(
            r"wget: server returned error: HTTP/1\.\d (?<code>404|410)",
            "the address that wget asks for does not exist ({code})",
        ),
        log(
            r"ERROR (?<code>404|410): ",
            "the address that wget asks for does not exist ({code})",
        ),
        either(
            r"(?:ADD failed: )?failed to GET (?<url>\S+) with status (?<code>404|410)",
            "{url} does not exist ({code})",
        ),
        either(
            r"invalid response status (?<code>404|410)|invalid not-modified ETag",
            "the address that ADD asks for does not exist ({code})",
        ),
        log(
            r"urllib\.error\.HTTPError: HTTP Error (?<code>404|410)",
            "the address that a Python program asks for does not exist ({code})",
        ),
    ]),
    Kind::author(
        "download-refused",
        "the server wants credentials or a licence: give a token in a secret mount (`RUN --mount=type=secret`), never as ARG",
        &[
            log(
                r"curl: \(22\) The requested URL returned error: (?<code>40[013]|451)",
                "the server refuses the address that curl asks for ({code})",
            ),
            log(
                r"wget: server returned error: HTTP/1\.\d (?<code>40[013])|ERROR (?<other>40[013]): ",
                "the server refuses the address that wget asks for ({code}{other})",
            ),
            either(
                r"failed to GET (?<url>\S+) with status (?<code>40[013])|invalid response status (?<other>40[013])",
                "the server refuses what ADD asks for ({code}{other})",
            ),
            log(
                r"npm (?:ERR!|error) (?:code )?(?<code>E401|E403)|\b(?<other>40[13]) Client Error:",
                "the registry refuses the download ({code}{other})",
            ),
            log(
                r"Failed to fetch (?<url>\S+)\s+(?<code>40[13])\s",
                "the mirror refuses {url} ({code})",
            ),
        ],
    ),
    Kind::network(
        "download-rate-limited",
        "wait, build from a cache or mirror, or give credentials, which have a higher limit",
        &[
            log(
                r"(?:returned error:|ERROR|HTTP/1\.\d|status|HTTP Error|npm ERR! code E?) ?429\b|API rate limit exceeded",
                "a server answers no more: too many requests came from this address (429)",
            ),
        ],
    ),
    Kind::network(
        "server-error",
        "build again later, or take another mirror: the server fails, not the Dockerfile",
        &[
            log(
                r"curl: \(22\) The requested URL returned error: (?<code>5\d\d)",
                "the server that curl asks has failed ({code})",
            ),
            log(
                r"wget: server returned error: HTTP/1\.\d (?<code>5\d\d)|ERROR (?<other>5\d\d): ",
                "the server that wget asks has failed ({code}{other})",
            ),
            either(
                r"failed to GET \S+ with status (?<code>5\d\d)|invalid response status (?<other>5\d\d)",
                "the server that ADD asks has failed ({code}{other})",
            ),
            either(
                r"(?<code>50[0234]) +(?:Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)",
                "a server has failed ({code})",
            ),
        ],
    ),
    Kind::author(
        "checksum-mismatch",
        "compare with the sum that the publisher gives for this very version and architecture; if they agree, \
         something between changes the file",
        &[
            log(
                r"^(?<file>[^:]+): FAILED$",
                "`{file}` is not the file whose checksum was written down",
            ),
            log(
                r"WARNING: (?<count>\d+) (?:of \d+ )?computed checksums? did NOT match",
                "{count} file is not the one whose checksum was written down",
            ),
            either(
                r"digest mismatch (?<seen>sha256:[0-9a-f]+)(?:: | != )(?<wanted>sha256:[0-9a-f]+)",
                "what ADD fetched has the checksum {seen}, not {wanted}",
            ),
            log(
                r"THESE PACKAGES DO NOT MATCH THE HASHES",
                "pip fetched a file whose hash is not the one in the requirements",
            )
            .help("write the requirements' hashes anew, or look why the file changed"),
            log(
                r"npm (?:ERR!|error) (?:code )?EINTEGRITY|verifying \S+: checksum mismatch|checksum for `\S+ \S+` changed between lock files",
                "a package is not the one whose hash stands in the lock file",
            )
            .help("clear the cache; if it stays, look why the published package changed before writing a new lock file"),
        ],
    )
    .after(&[NETWORK, &["download-not-found", "download-refused", "server-error", "command-not-found"]]),
    Kind::author(
        "archive-broken",
        "look at what was fetched: a page that says `404` or `log in` is no archive (`curl -f` fails instead), and \
         the compression must be the one that tar is told",
        &[
            either(
                r"gzip: (?:stdin|(?<file>\S+)): not in gzip format|tar: invalid magic|tar: This does not look like a tar archive|tar: invalid tar magic|gunzip: invalid magic",
                "what tar should unpack is no archive of that kind {file}",
            ),
            log(
                r"End-of-central-directory signature not found|cannot find zipfile directory|unzip: short read",
                "what unzip should unpack is no zip archive",
            ),
            log(
                r"xz: \(?\S+\)?: File format not recognized|bzip2: .*(?:is not a bzip2 file|bad magic number)|zstd: .*unsupported format|lzma: .*format not recognized",
                "what should be unpacked is compressed in another way, or no archive",
            ),
            log(
                r"dpkg-deb: error: '(?<file>[^']+)' is not a Debian format archive",
                "{file} is no Debian package",
            ),
            either(
                r"tar: Unexpected (?:EOF|end of file) in archive|gzip: \S+: unexpected end of file|tar: short read",
                "the archive ends too early",
            )
            .help("the download broke off: fetch to a file, check its checksum, then unpack"),
        ],
    )
    .after(&[NETWORK, &["download-not-found", "download-refused", "server-error", "command-not-found"]]),
];
