//! A client that writes requests byte by byte.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Talks to an address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client(pub(crate) SocketAddr);

impl Client {
    /// Opens a connection that gives up after half a minute.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.0).unwrap();
        let limit = Some(Duration::from_secs(30));
        stream.set_read_timeout(limit).unwrap();
        stream.set_write_timeout(limit).unwrap();
        stream
    }

    /// Sends a request on a connection of its own and returns head and body.
    pub(crate) fn exchange(&self, request: &[u8]) -> (String, Vec<u8>) {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        split(&read_all(&mut stream))
    }

    /// Gets a target on a connection of its own.
    pub(crate) fn get(&self, target: &str) -> (String, Vec<u8>) {
        self.exchange(
            format!("GET {target} HTTP/1.1\r\nHost: a:1\r\nConnection: close\r\n\r\n").as_bytes(),
        )
    }
}

/// Splits an answer at its empty line.
pub(crate) fn split(bytes: &[u8]) -> (String, Vec<u8>) {
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .map_or(bytes.len(), |at| at + 4);
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    (head, bytes[end..].to_vec())
}

/// Reads until the server closes.
pub(crate) fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    std::io::copy(stream, &mut bytes).unwrap();
    bytes
}

/// Reads the head of an answer of a connection that stays open.
pub(crate) fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "the head ended early");
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// Reads one answer of a connection that stays open.
pub(crate) fn read_answer(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let head = read_head(stream);
    let length = header(&head, "content-length").parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head, body)
}

/// Returns the value of a header line; empty if there is none.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> &'a str {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map_or("", |(_, value)| value.trim())
}
