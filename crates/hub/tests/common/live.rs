//! What no well-behaved client sends, and the events of a listening page.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::{Browser, Device, ORIGIN, TestHub};

/// A raw connection, for what no well-behaved client would send.
pub fn raw(hub: &TestHub, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(hub.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// All that comes until the hub closes the connection.
pub fn answer(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// The events of a listening page, as they come.
pub struct Listening(pub BufReader<TcpStream>);

impl Listening {
    pub fn start(hub: &TestHub, device: &Device) -> Self {
        Self::as_browser(hub, &device.browser)
    }

    pub fn as_browser(hub: &TestHub, browser: &Browser) -> Self {
        let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = format!(
            "GET /wellmet/v1/live HTTP/1.1\r\nhost: x\r\norigin: {ORIGIN}\r\ncookie: {}\r\n\r\n",
            cookies.join("; ")
        );
        let mut listening = Self(BufReader::new(raw(hub, &request)));
        let head = listening.until("retry:");
        assert!(head.contains("200 OK") && head.contains("text/event-stream"), "{head}");
        listening
    }

    /// What arrives up to a word; empty when the stream ends first.
    pub fn until(&mut self, word: &str) -> String {
        let mut text = String::new();
        while !text.contains(word) {
            match self.0.read_line(&mut text) {
                Ok(0) | Err(_) => return String::new(),
                Ok(_) => {}
            }
        }
        text
    }
}
