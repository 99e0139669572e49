//! Against docker-registry, where it is installed: with htpasswd, and with TLS.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use airlock::registry::Settings;
use airlock::upstream::access::basic_header;
use airlock::upstream::image::{Flavour, Image, index};
use lock_format::{Reference, Repository};
use tempfile::TempDir;
use ureq::tls::TlsConfig;

use crate::authority::Authority;
use crate::logins::login_for;
use crate::support::{Station, code, image, read};

const PROGRAM: &str = "/usr/bin/docker-registry";

/// `joe:secret`, as `htpasswd -B` writes it.
const HTPASSWD: &str = "joe:$2b$05$cv.ziahhYohwuMK9IWUIZuGBtGYT4lwTUyQBjDl8NZZnOV0WyQxWG\n";

/// A docker-registry of its own; ended when it is dropped.
struct Registry {
    address: SocketAddr,
    secure: bool,
    child: Child,
    _folder: TempDir,
}

impl Registry {
    /// Starts one that wants a login; none where the program is not installed.
    fn start(authority: Option<&Authority>) -> Option<Self> {
        if !Path::new(PROGRAM).exists() {
            let required = std::env::vars()
                .any(|(key, value)| key == "AIRLOCK_TEST_CLIENTS" && value == "required");
            assert!(!required, "{PROGRAM} is not installed");
            #[expect(clippy::print_stdout, reason = "what is left out is said")]
            {
                println!("left out: {PROGRAM} is not installed");
            }
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let port = {
            let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            probe.local_addr().unwrap().port()
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            #[expect(clippy::disallowed_methods, reason = "a file of the test")]
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let mut config = format!(
            "version: 0.1\nlog: {{ level: error, accesslog: {{ disabled: true }} }}\n\
             storage: {{ filesystem: {{ rootdirectory: {} }} }}\n\
             auth: {{ htpasswd: {{ realm: test, path: {} }} }}\n\
             http:\n  addr: '{address}'\n",
            folder.path().display(),
            file("htpasswd", HTPASSWD),
        );
        if let Some(authority) = authority {
            let (certificate, key) = authority.issue("127.0.0.1");
            let certificate = file("server.crt", &certificate.pem());
            let key = file("server.key", &key.serialize_pem());
            config.extend([
                "  tls: { certificate: ",
                &certificate,
                ", key: ",
                &key,
                " }\n",
            ]);
        }
        let child = Command::new(PROGRAM)
            .arg("serve")
            .arg(file("config.yml", &config))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let registry = Self {
            address,
            secure: authority.is_some(),
            child,
            _folder: folder,
        };
        while TcpStream::connect(address).is_err() {
            thread::sleep(Duration::from_millis(20));
        }
        Some(registry)
    }

    /// Pushes an image with all that it names (distribution specification, push).
    fn push(&self, repository: &str, tag: &str, image: &Image) {
        let scheme = if self.secure { "https" } else { "http" };
        let base = format!("{scheme}://{}/v2/{repository}", self.address);
        let tls = TlsConfig::builder().disable_verification(true).build();
        let agent = ureq::Agent::config_builder()
            .tls_config(tls)
            .build()
            .new_agent();
        let login = basic_header("joe", "secret");
        for (blob, bytes) in &image.blobs {
            let begun = agent
                .post(format!("{base}/blobs/uploads/"))
                .header("Authorization", &login)
                .send_empty()
                .unwrap();
            let location = begun.headers()["location"].to_str().unwrap();
            agent
                .put(format!("{location}&digest={}", blob.digest))
                .header("Authorization", &login)
                .send(bytes.as_slice())
                .unwrap();
        }
        for (manifest, bytes) in image.manifests.iter().rev() {
            let name = if *manifest == image.top {
                tag.to_owned()
            } else {
                manifest.digest.to_string()
            };
            agent
                .put(format!("{base}/manifests/{name}"))
                .header("Authorization", &login)
                .header("Content-Type", manifest.media_type.as_str())
                .send(bytes.as_slice())
                .unwrap();
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Pushes an index and pulls it with a login, then fails to without one.
fn round_trip(registry: &Registry, settings: Settings) {
    let platform = "linux/amd64".parse().unwrap();
    let child = image(Flavour::Oci);
    let whole = index(Flavour::Oci, &[(Some(&platform), &child)]);
    registry.push("team/app", "1", &whole);
    let host = registry.address.to_string();
    let name = Reference::parse(&format!("{host}/team/app:1")).unwrap();
    let repository = Repository::new(&host, "team/app").unwrap();
    let without = Settings {
        credentials: airlock::registry::Credentials::default(),
        ..settings.clone()
    };
    let station = Station::default();
    let client = station.client(settings);
    assert_eq!(client.fetch_manifest(&name).unwrap().descriptor, whole.top);
    assert_eq!(client.look_up(&name).unwrap(), Some(whole.top.clone()));
    let by_digest = Reference::parse(&format!("{host}/team/app@{}", child.top.digest)).unwrap();
    assert_eq!(
        client.fetch_manifest(&by_digest).unwrap().descriptor,
        child.top
    );
    for (blob, bytes) in &whole.blobs {
        let body = client.open_blob(&repository, blob, &[], 0).unwrap();
        assert_eq!(read(body, *blob).unwrap(), *bytes);
        let body = client.open_blob(&repository, blob, &[], 5).unwrap();
        assert_eq!(body.offset, 5);
    }
    let gone = Reference::parse(&format!("{host}/team/app:2")).unwrap();
    let error = client.fetch_manifest(&gone).unwrap_err();
    assert_eq!(code(&error), "registry/not-found");
    let error = station.client(without).fetch_manifest(&name).unwrap_err();
    assert_eq!(code(&error), "registry/unauthorized");
}

#[test]
fn docker_registry_with_htpasswd() {
    let Some(registry) = Registry::start(None) else {
        return;
    };
    let settings = login_for(&registry.address.to_string(), "joe:secret");
    round_trip(&registry, settings);
}

#[test]
fn docker_registry_with_tls() {
    let authority = Authority::new();
    let Some(registry) = Registry::start(Some(&authority)) else {
        return;
    };
    let settings = Settings {
        authorities: vec![authority.file()],
        ..login_for(&registry.address.to_string(), "joe:secret")
    };
    round_trip(&registry, settings.clone());
    let station = Station::default();
    let client = station.client(Settings {
        authorities: Vec::new(),
        ..settings
    });
    let name = Reference::parse(&format!("{}/team/app:1", registry.address)).unwrap();
    let error = client.fetch_manifest(&name).unwrap_err();
    assert_eq!(code(&error), "registry/untrusted-certificate");
}
