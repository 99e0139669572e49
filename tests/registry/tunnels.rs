//! Other ways through a proxy: SOCKS, and a proxy that is spoken to over TLS.

use std::collections::BTreeMap;
use std::io::{self, Read, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use airlock::registry::{Proxies, RegistryError, Settings};
use lock_format::Reference;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::authority::{self, Authority};
use crate::proxy::join;
use crate::support::{Station, code, with_image};

const HOST: &str = "reg.example:5000";

fn fetch(proxy: &str, settings: Settings) -> Result<(), RegistryError> {
    let environment = BTreeMap::from([("ALL_PROXY".to_owned(), proxy.to_owned())]);
    let station = Station::default();
    let client = station.client(Settings {
        proxies: Proxies::from_environment(&environment),
        insecure: [HOST.to_owned()].into(),
        ..settings
    });
    let name = Reference::parse(&format!("{HOST}/library/app:1")).unwrap();
    client.fetch_manifest(&name).map(|_| ())
}

/// Serves each connection in a thread of its own.
fn listen(serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        while let Ok((client, _)) = listener.accept() {
            let serve = Arc::clone(&serve);
            thread::spawn(move || drop(serve(client)));
        }
    });
    address
}

/// Speaks SOCKS 5 (RFC 1928) for names, leads to `target`, and keeps the name it was asked for.
fn socks(mut client: TcpStream, target: SocketAddr, asked: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut greeting = [0; 2];
    client.read_exact(&mut greeting)?;
    client.read_exact(&mut vec![0; usize::from(greeting[1])])?;
    client.write_all(&[5, 0])?;
    let mut head = [0; 5];
    client.read_exact(&mut head)?;
    assert_eq!(head[..4], [5, 1, 0, 3], "connect, to a name");
    let mut name = vec![0; usize::from(head[4])];
    client.read_exact(&mut name)?;
    client.read_exact(&mut [0; 2])?;
    let name = String::from_utf8_lossy(&name).into_owned();
    asked.lock().unwrap().push(name);
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    join(client, target)
}

#[test]
fn names_are_resolved_by_the_proxy_where_socks_says_so() {
    let (registry, _) = with_image();
    let target = registry.address();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let address = listen(move |client| socks(client, target, &log));
    // The name has no address here.
    let error = fetch(&format!("socks5://{address}"), Settings::default()).unwrap_err();
    assert_eq!(code(&error), "registry/unreachable");
    assert!(error.to_string().contains("no address"), "{error}");
    assert!(asked.lock().unwrap().is_empty());
    fetch(&format!("socks5h://{address}"), Settings::default()).unwrap();
    assert_eq!(registry.requests().len(), 1);
    let asked = asked.lock().unwrap();
    assert!(asked.iter().all(|name| name == "reg.example"), "{asked:?}");
}

/// Takes CONNECT over TLS, then one question in plain HTTP; anything else is left.
fn secure(client: TcpStream, config: Arc<ServerConfig>, target: SocketAddr) -> io::Result<()> {
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut client = StreamOwned::new(connection, client);
    let connect = head(&mut client)?;
    assert!(connect.starts_with(b"CONNECT reg.example:5000 "));
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let mut question = head(&mut client)?;
    if question.starts_with(b"G") {
        question.truncate(question.len() - 2);
        question.extend_from_slice(b"Connection: close\r\n\r\n");
        let mut server = TcpStream::connect(target)?;
        server.write_all(&question)?;
        io::copy(&mut server, &mut client)?;
    }
    client.conn.send_close_notify();
    client.flush()
}

/// Reads to the empty line; of a TLS handshake only its first byte.
fn head(client: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && head.first() != Some(&22) {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(head)
}

fn server() -> Arc<ServerConfig> {
    let (certificate, key) = Authority::new().issue("127.0.0.1");
    authority::server(&certificate, &key, None)
}

#[test]
fn a_proxy_may_be_spoken_to_over_tls() {
    let (registry, _) = with_image();
    let target = registry.address();
    let config = server();
    let address = listen(move |client| secure(client, Arc::clone(&config), target));
    fetch(&format!("https://{address}"), Settings::default()).unwrap();
    assert_eq!(registry.requests().len(), 1);
}

#[test]
fn a_proxy_over_tls_is_verified() {
    let (registry, _) = with_image();
    let target = registry.address();
    let config = server();
    let address = listen(move |client| secure(client, Arc::clone(&config), target));
    let environment = BTreeMap::from([("ALL_PROXY".to_owned(), format!("https://{address}"))]);
    let station = Station::default();
    let client = station.client(Settings {
        proxies: Proxies::from_environment(&environment),
        ..Settings::default()
    });
    let name = Reference::parse("reg.example:5000/library/app:1").unwrap();
    let error = client.fetch_manifest(&name).unwrap_err();
    assert_eq!(code(&error), "registry/untrusted-certificate");
}
