//! `wellmet hub`: the companion server.

mod tasks;

use crate::bookdir;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::shop;
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use wellmet_engine::shelf::Shelf;
use wellmet_engine::time::Span;
use wellmet_hub::identity::keys::{KeyError, Keys};
use wellmet_hub::identity::shop::ShopSecrets;
use wellmet_hub::store::address::Address;
use wellmet_hub::store::{KeyringFault, StoreError, sealed};
use wellmet_hub::{Config, Lifetime, MailSettings, WebhookSettings, serve_on};

/// Run the hub: logins, exchange between a shopper's devices, customers' records.
///
/// It listens on what it is told and nowhere else; a reverse proxy on the shop's own origin passes
/// `/wellmet/` on to it. Logs go to standard error, with `--format json` as one object a line; WELLMET_LOG=info shows
/// each request. Nothing in them says who it was.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    task: Option<tasks::Task>,
    #[command(flatten)]
    serve: Serve,
}

/// What the server is told.
#[derive(clap::Args)]
struct Serve {
    /// Directory of the hub's database. Made if missing.
    #[arg(long = "data", value_name = "DIR", required = true)]
    place: Option<PathBuf>,
    /// Keep what counts elsewhere: servers of a NATS JetStream cluster, such as
    /// nats://a:4222,b:4222,c:4222/shop?replicas=3. Several hubs may share one. [default: the database in DIR]
    #[arg(long, value_name = "ADDRESS")]
    store: Option<Address>,
    /// Seal what is kept of each shopper with a key of her own, and keep the keys here: another directory, or
    /// servers of a cluster. An erasure destroys hers, so that no backup brings her back. It has backups of its
    /// own; without it the data is lost.
    #[arg(long, value_name = "DIR|ADDRESS")]
    keyring: Option<Address>,
    /// Address to listen on. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7601")]
    listen: SocketAddr,
    /// Path before every route.
    #[arg(long, value_name = "PATH", default_value = "/wellmet", value_parser = base)]
    base: String,
    /// Public keys of the shop's backend: a JWK set, a JWK, or PEM. [default: DIR/jwks.json if there is one]
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// A secret of 32 bytes or more that is shared with the shop's backend, for HS256.
    #[arg(long, value_name = "FILE")]
    jwt_secret_file: Option<PathBuf>,
    /// What the shop's login tokens name as their audience.
    #[arg(long, value_name = "TEXT", default_value = "wellmet")]
    audience: String,
    /// The shop file: with it the hub decides what counts, and what is due to whom.
    #[arg(long, value_name = "FILE")]
    shop: Option<PathBuf>,
    /// The published book, for rules about categories and prices.
    #[arg(long, value_name = "DIR", requires = "shop")]
    book: Option<PathBuf>,
    /// Secrets shared with the shop's own systems, one a line, each of 32 bytes or more: for orders, stock and
    /// the checkout. [default: DIR/shop-secrets if there is one]
    #[arg(long, value_name = "FILE")]
    shop_secret_file: Option<PathBuf>,
    /// A file with the address of the mail server, such as smtps://user:password@mail.shop.example.
    #[arg(long, value_name = "FILE", requires = "mail_from")]
    mail_server_file: Option<PathBuf>,
    /// Who mails are from: "Half Past Nine <hello@shop.example>".
    #[arg(long, value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// Where messages for the shop's own systems are handed on to, signed: letters, push, other tools.
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// The origin under which shoppers reach the hub, for links in mails: https://shop.example.
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    public: Option<String>,
    /// Another path for a route, such as /v1/live=/v1/news. May be given more than once.
    #[arg(long = "rename", value_name = "PATH=PATH", value_parser = renamed)]
    renamed: Vec<(String, String)>,
    /// Minutes within which everybody is looked at once for what is due.
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=1440))]
    due_every: u16,
    /// Origin of the shop's pages, such as https://shop.example. May be given more than once.
    /// [default: the origin that a request's own Host names]
    #[arg(long = "origin", value_name = "ORIGIN", value_parser = origin)]
    origins: Vec<String>,
    /// Days after which a session without a request ends.
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=400))]
    session_idle: u16,
    /// Days after which a session ends in any case.
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=400))]
    session_longest: u16,
    /// Believe the last address in X-Forwarded-For, for counting requests. Only behind a proxy that sets it.
    #[arg(long)]
    trust_forwarded: bool,
    /// The database was restored from an older copy: let devices bring back what it lacks. For some days.
    #[arg(long)]
    healing: bool,
}

impl Serve {
    fn data(&self) -> &Path {
        self.place.as_deref().expect("required where the hub is to serve")
    }
}

/// Runs the hub until it is interrupted or terminated, or does a task with its data.
///
/// # Errors
/// A [`Failure`] for keys that are of no use, an address that cannot be had, a database that cannot be opened, or
/// what the task met.
pub fn run(args: &Args, console: &Console) -> Outcome {
    match &args.task {
        Some(task) => tasks::run(task, console),
        None => serve(&args.serve, console),
    }
}

fn serve(args: &Serve, console: &Console) -> Outcome {
    let filter = tracing_subscriber::EnvFilter::try_from_env("WELLMET_LOG").unwrap_or_else(|_| "warn".into());
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter);
    if console.json_wanted() {
        log.json().flatten_event(true).init()
    } else {
        log.init()
    }
    let config = config(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("runtime", error.to_string()))?;
    let place = match &args.store {
        // Not as it was typed: it may hold a password.
        Some(Address::Cluster(_)) => "--store".to_owned(),
        _ => args.data().display().to_string(),
    };
    let unusable = |error: StoreError| unusable(&error, &place);
    let taken = |error: std::io::Error| {
        Failure::new("listen", error.to_string())
            .at(args.listen.to_string())
            .fix("choose another port with --listen, or end what is using this one")
    };
    let address = args.store.clone().unwrap_or_else(|| Address::Directory(config.data.clone()));
    runtime.block_on(async {
        let store = sealed::open(&address, config.keyring.as_ref(), config.clock.clone()).await.map_err(unusable)?;
        let listener = TcpListener::bind(args.listen).await.map_err(taken)?;
        let address = format!("http://{}{}", listener.local_addr().map_err(taken)?, config.base);
        // From here on connections are taken: the line says that the hub is ready.
        if console.json_wanted() {
            console.say(json!({ "listening": address }));
        } else {
            console.say(format_args!("hub at {address}"));
        }
        serve_on(store, listener, config, stopped()).await.map_err(unusable)
    })
}

fn config(args: &Serve) -> Outcome<Config> {
    let mut config = Config::new(args.data());
    config.keyring.clone_from(&args.keyring);
    config.base = args.base.clone();
    config.origins = args.origins.clone();
    config.audience = args.audience.clone();
    config.lifetime =
        Lifetime { idle: Span::days(args.session_idle.into()), longest: Span::days(args.session_longest.into()) };
    config.forwarded = args.trust_forwarded;
    config.healing = args.healing;
    let beside = args.data().join("jwks.json");
    if let Some(path) = args.jwks.as_ref().or_else(|| beside.is_file().then_some(&beside)) {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
        config.keys = config.keys.and(Keys::public(&text).map_err(|error| useless(path, &error))?);
    }
    if let Some(path) = &args.jwt_secret_file {
        let bytes = std::fs::read(path).map_err(|error| Failure::io(path, &error))?;
        config.keys = config.keys.and(Keys::secret(&bytes).map_err(|error| useless(path, &error))?);
    }
    counting(args, &mut config)?;
    if config.keys.is_empty() {
        tracing::warn!("no key of the shop is known, so nobody can sign in; give one with --jwks or --jwt-secret-file");
    }
    Ok(config)
}

/// What the hub is told of the shop's rules and systems.
fn counting(args: &Serve, config: &mut Config) -> Outcome {
    if let Some(path) = &args.shop {
        let file = shop::load(path)?;
        let shelf = args.book.as_deref().map(bookdir::open).transpose()?;
        let shelf = shelf.map(|book| Arc::new(book) as Arc<dyn Shelf + Send + Sync>);
        config.rules = shop::counts::rules(&file, shelf)
            .map_err(|_| Failure::new("too-many-rules", "the shop file has too many rules"))?;
    }
    let beside = args.data().join("shop-secrets");
    if let Some(path) = args.shop_secret_file.as_ref().or_else(|| beside.is_file().then_some(&beside)) {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
        config.shop = ShopSecrets::lines(&text).map_err(|error| useless(path, &error))?;
    }
    if let (Some(path), Some(from)) = (&args.mail_server_file, &args.mail_from) {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
        let settings = MailSettings { server: text.trim().to_owned(), from: from.clone() };
        settings.check().map_err(|error| Failure::new("mail", error.to_string()).at(path.display().to_string()))?;
        config.mail = Some(settings);
    }
    config.webhook = args.webhook.clone().map(|url| WebhookSettings { url });
    config.public.clone_from(&args.public);
    config.renamed = args.renamed.iter().cloned().collect();
    config.due_every = Span::MINUTE * i64::from(args.due_every);
    Ok(())
}

/// What kept a store from being opened.
pub(super) fn unusable(error: &StoreError, place: &str) -> Failure {
    let (code, fix) = match error {
        StoreError::Keyring(KeyringFault::LeftOut) => {
            ("keyring-missing", "name the keyring that the hub runs with: --keyring")
        }
        StoreError::Keyring(KeyringFault::Empty) => (
            "keyring-empty",
            "look whether --keyring is the right place; if the keyring is lost, put its latest backup back (wellmet hub restore --keyring)",
        ),
        StoreError::Keyring(KeyringFault::Other) => {
            ("keyring-other", "name the keyring of this shop: --keyring; nothing was changed")
        }
        StoreError::Keyring(KeyringFault::Beside) => {
            ("keyring-beside", "choose a place that no backup of the data takes along")
        }
        _ => return Failure::new("hub-data", error.to_string()).at(place),
    };
    Failure::new(code, error.to_string()).at(place).fix(fix)
}

/// A route's usual path and another one.
fn renamed(text: &str) -> Result<(String, String), String> {
    let path = |text: &str| base(text).ok().filter(|path| !path.is_empty());
    // Parameters keep their braces.
    let plain = |text: &str| path(&text.replace(['{', '}'], "")).map(|_| text.to_owned());
    let pair = text.split_once('=').and_then(|(usual, other)| Some((plain(usual)?, plain(other)?)));
    pair.ok_or_else(|| "two paths such as /v1/live=/v1/news".into())
}

fn useless(path: &Path, error: &KeyError) -> Failure {
    Failure::new("keys", error.to_string()).at(path.display().to_string())
}

/// A path prefix: empty, or segments each after a slash.
fn base(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~".contains(c);
    if text.is_empty() || (text.starts_with('/') && !text.contains("//") && text.chars().all(plain)) {
        Ok(text.to_owned())
    } else {
        Err("a path such as /wellmet".into())
    }
}

/// An origin as browsers write it: scheme, host, port unless it is the scheme's own, and no path.
fn origin(text: &str) -> Result<String, String> {
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let own_port = |rest: &str, port: &str| rest.strip_suffix(port).map(str::to_owned);
    match text.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) if !rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ']) => {
            let port = if scheme == "http" { ":80" } else { ":443" };
            Ok(format!("{scheme}://{}", own_port(rest, port).unwrap_or_else(|| rest.to_owned())))
        }
        _ => Err("an origin such as https://shop.example".into()),
    }
}

#[cfg(unix)]
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn stopped() {
    drop(tokio::signal::ctrl_c().await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_taken_as_browsers_write_them() {
        assert_eq!(origin("https://Shop.Example/"), Ok("https://shop.example".into()));
        assert_eq!(origin("https://shop.example:443"), Ok("https://shop.example".into()));
        assert_eq!(origin("http://localhost:8080"), Ok("http://localhost:8080".into()));
        assert_eq!(origin("http://shop.example:443"), Ok("http://shop.example:443".into()));
        for wrong in ["shop.example", "https://", "https://a/b", "ftp://a", "https://a b", "https://u@a", "*", "null"] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_base_is_a_path() {
        assert_eq!(base("/wellmet/"), Ok("/wellmet".into()));
        assert_eq!(base("/"), Ok(String::new()));
        assert_eq!(base(""), Ok(String::new()));
        for wrong in ["wellmet", "//a", "/{a}", "/a b", "/*"] {
            assert!(base(wrong).is_err(), "{wrong}");
        }
    }
}
