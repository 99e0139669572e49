//! What `tls init` makes: trusted for its names, and for nothing else.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use airlock::ops::inside::tls::{TlsFolder, init};
use airlock::run::{Cancel, FixedClock, FixedEntropy, Run, Silent};
use airlock::serve::{Subject, Tls, TlsFiles};
use airlock::store::Existing;
use rcgen::{CertificateParams, Issuer, KeyPair, SanType};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use zeroize::Zeroizing;

/// 2026-01-01.
const NOW: u64 = 1_767_225_600;

fn subject(names: &[&str], addresses: &[&str]) -> Subject {
    Subject {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        addresses: addresses.iter().map(|at| at.parse().unwrap()).collect(),
        days: 825,
    }
}

fn make(folder: &Path, subject: &Subject, passphrase: Option<&str>) -> TlsFolder {
    let run = Run {
        events: &Silent,
        cancel: &Cancel::default(),
        clock: &FixedClock(NOW),
        entropy: &FixedEntropy::new(0),
    };
    let passphrase = passphrase.map(|text| Zeroizing::new(text.to_owned()));
    init(folder, subject, passphrase.as_ref(), Existing::Refuse, &run).unwrap()
}

/// Asks openssl whether a certificate is good for a name or an address.
fn verifies(authority: &Path, certificate: &Path, check: [&str; 2]) -> bool {
    let output = Command::new("openssl")
        .args(["verify", "-attime", "1767312000", "-purpose", "sslserver"])
        .args(check)
        .arg("-CAfile")
        .args([authority, certificate])
        .output()
        .expect("openssl is installed");
    output.status.success()
}

/// Asks rustls as well: what one reader of constraints passes over, another may not.
fn rustls_takes(authority: &str, certificate: &str, name: &str) -> bool {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(authority.as_bytes()).unwrap();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .unwrap();
    let leaf = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    let (name, now) = (name.try_into().unwrap(), Duration::from_secs(NOW + 86_400));
    let now = UnixTime::since_unix_epoch(now);
    verifier
        .verify_server_cert(&leaf, &[], &name, &[], now)
        .is_ok()
}

#[test]
fn the_certificate_is_good_for_its_names_and_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let subject = subject(&["airlock.lan", "ghcr.io"], &["10.0.0.5", "fd00::5"]);
    let files = make(folder.path(), &subject, None);
    for (check, good) in [
        (["-verify_hostname", "airlock.lan"], true),
        (["-verify_hostname", "ghcr.io"], true),
        (["-verify_ip", "10.0.0.5"], true),
        (["-verify_ip", "fd00::5"], true),
        (["-verify_hostname", "quay.io"], false),
        (["-verify_hostname", "a.ghcr.io"], false),
        (["-verify_ip", "10.0.0.6"], false),
    ] {
        let found = verifies(&files.authority, &files.certificate, check);
        assert_eq!(found, good, "{check:?}");
    }
    let loaded = Tls::load(TlsFiles {
        certificate: files.certificate,
        key: files.key.clone(),
    });
    assert!(loaded.is_ok(), "{loaded:?}");
    let mode = files.key.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!files.authority_key.exists(), "the key is forgotten");
}

/// Even with the authority's key nobody gets a certificate for other names: its constraints are
/// critical, and every kind of name is constrained.
#[test]
fn the_authority_is_good_for_nothing_else() {
    for (names, addresses, other, check) in [
        (&["airlock.lan"][..], &[][..], "quay.io", "-verify_hostname"),
        (&["airlock.lan"], &[], "10.0.0.9", "-verify_ip"),
        (&["airlock.lan"], &["10.0.0.5"], "10.0.0.9", "-verify_ip"),
        (&["airlock.lan"], &["10.0.0.5"], "fd00::9", "-verify_ip"),
        (&[], &["fd00::5"], "10.0.0.9", "-verify_ip"),
        (&[], &["10.0.0.5"], "quay.io", "-verify_hostname"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let issued = subject(names, addresses).issue(NOW).unwrap();
        let key = KeyPair::from_pem(&issued.authority_key).unwrap();
        // An issuer is known by its name and its key; the certificate itself is what clients have.
        let name = names.first().or(addresses.first()).unwrap();
        let mut authority = CertificateParams::default();
        authority.distinguished_name = rcgen::DistinguishedName::new();
        let common = format!("airlock authority of {name}");
        authority
            .distinguished_name
            .push(rcgen::DnType::CommonName, common);
        let mut forged = CertificateParams::default();
        forged.subject_alt_names = vec![match other.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(other.try_into().unwrap()),
        }];
        let forged_key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&authority, &key);
        let forged = forged.signed_by(&forged_key, &issuer).unwrap();
        let (ca, leaf) = (folder.path().join("ca.crt"), folder.path().join("x.crt"));
        for (path, text) in [(&ca, &issued.authority), (&leaf, &forged.pem())] {
            #[expect(clippy::disallowed_methods, reason = "a file of a test")]
            std::fs::write(path, text).unwrap();
        }
        assert!(
            !verifies(&ca, &leaf, [check, other]),
            "{names:?} {addresses:?} {other}"
        );
        assert!(
            !rustls_takes(&issued.authority, &forged.pem(), other),
            "{names:?} {addresses:?} {other}"
        );
    }
}

/// The forger of the test before is a good one: for a name that is permitted it succeeds.
#[test]
fn a_kept_key_signs_for_the_names_that_are_permitted() {
    let folder = tempfile::tempdir().unwrap();
    let files = make(
        folder.path(),
        &subject(&["airlock.lan"], &[]),
        Some("correct horse"),
    );
    #[expect(clippy::disallowed_methods, reason = "a file of a test")]
    let sealed = std::fs::read(&files.authority_key).unwrap();
    let passphrase = age::secrecy::SecretString::from("correct horse");
    let mut identity = age::scrypt::Identity::new(passphrase);
    // What age allows by itself depends on how busy the machine is.
    identity.set_max_work_factor(18);
    let opened = age::decrypt(&identity, &sealed).unwrap();
    let key = KeyPair::from_pem(std::str::from_utf8(&opened).unwrap()).unwrap();
    let mut authority = CertificateParams::default();
    authority.distinguished_name = rcgen::DistinguishedName::new();
    let common = "airlock authority of airlock.lan";
    authority
        .distinguished_name
        .push(rcgen::DnType::CommonName, common);
    let mut further = CertificateParams::default();
    further.subject_alt_names = vec![SanType::DnsName("airlock.lan".try_into().unwrap())];
    let further_key = KeyPair::generate().unwrap();
    let issuer = Issuer::from_params(&authority, &key);
    let further = further.signed_by(&further_key, &issuer).unwrap();
    let path = folder.path().join("further.crt");
    #[expect(clippy::disallowed_methods, reason = "a file of a test")]
    std::fs::write(&path, further.pem()).unwrap();
    let check = ["-verify_hostname", "airlock.lan"];
    assert!(verifies(&files.authority, &path, check));
    #[expect(clippy::disallowed_methods, reason = "a file of a test")]
    let trusted = std::fs::read_to_string(&files.authority).unwrap();
    assert!(rustls_takes(&trusted, &further.pem(), "airlock.lan"));
}

/// What the program `age` needs is the passphrase alone, typed at a terminal, which `script` gives it.
#[test]
fn a_kept_key_opens_with_age_itself() {
    let folder = tempfile::tempdir().unwrap();
    let subject = subject(&["airlock.lan"], &[]);
    make(folder.path(), &subject, Some("correct horse"));
    for (typed, opens) in [("wrong horse\n", false), ("correct horse\n", true)] {
        let mut child = Command::new("script")
            .args(["-qec", "age -d -o opened.pem ca.key.age", "/dev/null"])
            .current_dir(folder.path())
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut terminal = child.stdin.take().unwrap();
        terminal.write_all(typed.as_bytes()).unwrap();
        assert_eq!(child.wait().unwrap().success(), opens, "{typed}");
        drop(terminal);
    }
    #[expect(clippy::disallowed_methods, reason = "a file of a test")]
    let opened = std::fs::read_to_string(folder.path().join("opened.pem")).unwrap();
    assert!(KeyPair::from_pem(&opened).is_ok());
}

#[test]
fn the_constraints_are_critical() {
    let only_ipv4 = constraints(&["10.0.0.5"]);
    for expected in [
        "X509v3 Name Constraints: critical",
        "DNS:airlock.lan",
        "IP:10.0.0.5/255.255.255.255",
        "IP:0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0",
        "CA:TRUE, pathlen:0",
    ] {
        assert!(only_ipv4.contains(expected), "{expected} in\n{only_ipv4}");
    }
    let only_ipv6 = constraints(&["fd00::5"]);
    for expected in [
        "IP:FD00:0:0:0:0:0:0:5/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF",
        "IP:0.0.0.0/0.0.0.0",
    ] {
        assert!(only_ipv6.contains(expected), "{expected} in\n{only_ipv6}");
    }
}

/// Returns the authority of `airlock.lan` and some addresses, as openssl writes it for people.
fn constraints(addresses: &[&str]) -> String {
    let issued = subject(&["airlock.lan"], addresses).issue(NOW).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.crt");
    #[expect(clippy::disallowed_methods, reason = "a file of a test")]
    std::fs::write(&path, &issued.authority).unwrap();
    let output = Command::new("openssl")
        .args(["x509", "-noout", "-text", "-in"])
        .arg(&path)
        .output()
        .expect("openssl is installed");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_is_no_subject_is_refused() {
    let long = "a".repeat(64);
    // The longest name that there is (RFC 1035 section 2.3.4), and one beyond it.
    let longest = format!("{}a", "a.".repeat(126));
    assert!(subject(&[&longest], &[]).issue(NOW).is_ok());
    let beyond = format!("{longest}b");
    for names in [
        &[][..],
        &["*.lan"],
        &["Airlock.lan"],
        &["a b"],
        &["10.0.0.1"],
        &[&long],
        &[&beyond],
    ] {
        let refused = subject(names, &[]).issue(NOW).unwrap_err();
        let mut shown = String::new();
        write!(shown, "{refused}").unwrap();
        assert!(shown.starts_with("cannot make a certificate"), "{shown}");
    }
}
