//! A real JetStream cluster of three servers on this machine.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The server's program: `NATS_SERVER`, what `cargo xtask setup` installs, or the one on the path.
pub fn program() -> Option<PathBuf> {
    let named = std::env::var_os("NATS_SERVER").map(PathBuf::from);
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/nats/bin/nats-server");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("nats-server"));
    let program = named.into_iter().chain([installed]).chain(found).find(|program| program.is_file());
    if program.is_none() {
        eprintln!("skipped: no nats-server (`cargo xtask setup` installs it, or set NATS_SERVER to its path)");
    }
    program
}

/// Three servers; killed when dropped.
pub struct Cluster {
    program: PathBuf,
    directory: tempfile::TempDir,
    pub clients: Vec<u16>,
    pub monitors: Vec<u16>,
    children: Vec<Option<Child>>,
}

impl Cluster {
    /// `None`, and a line that says so, where there is no server.
    pub fn start() -> Option<Self> {
        let program = program()?;
        let directory = tempfile::tempdir().unwrap();
        let ports = free_ports(9);
        let (clients, rest) = ports.split_at(3);
        let (routes, monitors) = rest.split_at(3);
        for node in 0..3 {
            let mut config = String::new();
            let others = routes.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect::<Vec<_>>().join(", ");
            writeln!(config, "server_name: n{node}\nlisten: 127.0.0.1:{}", clients[node]).unwrap();
            writeln!(config, "http: 127.0.0.1:{}", monitors[node]).unwrap();
            writeln!(
                config,
                "jetstream {{ store_dir: \"{}\", sync_interval: always }}",
                directory.path().join(format!("n{node}")).display()
            )
            .unwrap();
            writeln!(config, "cluster {{ name: test, listen: 127.0.0.1:{}, routes: [{others}] }}", routes[node])
                .unwrap();
            std::fs::write(directory.path().join(format!("n{node}.conf")), config).unwrap();
        }
        let mut cluster = Self {
            program,
            directory,
            clients: clients.to_vec(),
            monitors: monitors.to_vec(),
            children: (0..3).map(|_| None).collect(),
        };
        (0..3).for_each(|node| cluster.start_node(node));
        Some(cluster)
    }

    /// The address for `--store`, with a tenant of its own.
    pub fn address(&self, tenant: &str) -> String {
        let servers = self.clients.iter().map(|port| format!("127.0.0.1:{port}")).collect::<Vec<_>>().join(",");
        format!("nats://{servers}/{tenant}")
    }

    pub fn start_node(&mut self, node: usize) {
        let log = std::fs::File::options()
            .append(true)
            .create(true)
            .open(self.directory.path().join(format!("n{node}.log")))
            .unwrap();
        let child = Command::new(&self.program)
            .arg("-c")
            .arg(self.directory.path().join(format!("n{node}.conf")))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.children[node] = Some(child);
    }

    /// `kill -9`.
    pub fn kill_node(&mut self, node: usize) {
        if let Some(mut child) = self.children[node].take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn pid(&self, node: usize) -> Option<u32> {
        self.children[node].as_ref().map(Child::id)
    }

    /// What the servers have written to their logs, for a failure's sake.
    pub fn logs(&self) -> String {
        (0..3)
            .map(|node| {
                let log =
                    std::fs::read_to_string(self.directory.path().join(format!("n{node}.log"))).unwrap_or_default();
                let lines: Vec<_> = log.lines().collect();
                format!("n{node}:\n{}\n", lines[lines.len().saturating_sub(30)..].join("\n"))
            })
            .collect()
    }

    /// What a server says of itself at one of its monitoring paths.
    pub fn monitor(&self, node: usize, path: &str) -> Option<serde_json::Value> {
        let url = format!("http://127.0.0.1:{}{path}", self.monitors[node]);
        let text = ureq::get(&url).call().ok()?.body_mut().read_to_string().ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The node that leads a stream.
    pub fn leader_of(&self, stream: &str) -> Option<usize> {
        (0..3).filter(|node| self.children[*node].is_some()).find(|node| {
            let Some(said) = self.monitor(*node, "/jsz?streams=true&accounts=true&raft=true") else { return false };
            let streams = said.pointer("/account_details/0/stream_detail").cloned().unwrap_or_default();
            let mine = format!("n{node}");
            streams.as_array().into_iter().flatten().any(|found| {
                found["name"] == stream && found.pointer("/cluster/leader").is_some_and(|leader| *leader == *mine)
            })
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for child in self.children.iter_mut().flatten() {
            // Whatever they would still say is of no use; their data goes with the directory.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Ports that were free a moment ago, held together so that they differ.
fn free_ports(count: usize) -> Vec<u16> {
    let held: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    held.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}
