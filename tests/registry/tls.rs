//! HTTPS: private authorities, certificates for one host, certificates of a client.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use airlock::diagnostic::Diagnose as _;
use airlock::registry::{RegistryError, Settings, SystemRoots};
use airlock::upstream::Scripted;
use lock_format::Reference;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use rustls::crypto::ring::{default_provider, sign::any_supported_type};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::authority::{Authority, front_with, listen};
use crate::support::{Station, code, with_image};

/// Fetches `library/app:1` from an address.
fn fetch(address: SocketAddr, settings: Settings) -> Result<(), RegistryError> {
    let station = Station::default();
    let client = station.client(settings);
    let name = Reference::parse(&format!("{address}/library/app:1")).unwrap();
    client.fetch_manifest(&name).map(|_| ())
}

fn registry() -> Scripted {
    with_image().0
}

#[test]
fn a_private_authority_is_trusted_when_it_is_named() {
    let registry = registry();
    let authority = Authority::new();
    let address = authority.front(registry.address());
    let settings = Settings {
        authorities: vec![authority.file()],
        ..Settings::default()
    };
    fetch(address, settings).unwrap();
}

#[test]
fn an_unknown_authority_is_refused_even_on_this_machine() {
    let registry = registry();
    let address = Authority::new().front(registry.address());
    let error = fetch(address, Settings::default()).unwrap_err();
    assert_eq!(code(&error), "registry/untrusted-certificate");
    assert!(error.help().unwrap().contains("--ca-file"));
    assert!(registry.requests().is_empty());
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let registry = registry();
    let authority = Authority::new();
    let address = authority.front_as("reg.example", false, registry.address());
    let settings = Settings {
        authorities: vec![authority.file()],
        ..Settings::default()
    };
    let error = fetch(address, settings).unwrap_err();
    assert_eq!(code(&error), "registry/untrusted-certificate");
}

#[test]
fn an_insecure_host_is_not_verified() {
    let registry = registry();
    let address = Authority::new().front(registry.address());
    let settings = Settings {
        insecure: [address.to_string()].into(),
        ..Settings::default()
    };
    fetch(address, settings).unwrap();
}

/// Speaks TLS with one certificate that signs itself and says that it is an authority, as
/// `openssl req -x509` makes it; returns where, and the certificate.
fn front_alone(name: &str, until: i32, inner: SocketAddr) -> (SocketAddr, String) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_after = date_time_ymd(until, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let address = front_with(&certificate, &key, None, inner);
    (address, certificate.pem())
}

/// Trusts one certificate.
fn naming(pem: &str) -> (tempfile::TempDir, Settings) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.crt");
    #[expect(clippy::disallowed_methods, reason = "a file of the test")]
    std::fs::write(&file, pem).unwrap();
    let settings = Settings {
        authorities: vec![file],
        ..Settings::default()
    };
    (folder, settings)
}

#[test]
fn a_certificate_that_signs_itself_is_trusted_when_it_is_named() {
    let registry = registry();
    let (address, own) = front_alone("127.0.0.1", 2999, registry.address());
    let (_folder, settings) = naming(&own);
    fetch(address, settings).unwrap();
    // In the folder of its host too, where `docker` wants it.
    let authority = Authority::new();
    authority.write(&format!("certs.d/{address}/ca.crt"), &own);
    let settings = Settings {
        certificate_folders: vec![authority.folder.path().join("certs.d")],
        ..Settings::default()
    };
    fetch(address, settings).unwrap();
}

#[test]
fn a_certificate_that_signs_itself_is_held_to_name_time_and_bytes() {
    let registry = registry();
    let (address, own) = front_alone("127.0.0.1", 2999, registry.address());
    let (elsewhere, other_name) = front_alone("reg.example", 2999, registry.address());
    let (expired, old) = front_alone("127.0.0.1", 2001, registry.address());
    for (address, named, reason) in [
        (address, None, "UnknownIssuer"),
        // The same names, and another key.
        (address, Some(&old), "UnknownIssuer"),
        (elsewhere, Some(&other_name), "not valid for name"),
        (expired, Some(&old), "expired"),
        (expired, Some(&own), "expired"),
    ] {
        let (_folder, settings) = naming(named.unwrap_or(&Authority::new().issuer.pem()));
        let error = fetch(address, settings).unwrap_err();
        assert_eq!(code(&error), "registry/untrusted-certificate");
        assert!(error.to_string().contains(reason), "{reason}: {error}");
    }
    assert!(registry.requests().is_empty());
}

/// Speaks one version of TLS with a certificate and any key.
fn front_signing(
    certificate: &rcgen::Certificate,
    key: &KeyPair,
    version: &'static SupportedProtocolVersion,
    inner: SocketAddr,
) -> SocketAddr {
    let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let signing = any_supported_type(&key).unwrap();
    let certified = CertifiedKey::new(vec![certificate.der().clone()], signing);
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    listen(Arc::new(config), inner)
}

#[test]
fn a_certificate_without_its_key_is_worth_nothing() {
    let registry = registry();
    let authority = Authority::new();
    let (signed, its_key) = authority.issue("127.0.0.1");
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let own_key = KeyPair::generate().unwrap();
    let own = params.self_signed(&own_key).unwrap();
    let thief = KeyPair::generate().unwrap();
    let authority = authority.issuer.pem();
    for version in [&TLS12, &TLS13] {
        for (certificate, key, named) in [
            (&signed, &its_key, &authority),
            (&own, &own_key, &own.pem()),
        ] {
            let (_folder, settings) = naming(named);
            registry.clear_requests();
            let address = front_signing(certificate, key, version, registry.address());
            fetch(address, settings.clone()).unwrap();
            assert_eq!(registry.requests().len(), 1);
            let address = front_signing(certificate, &thief, version, registry.address());
            let error = fetch(address, settings).unwrap_err();
            assert_eq!(code(&error), "registry/untrusted-certificate", "{error}");
            assert_eq!(
                registry.requests().len(),
                1,
                "nothing was asked of the thief"
            );
        }
    }
}

#[test]
fn the_environment_names_other_authorities_of_the_system() {
    let registry = registry();
    let authority = Authority::new();
    let address = authority.front(registry.address());
    authority.write("folder/a.pem", &authority.issuer.pem());
    authority.write("folder/b.key", "not a certificate");
    let folder = authority.folder.path().join("folder");
    for (name, path) in [
        ("SSL_CERT_FILE", authority.file()),
        ("SSL_CERT_DIR", folder),
    ] {
        let value = format!("{}", path.display());
        let environment = BTreeMap::from([(name.to_owned(), value)]);
        let settings = Settings {
            system_roots: SystemRoots::from_environment(&environment),
            ..Settings::default()
        };
        fetch(address, settings).unwrap();
    }
    let other = Authority::new();
    let settings = Settings {
        system_roots: SystemRoots {
            file: Some(other.file()),
            folders: Vec::new(),
        },
        ..Settings::default()
    };
    let error = fetch(address, settings).unwrap_err();
    assert_eq!(code(&error), "registry/untrusted-certificate");
}

#[test]
fn a_host_has_its_own_authority_and_client_certificate() {
    let registry = registry();
    let authority = Authority::new();
    let address = authority.front_as("127.0.0.1", true, registry.address());
    let (certificate, key) = authority.issue("station");
    authority.write(
        &format!("certs.d/{address}/ca.crt"),
        &authority.issuer.pem(),
    );
    authority.write(
        &format!("certs.d/{address}/client.cert"),
        &certificate.pem(),
    );
    authority.write(
        &format!("certs.d/{address}/client.key"),
        &key.serialize_pem(),
    );
    let folder = authority.folder.path().join("certs.d");
    let settings = Settings {
        certificate_folders: vec![folder],
        ..Settings::default()
    };
    fetch(address, settings).unwrap();
    let without = Settings {
        authorities: vec![authority.file()],
        ..Settings::default()
    };
    let error = fetch(address, without).unwrap_err();
    assert_eq!(code(&error), "registry/tls-refused", "{error}");
    assert!(error.help().unwrap().contains("client.cert"));
    assert_eq!(registry.requests().len(), 1);
}

#[test]
fn a_client_certificate_needs_its_own_key() {
    let registry = registry();
    let authority = Authority::new();
    let address = authority.front(registry.address());
    let (certificate, _) = authority.issue("station");
    let (_, other) = authority.issue("other");
    let client = format!("certs.d/{address}/client");
    authority.write(&format!("{client}.cert"), &certificate.pem());
    let settings = || Settings {
        certificate_folders: vec![authority.folder.path().join("certs.d")],
        authorities: vec![authority.file()],
        ..Settings::default()
    };
    for key in [
        None,
        Some("nonsense".to_owned()),
        Some(other.serialize_pem()),
    ] {
        if let Some(key) = key {
            authority.write(&format!("{client}.key"), &key);
        }
        let error = fetch(address, settings()).unwrap_err();
        assert_eq!(code(&error), "registry/authority-file", "{error}");
    }
    assert!(registry.requests().is_empty());
}

#[test]
fn a_file_without_certificates_is_told() {
    let registry = registry();
    let authority = Authority::new();
    authority.write("empty.pem", "");
    authority.write(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    );
    for name in ["empty.pem", "broken.pem", "missing.pem"] {
        let path = authority.folder.path().join(name);
        let settings = Settings {
            authorities: vec![path],
            ..Settings::default()
        };
        let error = fetch(registry.address(), settings).unwrap_err();
        assert_eq!(code(&error), "registry/authority-file");
        assert!(error.to_string().contains(name), "{error}");
    }
}
