//! Proxies: CONNECT, with a login, around them, and when they refuse.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;

use airlock::diagnostic::Diagnose as _;
use airlock::registry::{Client, PrivateReach, Proxies, Settings};
use airlock::upstream::{Asked, rule};
use lock_format::Reference;

use crate::authority::Authority;
use crate::proxy::Proxy;
use crate::support::{Station, code, with_image};

fn settings(proxy: &Proxy, variable: &str, login: &str) -> Settings {
    let url = format!("http://{login}{}", proxy.address);
    let environment = BTreeMap::from([
        (variable.to_owned(), url),
        ("NO_PROXY".to_owned(), "direct.example".to_owned()),
    ]);
    Settings {
        proxies: Proxies::from_environment(&environment),
        ..Settings::default()
    }
}

fn fetch(client: &Client<'_>, host: &str) -> Result<(), airlock::registry::RegistryError> {
    let name = Reference::parse(&format!("{host}/library/app:1")).unwrap();
    client.fetch_manifest(&name).map(|_| ())
}

#[test]
fn https_goes_through_connect_with_the_proxys_own_login() {
    let (registry, _) = with_image();
    let authority = Authority::new();
    let inner = authority.front_as("reg.example", false, registry.address());
    let proxy = Proxy::new(inner, "200 OK");
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let station = Station::default();
        let client = station.client(Settings {
            authorities: vec![authority.file()],
            ..settings(&proxy, variable, "joe:s%40cret@")
        });
        fetch(&client, "reg.example:5000").unwrap();
        let asked = proxy.asked();
        let head = asked.last().unwrap();
        assert!(
            head.starts_with("CONNECT reg.example:5000 HTTP/1.1\r\n"),
            "{head}"
        );
        // joe:s@cret
        assert!(
            head.contains("Proxy-Authorization: Basic am9lOnNAY3JldA=="),
            "{head}"
        );
    }
    for asked in registry.requests() {
        assert_eq!(asked.header("proxy-authorization"), None);
    }
}

#[test]
fn plain_http_goes_through_its_own_proxy() {
    let (registry, _) = with_image();
    let proxy = Proxy::new(registry.address(), "200 OK");
    let station = Station::default();
    let client = station.client(Settings {
        insecure: ["reg.example:5000".to_owned()].into(),
        ..settings(&proxy, "ALL_PROXY", "")
    });
    fetch(&client, "reg.example:5000").unwrap();
    assert!(!registry.requests().is_empty());
}

#[test]
fn each_host_has_connections_of_its_own_which_are_kept() {
    let (registry, _) = with_image();
    let proxy = Proxy::new(registry.address(), "200 OK");
    let station = Station::default();
    let hosts = ["reg.example:5000", "other.example:5000"];
    let client = station.client(Settings {
        insecure: hosts.map(str::to_owned).into(),
        ..settings(&proxy, "ALL_PROXY", "")
    });
    fetch(&client, hosts[0]).unwrap();
    let opened = proxy.asked().len();
    for _ in 0..3 {
        fetch(&client, hosts[0]).unwrap();
    }
    assert_eq!(proxy.asked().len(), opened, "a connection is kept");
    fetch(&client, hosts[1]).unwrap();
    let asked = proxy.asked();
    let others = &asked[opened..];
    assert!(!others.is_empty());
    for head in others {
        assert!(head.starts_with("CONNECT other.example:5000 "), "{head}");
    }
}

#[test]
fn some_hosts_are_reached_directly() {
    let (registry, _) = with_image();
    let proxy = Proxy::new(registry.address(), "200 OK");
    let station = Station::default();
    let client = station.client(settings(&proxy, "ALL_PROXY", ""));
    fetch(&client, &registry.host()).unwrap();
    // The name has no address, which only somebody who does not use the proxy can tell.
    let error = fetch(&client, "direct.example").unwrap_err();
    assert_eq!(code(&error), "registry/unreachable");
    assert_eq!(proxy.asked(), Vec::<String>::new());
}

#[test]
fn a_proxy_that_refuses_is_told_without_its_password() {
    let (registry, _) = with_image();
    for (answer, waits) in [
        ("407 Proxy Authentication Required", 0),
        ("403 Forbidden", 0),
        ("502 Bad Gateway", 5),
    ] {
        let proxy = Proxy::new(registry.address(), answer);
        let station = Station::default();
        let client = station.client(settings(&proxy, "HTTPS_PROXY", "joe:hunter2@"));
        let error = fetch(&client, "reg.example").unwrap_err();
        assert_eq!(code(&error), "registry/unreachable");
        let message = format!("{error} {error:?} {client:?}");
        assert!(message.contains("the proxy gave no way to it"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
        assert_eq!(station.sleeper.waits().len(), waits, "{answer}");
    }
    assert!(registry.requests().is_empty());
}

#[test]
fn a_public_registry_cannot_send_to_this_machine() {
    // Behind the proxy the name is not known to be private, as a public one is not.
    let (registry, _) = with_image();
    let (inside, _) = with_image();
    let authority = Authority::new();
    let front = authority.front_as("reg.example", false, registry.address());
    let proxy = Proxy::new(front, "200 OK");
    let station = Station::default();
    for target in [
        "https://127.0.0.1:1/",
        "https://localhost:1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
    ] {
        registry.clear_rules();
        registry.add_rule(rule::on(Asked::is_manifest, move |_, _| {
            rule::redirect(target)
        }));
        let client = station.client(Settings {
            authorities: vec![authority.file()],
            ..settings(&proxy, "HTTPS_PROXY", "")
        });
        let error = fetch(&client, "reg.example").unwrap_err();
        assert_eq!(
            code(&error),
            "registry/private-address",
            "{target}: {error}"
        );
    }
    let realm = format!("https://{}/token", inside.host());
    registry.clear_rules();
    registry.add_rule(
        airlock::upstream::access::Bearer::default()
            .with_realm(&realm)
            .rule(),
    );
    let mut named = settings(&proxy, "HTTPS_PROXY", "");
    named.authorities = vec![authority.file()];
    named.reach.private = PrivateReach::Listed([].into());
    let client = station.client(named);
    let error = fetch(&client, "reg.example").unwrap_err();
    assert_eq!(code(&error), "registry/private-address", "{error}");
    assert!(inside.requests().is_empty());
}

#[test]
fn a_plain_registry_elsewhere_is_told_how_to_allow_it() {
    // A server that answers everything in plain HTTP, under a name that is not this machine's.
    let proxy = Proxy::new(plain_server(), "200 OK");
    let station = Station::default();
    let client = station.client(settings(&proxy, "ALL_PROXY", ""));
    let error = fetch(&client, "reg.example:5000").unwrap_err();
    assert_eq!(code(&error), "registry/plain-http", "{error}");
    let help = error.help().unwrap();
    assert!(
        help.contains("--insecure-registry reg.example:5000"),
        "{help}"
    );
    assert!(station.sleeper.waits().is_empty());
}

fn plain_server() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        while let Ok((mut client, _)) = listener.accept() {
            drop(client.read(&mut [0; 4096]));
            drop(client.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
        }
    });
    address
}
