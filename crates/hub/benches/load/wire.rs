//! HTTP/1.1 as plainly as it goes, so that the load costs the machine little: one connection, one request at a time.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// The origin that the hub was told of.
pub const ORIGIN: &str = "https://shop.example";

/// A connection that is kept.
pub struct Wire {
    stream: BufReader<TcpStream>,
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

impl Wire {
    pub async fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::with_capacity(2_048, stream) })
    }

    /// One exchange of a visitor's document: what the hub replies.
    pub async fn exchange(&mut self, visitor: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        let head = format!(
            "POST /wellmet/v1/sync HTTP/1.1\r\nhost: hub\r\norigin: {ORIGIN}\r\ncookie: __Host-wellmet={visitor}\r\n\
             wellmet-as: visitor\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.send(&[head.as_bytes(), body].concat()).await?;
        let (status, length) = self.head().await?;
        let mut reply = vec![0; length.ok_or_else(|| broken("an answer without its length"))?];
        self.stream.read_exact(&mut reply).await?;
        if status == 200 { Ok(reply) } else { Err(broken(&String::from_utf8_lossy(&reply))) }
    }

    /// Listens for changes of a visitor's document; resolves when the hub has said that it tells them.
    pub async fn listen(address: SocketAddr, visitor: &str) -> io::Result<Listening> {
        let mut wire = Self::connect(address).await?;
        let head = format!(
            "GET /wellmet/v1/live HTTP/1.1\r\nhost: hub\r\norigin: {ORIGIN}\r\ncookie: __Host-wellmet={visitor}\r\n\r\n"
        );
        wire.send(head.as_bytes()).await?;
        let (status, _) = wire.head().await?;
        if status != 200 {
            return Err(broken(&format!("listening was refused: {status}")));
        }
        let mut listening = Listening { lines: wire.stream };
        listening.until("retry:").await?;
        Ok(listening)
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes).await
    }

    /// Status, and the body's length where it is told.
    async fn head(&mut self) -> io::Result<(u16, Option<usize>)> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status = status.ok_or_else(|| broken("the connection was closed"))?;
        let mut length = None;
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok();
            }
        }
        Ok((status, length))
    }
}

/// The events of a page that listens.
pub struct Listening {
    lines: BufReader<TcpStream>,
}

impl Listening {
    /// Waits for the next wake-up.
    pub async fn woken(&mut self) -> io::Result<()> {
        self.until("data:").await
    }

    async fn until(&mut self, word: &str) -> io::Result<()> {
        let mut line = String::new();
        while !line.starts_with(word) {
            line.clear();
            if self.lines.read_line(&mut line).await? == 0 {
                return Err(broken("the stream has ended"));
            }
        }
        Ok(())
    }
}
