//! A platform: operating system, architecture, variant (OCI image specification, image-index.md),
//! normalised as containerd does, because that is how every client compares them.

use std::fmt;
use std::str::FromStr;

/// Names what an image runs on, in its normal form: `linux/arm64`, `linux/arm/v7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    os: String,
    architecture: String,
    variant: Option<String>,
    os_version: Option<String>,
    /// Sorted, each once.
    os_features: Vec<String>,
}

/// Tells why a text is not a platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// A single word that is neither a known operating system nor a known architecture.
    #[error("`{0}` is neither an operating system nor an architecture")]
    UnknownWord(String),
    /// Empty, too many parts, or characters that do not occur in platform names.
    #[error("`{0}` is not a platform: write os/architecture or os/architecture/variant")]
    Malformed(String),
}

/// Operating systems that a lone word may name (containerd's `platforms`, database.go).
const SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

/// Architectures that a lone word may name, after normalisation.
const ARCHITECTURES: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

impl Platform {
    /// Makes a platform from the fields of an index entry or a config, normalised.
    pub fn new(os: &str, architecture: &str, variant: Option<&str>) -> Self {
        let (architecture, variant) = normal_architecture(architecture, variant.unwrap_or(""));
        Self {
            os: normal_system(os),
            architecture,
            variant: Some(variant).filter(|variant| !variant.is_empty()),
            os_version: None,
            os_features: Vec::new(),
        }
    }

    /// Returns the platform of Linux containers on this machine.
    pub fn host() -> Self {
        Self::new("linux", std::env::consts::ARCH, None)
    }

    /// Adds the version of the operating system, which Windows images are told apart by.
    #[must_use]
    pub fn with_os_version(mut self, version: Option<&str>) -> Self {
        self.os_version = version
            .filter(|version| !version.is_empty())
            .map(str::to_owned);
        self
    }

    /// Adds the features of the operating system that an image needs, such as `win32k`.
    #[must_use]
    pub fn with_os_features(mut self, mut features: Vec<String>) -> Self {
        features.retain(|feature| !feature.is_empty());
        features.sort();
        features.dedup();
        self.os_features = features;
        self
    }

    /// Returns the operating system, such as `linux`.
    pub fn os(&self) -> &str {
        &self.os
    }

    /// Returns the architecture, such as `amd64`.
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// Returns the variant, such as `v7`; none for amd64 and for arm64 v8.
    pub fn variant(&self) -> Option<&str> {
        self.variant.as_deref()
    }

    /// Returns the version of the operating system, if one is named.
    pub fn os_version(&self) -> Option<&str> {
        self.os_version.as_deref()
    }

    /// Returns the features of the operating system, sorted.
    pub fn os_features(&self) -> &[String] {
        &self.os_features
    }

    /// Tells whether an image for `self` is taken where `asked` is asked for.
    ///
    /// Equal, or equal but for an operating system version that `asked` leaves open, and for
    /// features that `asked` has and the image does not need.
    pub fn serves(&self, asked: &Self) -> bool {
        self.os == asked.os
            && self.architecture == asked.architecture
            && self.variant == asked.variant
            && (asked.os_version.is_none() || self.os_version == asked.os_version)
            && self
                .os_features
                .iter()
                .all(|feature| asked.os_features.contains(feature))
    }
}

fn normal_system(os: &str) -> String {
    match os.to_ascii_lowercase().as_str() {
        "macos" => "darwin".to_owned(),
        other => other.to_owned(),
    }
}

fn normal_architecture(architecture: &str, variant: &str) -> (String, String) {
    let architecture = architecture.to_ascii_lowercase();
    let variant = variant.to_ascii_lowercase();
    let pair = match (architecture.as_str(), variant.as_str()) {
        ("i386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
        ("x86_64" | "x86-64", other) => ("amd64", other),
        ("aarch64" | "arm64", "8" | "v8" | "v8.0" | "") => ("arm64", ""),
        ("aarch64" | "arm64", "9" | "9.0" | "v9.0") => ("arm64", "v9"),
        ("aarch64", other) => ("arm64", other),
        ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
        ("armel", _) | ("arm", "6") => ("arm", "v6"),
        ("arm", "5") => ("arm", "v5"),
        ("arm", "8") => ("arm", "v8"),
        (other, variant) => (other, variant),
    };
    (pair.0.to_owned(), pair.1.to_owned())
}

impl FromStr for Platform {
    type Err = PlatformError;

    /// Reads the forms that `--platform` takes, aliases and single words included.
    ///
    /// A lone operating system stands for the architecture of the machine that runs this.
    fn from_str(text: &str) -> Result<Self, PlatformError> {
        Self::parse_on(text, &Self::new("linux", host_architecture(), None))
    }
}

impl Platform {
    /// Reads the forms that `--platform` takes, as a build on `host` does: a lone operating system
    /// stands for that architecture.
    pub fn parse_on(text: &str, host: &Self) -> Result<Self, PlatformError> {
        let malformed = || PlatformError::Malformed(text.to_owned());
        let mut parts = text.split('/');
        let system = System::parse(parts.next().unwrap_or_default()).ok_or_else(malformed)?;
        let rest: Vec<&str> = parts.collect();
        if !rest.iter().all(|part| named(part, b"_.-")) {
            return Err(malformed());
        }
        let platform = match rest.as_slice() {
            [] => Self::from_word(system.name, text, host)?,
            [architecture] => Self::new(system.name, architecture, None),
            [architecture, variant] => Self::new(system.name, architecture, Some(variant)),
            _ => return Err(malformed()),
        };
        Ok(platform
            .with_os_version(Some(&system.version))
            .with_os_features(system.features))
    }
}

impl Platform {
    /// Reads a lone word: `name` of a system, or all of it, as an architecture has no version.
    fn from_word(name: &str, word: &str, host: &Self) -> Result<Self, PlatformError> {
        let system = normal_system(name);
        if SYSTEMS.contains(&system.as_str()) {
            return Ok(Self::new(&system, &host.architecture, host.variant()));
        }
        let (architecture, _) = normal_architecture(word, "");
        if ARCHITECTURES.contains(&architecture.as_str()) {
            return Ok(Self::new("linux", word, None));
        }
        Err(PlatformError::UnknownWord(word.to_owned()))
    }
}

/// The architecture of the machine that runs this, which a lone operating system stands for.
fn host_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    }
}

/// The first part of a platform: `windows(10.0.17763.1+win32k)`.
struct System<'a> {
    name: &'a str,
    version: String,
    features: Vec<String>,
}

impl<'a> System<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (name, options) = match text.split_once('(') {
            Some((name, options)) => (name, options.strip_suffix(')')?),
            None => (text, ""),
        };
        let mut options = options.split('+');
        let version = options.next().unwrap_or_default();
        let features = options.map(|feature| option(feature).filter(|f| !f.is_empty()));
        let system = Self {
            name,
            version: option(version)?,
            features: features.collect::<Option<_>>()?,
        };
        named(name, b"_-").then_some(system)
    }
}

/// Reads a version or feature, in which `%` and two hex digits stand for another character.
fn option(text: &str) -> Option<String> {
    if !(text.is_empty() || named(text, b"_.%-")) {
        return None;
    }
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Writes what [`option`] reads.
fn write_option(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.-".contains(&byte) {
            write!(f, "{}", char::from(byte))?;
        } else {
            write!(f, "%{byte:02X}")?;
        }
    }
    Ok(())
}

fn named(part: &str, others: &[u8]) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || others.contains(&b);
    !part.is_empty() && part.bytes().all(fits)
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.os)?;
        if self.os_version.is_some() || !self.os_features.is_empty() {
            f.write_str("(")?;
            write_option(f, self.os_version.as_deref().unwrap_or_default())?;
            for feature in &self.os_features {
                f.write_str("+")?;
                write_option(f, feature)?;
            }
            f.write_str(")")?;
        }
        write!(f, "/{}", self.architecture)?;
        if let Some(variant) = &self.variant {
            write!(f, "/{variant}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_become_the_normal_form() {
        for (text, normal) in [
            ("linux/amd64", "linux/amd64"),
            ("linux/x86_64", "linux/amd64"),
            ("linux/amd64/v2", "linux/amd64/v2"),
            ("arm64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"),
            ("aarch64", "linux/arm64"),
            ("armhf", "linux/arm/v7"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"),
            ("Linux/ARM64", "linux/arm64"),
            ("macos/arm64", "darwin/arm64"),
            ("linux/foo", "linux/foo"),
            ("windows(10.0.17763.1)/amd64", "windows(10.0.17763.1)/amd64"),
            ("windows(+b+a+b)/amd64", "windows(+a+b)/amd64"),
            ("windows(1%2B2+f)/amd64", "windows(1%2B2+f)/amd64"),
            ("windows(%c3%A9%27)/amd64", "windows(%C3%A9%27)/amd64"),
            ("linux/amd64/v1", "linux/amd64"),
            ("linux/armhf/v6", "linux/arm/v7"),
            ("i386", "linux/386"),
        ] {
            assert_eq!(
                text.parse::<Platform>().unwrap().to_string(),
                normal,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_platform_is_refused() {
        for text in [
            "",
            "foo",
            "linux/",
            "/amd64",
            "linux/a/b/c",
            "linux/a b",
            "windows(1/amd64",
            "windows(1+)/amd64",
            "windows(1%2)/amd64",
            "windows()x/amd64",
            "my.os/amd64",
            "amd64(1)",
            "linux/*",
            "wasip1",
        ] {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_lone_system_stands_for_the_host() {
        let arm: Platform = "linux/arm/v6".parse().unwrap();
        let parse = |text| Platform::parse_on(text, &arm).unwrap().to_string();
        assert_eq!(parse("windows"), "windows/arm/v6");
        assert_eq!(parse("riscv64"), "linux/riscv64");
    }

    #[test]
    fn an_image_may_need_fewer_features_than_there_are() {
        let plain: Platform = "windows/amd64".parse().unwrap();
        let with: Platform = "windows(+win32k)/amd64".parse().unwrap();
        assert!(plain.serves(&with));
        assert!(!with.serves(&plain));
    }

    #[test]
    fn a_version_left_open_takes_any() {
        let windows: Platform = "windows(10.0.1)/amd64".parse().unwrap();
        assert!(windows.serves(&"windows/amd64".parse().unwrap()));
        assert!(!windows.serves(&"windows(10.0.2)/amd64".parse().unwrap()));
        assert!(!windows.serves(&"linux/amd64".parse().unwrap()));
    }
}
