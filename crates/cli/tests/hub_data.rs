//! The hub as an operator handles it: backups while it runs, restores, copies between stores, its log.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn wellmet(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wellmet")).current_dir(root()).args(args).output().unwrap()
}

fn json(args: &[&str]) -> Value {
    let output = wellmet(&[args, &["--format", "json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The code of a refusal.
fn refused(args: &[&str]) -> String {
    let output = wellmet(&[args, &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    // After what the log has said before it.
    let said = String::from_utf8(output.stderr).unwrap();
    let failure: Value = serde_json::from_str(said.trim_end().lines().last().unwrap()).unwrap();
    assert!(failure["place"].is_string(), "{failure}");
    failure["code"].as_str().unwrap().to_owned()
}

const ORDERS: &str = "tests/data/superstore/orders.csv";
const MAPPING: &str = "www/superstore.mapping.json";

/// A folder with a database in `hub`, and paths in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn filled() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        json(&["import", "--orders", ORDERS, "--mapping", MAPPING, "--data", &folder.at("hub")]);
        folder
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}

/// A hub that runs until it is dropped.
struct Running {
    child: Child,
    /// `127.0.0.1:PORT`.
    address: String,
}

impl Running {
    fn on(data: &str) -> Self {
        Self::with(&["hub", "--data", data], Stdio::null())
    }

    fn with(args: &[&str], stderr: Stdio) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wellmet"))
            .args(args)
            .args(["--listen", "127.0.0.1:0"])
            .env("WELLMET_LOG", "info")
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (_, rest) = line.split_once("http://").unwrap_or_else(|| panic!("{line}"));
        let address = rest.split('/').next().unwrap().to_owned();
        Self { child, address }
    }

    /// Sends a request as it stands; the whole answer.
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_backup_is_taken_while_the_hub_runs_and_put_back() {
    let folder = Folder::filled();
    let (hub, file, other) = (folder.at("hub"), folder.at("monday.backup"), folder.at("other"));
    let running = Running::on(&hub);
    let taken = json(&["hub", "backup", "--data", &hub, &file]);
    drop(running);
    assert!(taken["places"].as_u64().unwrap() >= 93, "{taken}");
    let restored = json(&["hub", "restore", &file, "--data", &other]);
    assert_eq!((&restored["places"], &restored["entries"]), (&taken["places"], &taken["entries"]));
    // A hub starts on it, and everything in it is what it was.
    drop(Running::on(&other));
    let compared = json(&["hub", "copy", &hub, &other, "--replace"]);
    assert!(compared["places"].as_u64().unwrap() >= 93, "{compared}");
    assert!(compared["written"].as_u64().unwrap() <= 4, "only what the two hubs wrote by starting: {compared}");
}

#[test]
fn nothing_is_written_over_and_nothing_damaged_is_put_back() {
    let folder = Folder::filled();
    let (hub, file) = (folder.at("hub"), folder.at("backup"));
    json(&["hub", "backup", "--data", &hub, &file]);
    assert_eq!(refused(&["hub", "backup", "--data", &hub, &file]), "exists");
    assert_eq!(refused(&["hub", "restore", &file, "--data", &hub]), "exists");
    assert_eq!(refused(&["hub", "backup", "--data", &folder.at("nothing"), &folder.at("b")]), "no-store");
    assert_eq!(refused(&["hub", "restore", &folder.at("nothing"), "--data", &folder.at("new")]), "not-found");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(refused(&["hub", "restore", &file, "--data", &folder.at("new")]), "damaged");
    assert!(!Path::new(&folder.at("new")).join("hub.sqlite").exists());
}

#[test]
fn a_keyring_has_a_place_and_backups_of_its_own() {
    let folder = Folder(tempfile::tempdir().unwrap());
    let (hub, keys) = (folder.at("hub"), folder.at("keys"));
    let sealed = ["--data", &hub, "--keyring", &keys];
    json(&[&["import", "--orders", ORDERS, "--mapping", MAPPING], &sealed[..]].concat());
    drop(Running::with(&[&["hub"], &sealed[..]].concat(), Stdio::null()));

    // Whoever leaves it out, or names another place, is told before anything is written.
    assert_eq!(refused(&["hub", "--data", &hub]), "keyring-missing");
    assert_eq!(refused(&["import", "--orders", ORDERS, "--mapping", MAPPING, "--data", &hub]), "keyring-missing");
    assert_eq!(refused(&["hub", "--data", &hub, "--keyring", &folder.at("nowhere")]), "keyring-empty");
    assert_eq!(refused(&["hub", "--data", &hub, "--keyring", &hub]), "keyring-beside");
    drop(Running::with(&["hub", "--data", &folder.at("b"), "--keyring", &folder.at("b-keys")], Stdio::null()));
    assert_eq!(refused(&["hub", "--data", &hub, "--keyring", &folder.at("b-keys")]), "keyring-other");

    let (data_file, key_file) = (folder.at("monday"), folder.at("monday-keys"));
    json(&["hub", "backup", "--data", &hub, &data_file]);
    let taken = json(&["hub", "backup", "--keyring", &keys, &key_file]);
    assert!(taken["places"].as_u64().unwrap() > 50, "a key for each customer: {taken}");
    assert_eq!(refused(&["hub", "restore", &key_file, "--data", &folder.at("new")]), "damaged");
    assert_eq!(refused(&["hub", "restore", &data_file, "--keyring", &folder.at("new")]), "damaged");
    json(&["hub", "restore", &data_file, "--data", &folder.at("again")]);
    json(&["hub", "restore", &key_file, "--keyring", &folder.at("again-keys")]);
    let again = ["hub", "--data", &folder.at("again"), "--keyring", &folder.at("again-keys")];
    drop(Running::with(&again, Stdio::null()));

    // A copy is sealed like its source, or opened.
    let copied = json(&["hub", "copy", &hub, &folder.at("copy")]);
    assert_eq!(copied["sealed"], true, "{copied}");
    assert_eq!(refused(&["hub", "--data", &folder.at("copy")]), "keyring-missing");
    json(&["hub", "copy", "--keyrings", &keys, &folder.at("copy-keys")]);
    drop(Running::with(&["hub", "--data", &folder.at("copy"), "--keyring", &folder.at("copy-keys")], Stdio::null()));
    let opened = json(&["hub", "copy", &hub, &folder.at("plain"), "--open", &keys]);
    assert_eq!(opened["sealed"], false, "{opened}");
    drop(Running::on(&folder.at("plain")));
    assert_eq!(refused(&["hub", "copy", "--keyrings", &folder.at("nothing"), &folder.at("c")]), "no-store");
}

#[test]
fn a_copy_goes_on_where_it_stopped_and_compares() {
    let folder = Folder::filled();
    let (hub, copy) = (folder.at("hub"), folder.at("copy"));
    let first = json(&["hub", "copy", &hub, &copy]);
    assert_eq!(first["written"], first["places"].as_u64().unwrap() + first["logs"].as_u64().unwrap(), "{first}");
    let again = json(&["hub", "copy", &hub, &copy]);
    assert_eq!((&again["places"], &again["written"], &again["removed"]), (&first["places"], &0.into(), &0.into()));
    assert_eq!(refused(&["hub", "copy", &hub, &hub]), "same-store");
    assert_eq!(refused(&["hub", "copy", &folder.at("nothing"), &copy]), "no-store");
    // A target with something of its own is left alone, unless it is to become a copy.
    let mine = folder.at("mine");
    drop(Running::on(&mine));
    let theirs = json(&["hub", "backup", "--data", &mine, &folder.at("mine.backup")]);
    if theirs["places"].as_u64().unwrap() > 0 {
        assert_eq!(refused(&["hub", "copy", &hub, &mine]), "differs");
    }
    let replaced = json(&["hub", "copy", &hub, &mine, "--replace"]);
    assert_eq!(replaced["places"], first["places"]);
    assert_eq!(json(&["hub", "copy", &mine, &hub])["written"], 0);
}

#[test]
fn the_log_is_one_object_a_line_and_says_nothing_of_anybody() {
    let folder = Folder::filled();
    let log = folder.at("log");
    let hub = ["hub", "--data", &folder.at("hub"), "--trust-forwarded", "--format", "json"];
    let hub = Running::with(&hub, fs::File::create(&log).unwrap().into());
    let visit = hub.ask(
        "POST /wellmet/v1/visit?mail=anna-4711@example.org HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 203.0.113.77\r\n\
         cookie: __Host-wellmet=anna-4711\r\nuser-agent: anna-4711\r\ncontent-type: application/json\r\n\
         content-length: 2\r\nconnection: close\r\n\r\n{}",
    );
    assert!(visit.starts_with("HTTP/1.1 200"), "{visit}");
    let cookie = visit.lines().find(|line| line.to_lowercase().starts_with("set-cookie:")).unwrap();
    let secret = cookie.split_once('=').unwrap().1.split(';').next().unwrap().to_owned();
    let access = hub.ask("GET /wellmet/v1/access/anna-4711 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert!(access.starts_with("HTTP/1.1 200"), "{access}");
    let unknown = hub.ask("GET /wellmet/anna-4711 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert!(unknown.starts_with("HTTP/1.1 404"), "{unknown}");
    drop(hub);
    let text = fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let paths: Vec<&str> = lines.iter().filter_map(|line| line["path"].as_str()).collect();
    assert!(paths.contains(&"/wellmet/v1/visit") && paths.contains(&"/wellmet/v1/access/{item}"), "{text}");
    for who in ["anna", "203.0.113", &secret, "__Host"] {
        assert!(!text.contains(who), "{who} is in the log:\n{text}");
    }
}
