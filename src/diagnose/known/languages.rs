//! Compilers and the package managers of languages.

use super::NETWORK;
use crate::diagnose::sign::{Kind, either, log};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind::author(
        "python-externally-managed",
        "install into a virtual environment (`python3 -m venv /opt/venv`, then `/opt/venv/bin/pip`), or take the \
         distribution's package (`apt-get install python3-NAME`)",
        &[
            log(
                r"error: externally-managed-environment",
                "the distribution manages this Python's packages, and pip leaves them alone (PEP 668)",
            ),
        ],
    ),
    Kind::author(
        "compiler-missing",
        "install a compiler in the step that builds: `build-essential` (Debian, Ubuntu), `build-base` (Alpine), `gcc gcc-c++ \
         make` (Fedora, Rocky); and leave it out of the final image",
        &[
            log(
                r"(?:error: command '|unable to execute '|error: linker `|exec: [\x22'])(?<program>(?:[\w-]+-)?(?:gcc|cc|g\+\+|c\+\+|clang)(?:-\d+)?)['`\x22](?: not found|: No such| failed: No such|: executable file not found)",
                "a package is compiled, and there is no compiler `{program}`",
            ),
            log(
                r"(?:no acceptable C compiler found|C compiler cannot create executables|No CMAKE_C(?:XX)?_COMPILER could be found|cgo: C compiler \S+ not found|Unknown compiler\(s\)|failed to find tool\. Is `(?<program>[^`]+)` installed)",
                "a package is compiled, and there is no compiler",
            ),
            log(
                r"^(?:make(?:\[\d+\])?|/bin/(?:ba)?sh|sh)(?:: (?:line )?\d+)?: (?<program>gcc|cc|g\+\+|c\+\+|clang): (?:No such file or directory|not found|command not found)",
                "something is compiled, and there is no compiler `{program}`",
            ),
            log(
                r"gyp ERR! (?:find Python|stack Error: not found: make|stack Error: Could not find any Python)",
                "a Node package is compiled, and node-gyp lacks python3, make or a compiler",
            )
            .help("install python3, make and g++ in the step that builds"),
        ],
    )
    .rule("command-not-found"),
    Kind::author(
        "header-missing",
        "install the development package that has it: `python3-dev`, `libNAME-dev` (Debian), `NAME-dev` (Alpine), `NAME-devel` \
         (Fedora, Rocky)",
        &[
            log(
                r"fatal error: '?(?<header>[\w./+-]+\.h(?:pp|xx)?)'?(?:: No such file or directory| file not found)",
                "the compiler finds no header `{header}`",
            ),
            log(
                r"pg_config executable not found|mysql_config(?:: not found| not found)|Can not find valid pkg-config name",
                "a package is compiled against a library whose development files are not installed",
            ),
        ],
    ),
    Kind::author(
        "library-missing",
        "install the package that has it (`apt-file search`, `dnf provides`); to link against it, its development package",
        &[
            log(
                r"(?:/ld|ld\.lld|ld|mold): (?:error: )?(?:cannot find|unable to find library|library not found for) -l:?(?<library>[\w.+-]+)",
                "the linker finds no library `{library}`",
            ),
            either(
                r"error while loading shared libraries: (?<library>[^\s:]+): (?:cannot open shared object file|file too short)|Error loading shared library (?<other>[^\s:]+): No such file|ImportError: (?<third>\S+\.so[\w.]*): cannot open shared object file",
                "a program needs the library `{library}{other}{third}`, which is not installed",
            ),
            log(
                r"version `(?<library>GLIBC(?:XX)?_[\d.]+)' not found|Error relocating (?<other>[^\s:]+): .*symbol not found",
                "a program was made for a newer or another C library ({library}{other})",
            )
            .help("build it on the base image on which it runs, or take one that is made for it (musl on Alpine)"),
            log(
                r"No package '(?<library>[^']+)' found|Package (?<other>\S+?),? (?:was not found in the pkg-config search path|required by)|Dependency ['\x22]?(?<third>[\w.+-]+)['\x22]? not found, tried pkgconfig",
                "pkg-config knows no library `{library}{other}{third}`",
            )
            .help("install its development package: `libNAME-dev` (Debian), `NAME-dev` (Alpine), `NAME-devel` (Fedora, Rocky)"),
            log(
                r"Could NOT find (?<library>\w+) \(missing|By not providing \x22Find(?<other>\w+)\.cmake\x22|Could not find directory of OpenSSL installation(?<third>)",
                "CMake or a build script finds no `{library}{other}{third}`",
            )
            .help("install its development package: `libNAME-dev` (Debian), `NAME-dev` (Alpine), `NAME-devel` (Fedora, Rocky)"),
        ],
    ),
    Kind::author(
        "python-wheel-failed",
        "the lines above say why; most often a compiler or header is missing, or there is no wheel for this Python or musl",
        &[
            log(
                r"Failed building wheel for (?<package>[^\s,]+)|ERROR: Could not build wheels for (?<other>[^\s,]+)|Failed to build installable wheels for some pyproject\.toml based projects \((?<third>[^)]+)\)",
                "pip could not build `{package}{other}{third}`, for which it found no wheel",
            )
            .weak(),
            log(
                r"^error: (?:subprocess-exited-with-error|metadata-generation-failed)",
                "a package's own build failed within pip",
            )
            .weak(),
        ],
    )
    .after(&[&["compiler-missing", "header-missing", "library-missing", "out-of-memory", "disk-full"]]),
    Kind::author(
        "module-missing",
        "install it into the very environment that runs the program, or copy the file that should be imported",
        &[
            log(
                r"ModuleNotFoundError: No module named '(?<module>[^']+)'|ImportError: No module named (?<other>\S+)|No module named (?<third>[\w.]+)$",
                "Python finds no module `{module}{other}{third}`",
            )
            .weak(),
            log(
                r"Error: Cannot find module '(?<module>[^']+)'|Cannot find package '(?<other>[^']+)' imported",
                "Node finds no module `{module}{other}`",
            )
            .weak(),
            log(
                r"(?:cannot load such file -- (?<module>\S+)|Can't locate (?<other>\S+) in @INC|Could not find or load main class (?<third>\S+))",
                "a program's own part `{module}{other}{third}` is not installed",
            )
            .weak(),
        ],
    ),
    Kind::author(
        "manifest-missing",
        "copy it before the step that reads it, and check the working folder (WORKDIR)",
        &[
            log(
                r"npm (?:ERR!|error) (?:.*ENOENT.*open '(?<file>[^']+package(?:-lock)?\.json)'|enoent Could not read package\.json|path (?<other>\S+package\.json)$)",
                "npm finds no package.json in the working folder {file}{other}",
            ),
            log(
                r"The `npm ci` command can only install with an existing package-lock\.json|npm ci. can only install with an existing",
                "npm finds no package-lock.json, without which `npm ci` does nothing",
            )
            .help("copy package-lock.json as well (`COPY package*.json ./`), and commit it"),
            log(
                r"error: could not find `(?<file>Cargo\.toml)` in|(?<other>go\.mod) file not found in current directory|Could not locate (?<third>Gemfile)|ERR_PNPM_NO_PKG_MANIFEST.*?(?<fourth>package\.json)|there is no POM in this directory|does not appear to be a Python project: neither '(?<fifth>setup\.py)'|error Couldn't find a (?<sixth>package\.json) file",
                "the project's file {file}{other}{third}{fourth}{fifth}{sixth} is not in the working folder",
            ),
        ],
    ),
    Kind::author(
        "lock-file-stale",
        "install once where you develop and commit the lock file together with the manifest",
        &[
            log(
                r"can only install packages when your package\.json and package-lock\.json|ERR_PNPM_OUTDATED_LOCKFILE|Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`|The lockfile would have been modified by this install|the lock file \S+ needs to be updated but --locked was passed|(?:poetry\.lock|uv\.lock|The lockfile at `uv\.lock`) .*(?:needs to be updated|changed significantly)|go: updates to go\.mod needed|missing go\.sum entry|Your bundle only supports platforms|Downloading \S+ revealed dependencies not in",
                "the lock file and the manifest do not agree",
            ),
        ],
    ),
    Kind::author(
        "toolchain-too-old",
        "take a newer base image of the language, or an older release of the package",
        &[
            log(
                r"go: (?:errors parsing )?go\.mod(?:.*)requires go >= (?<wanted>[\d.]+) \(running go (?<present>[\d.]+)|invalid go version '(?<other>[^']+)'",
                "the project asks for Go {wanted}{other}, and the image has {present}",
            ),
            log(
                r"requires rustc (?<wanted>[\d.]+)|feature `(?<other>edition20\d\d)` is required|lock file version `?(?<third>\d+)`? (?:requires|was found, but this version)",
                "a crate asks for a newer Rust ({wanted}{other}{third})",
            ),
            log(
                r"requires a different Python: (?<present>[\d.]+) not in '(?<wanted>[^']+)'|ERROR: Package '(?<package>[^']+)' requires a different Python|Ignored the following versions that require a different python version",
                "a package asks for Python {wanted}, and the image has {present}",
            ),
            log(
                r"npm (?:ERR!|error) (?:code )?EBADENGINE|The engine \x22node\x22 is incompatible with this module\. Expected version \x22(?<wanted>[^\x22]+)\x22\. Got \x22(?<present>[^\x22]+)\x22|ERR_PNPM_UNSUPPORTED_ENGINE",
                "a package asks for another Node {wanted} {present}",
            ),
            log(
                r"UnsupportedClassVersionError|invalid target release: (?<wanted>\S+)|error: release version (?<other>\d+) not supported|Unsupported class file major version (?<third>\d+)",
                "the project asks for a newer Java {wanted}{other}{third}",
            ),
        ],
    )
    .after(&[&["package-conflict"]]),
    Kind::author(
        "locale-missing",
        "install `locales` and generate it (a line in /etc/locale.gen, then `locale-gen`), or use C.UTF-8, which is always there",
        &[
            log(
                r"locale\.Error: unsupported locale setting|cannot change locale \((?<locale>[^)]+)\)|character map file `(?<other>[^']+)' not found|cannot (?:open|read) locale definition file `(?<third>[^']+)'|LC_ALL: cannot change locale",
                "the image does not have the locale {locale}{other}{third}",
            ),
            log(
                r"invalid locale settings; check LANG and LC_\* environment variables|ConfigurationError: .*ASCII as encoding for the environment|configured to use ASCII as encoding",
                "a program needs a UTF-8 locale, and the image sets none that it has",
            ),
        ],
    )
    .rule("locale-not-generated"),
    Kind::author(
        "tests-or-compilation-failed",
        "the program's own sources are at fault, not the image: the lines above name file and line",
        &[
            log(
                r"^error: could not compile `(?<package>[^`]+)`|^error\[E\d{4}\]|COMPILATION ERROR|error TS\d+:|^FAILURE: Build failed with an exception",
                "the project does not compile {package}",
            ),
            log(
                r"^make: \*\*\* \[(?<target>[^\]]+)\] Error (?<code>\d+)$",
                "make could not make {target}",
            )
            .weak(),
        ],
    )
    .after(&[
        NETWORK,
        &[
            "compiler-missing",
            "header-missing",
            "library-missing",
            "module-missing",
            "out-of-memory",
            "disk-full",
            "toolchain-too-old",
            "command-not-found",
        ],
    ]),
];
