//! The hub as a process of its own, as a shop runs it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::wire::{ORIGIN, Wire};

/// Ended when dropped.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the program until it answers.
    pub started_in: Duration,
}

impl Process {
    /// Starts `wellmet hub` on a directory, or on a store elsewhere, perhaps with a keyring, and waits until it answers.
    pub async fn start(data: &Path, store: Option<&str>, keyring: Option<&str>) -> Self {
        let program = std::env::var_os("WELLMET").expect("WELLMET names the wellmet command");
        let free =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
        let mut command = Command::new(program);
        command.arg("hub").arg("--data").arg(data).args(["--listen", &free.to_string(), "--origin", ORIGIN]);
        if let Some(store) = store {
            command.args(["--store", store]);
        }
        if let Some(keyring) = keyring {
            command.args(["--keyring", keyring]);
        }
        let from = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the hub starts");
        let mut process = Self { child, address: free, started_in: Duration::ZERO };
        while Wire::connect(free).await.is_err() {
            assert!(process.child.try_wait().expect("a child").is_none(), "the hub has ended");
            assert!(from.elapsed() < Duration::from_secs(120), "the hub does not answer");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        process.started_in = from.elapsed();
        process
    }

    /// Processor time that it has taken, in milliseconds; `None` where the system does not tell.
    pub fn cpu(&self) -> Option<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // After the name in brackets; user and system time are the 14th and 15th of all, in hundredths of a second.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let mut next = || fields.next()?.parse::<u64>().ok();
        Some((next()? + next()?) * 10)
    }

    /// Memory in use, in bytes; `None` where the system does not tell.
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1_024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
