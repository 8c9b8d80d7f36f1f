//! Finding the cluster, and laying the streams when they are not there yet.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::context::{Context, ContextBuilder, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use async_nats::{ConnectOptions, Event, ServerAddr};

use super::{ANSWER, NatsStore, failed};
use crate::clock::Clock;
use crate::store::watchers::Watchers;
use crate::store::{MAX_VALUE, StoreError};

/// Longest that the hub waits at start for a cluster that can lay or find its streams.
const START: Duration = Duration::from_secs(30);
/// Format of the streams' content, kept in the first bucket's metadata.
const FORMAT: i64 = 1;
/// How often the connection is tried for signs of life; after two silent ones it is made anew.
const PING: Duration = Duration::from_secs(5);
/// The servers' memory of appended entries, for those that are sent twice.
const TWICE: Duration = Duration::from_secs(120);
/// What surrounds a value in a message.
const ROOM: usize = 1_024;

/// How to reach a cluster and what to lay on it. Made from an address by [`crate::store::address`].
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// `nats://host:port`, `tls://…`, perhaps with `user:password@`; one for each server that is known.
    pub servers: Vec<String>,
    /// Whose data it is: 1 to 32 of `a-z`, `0-9` and `-`. Shops on one cluster never meet.
    pub tenant: String,
    /// Key-value buckets that the places are spread over. Fixed once they are laid. From 1 to 256; with
    /// fewer than 16 one server leads too much, with more than 64 the leaders' own traffic begins to count.
    pub shards: usize,
    /// Copies of each stream: 1 (no safety, for trying), 3 or 5.
    pub replicas: usize,
    /// A file with a user's JWT and its seed, as `nsc` writes it.
    pub credentials: Option<PathBuf>,
    /// A file with the authorities that signed the servers' certificates. `None`: the system's.
    pub authorities: Option<PathBuf>,
    /// Whether it is for data keys. These lie in streams of their own, so that a backup of the data's streams has none.
    pub keyring: bool,
}

impl std::fmt::Debug for Settings {
    /// Without the servers' addresses, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("servers", &self.servers.len()).field("tenant", &self.tenant).finish()
    }
}

impl Settings {
    /// Servers, and the defaults of a cluster of three.
    #[must_use]
    pub fn new(servers: Vec<String>) -> Self {
        Self {
            servers,
            tenant: "shop".into(),
            shards: 16,
            replicas: 3,
            credentials: None,
            authorities: None,
            keyring: false,
        }
    }
}

/// What the names of all streams begin with.
#[derive(Clone, Copy)]
pub(super) struct Names(&'static str);

impl Names {
    const fn of(settings: &Settings) -> Self {
        Self(if settings.keyring { "wellmet_keyring" } else { "wellmet" })
    }

    /// The name of a key-value bucket.
    pub(super) fn bucket(self, shard: usize) -> String {
        format!("{}_{shard:02}", self.0)
    }

    /// The name of the stream that a bucket is.
    pub(super) fn stream(self, shard: usize) -> String {
        format!("KV_{}", self.bucket(shard))
    }

    /// The name of a tenant's log.
    pub(super) fn events(self, tenant: &str) -> String {
        format!("{}_events_{tenant}", self.0)
    }

    /// The subject of an entry of a tenant's log, or with `*` of all.
    pub(super) fn log(self, tenant: &str, key: &str) -> String {
        format!("{}.events.{tenant}.{key}", self.0)
    }
}

impl NatsStore {
    /// Connects, and lays the buckets and the log where they are missing.
    ///
    /// # Errors
    /// [`StoreError`] when no server answers within half a minute, the cluster refuses, or a newer release
    /// has laid the streams.
    pub async fn open(settings: &Settings, clock: Clock) -> Result<Self, StoreError> {
        let watchers = Arc::new(Watchers::default());
        let client = connect(settings, Arc::clone(&watchers)).await?;
        let jetstream = ContextBuilder::new().timeout(ANSWER).ack_timeout(ANSWER).build(client);
        let ends = tokio::time::Instant::now() + START;
        let shards = loop {
            match lay(&jetstream, settings).await {
                Ok(shards) => break shards,
                Err(error @ StoreError::Newer(_)) => return Err(error),
                Err(error) if tokio::time::Instant::now() >= ends => return Err(error),
                // A cluster that has just started has no leader for some seconds.
                Err(error) => {
                    tracing::warn!(%error, "the cluster is not ready yet");
                    super::pause().await;
                }
            }
        };
        let names = Names::of(settings);
        let mut streams = Vec::with_capacity(shards);
        for shard in 0..shards {
            streams.push(jetstream.get_stream_no_info(names.stream(shard)).await.map_err(failed)?);
        }
        let events = jetstream.get_stream_no_info(names.events(&settings.tenant)).await.map_err(failed)?;
        Ok(Self {
            jetstream,
            shards: streams,
            events,
            names,
            tenant: settings.tenant.clone(),
            clock,
            watchers,
            joining: tokio::sync::Mutex::default(),
        })
    }
}

async fn connect(settings: &Settings, watchers: Arc<Watchers>) -> Result<async_nats::Client, StoreError> {
    let servers: Vec<ServerAddr> =
        settings.servers.iter().map(|text| text.parse()).collect::<Result<_, _>>().map_err(failed)?;
    let mut options = ConnectOptions::new()
        .name("wellmet-hub")
        .connection_timeout(Duration::from_secs(3))
        .request_timeout(Some(ANSWER))
        .ping_interval(PING)
        .max_reconnects(None)
        .reconnect_delay_callback(|attempts| {
            let jitter = crate::random::actor().map_or(0, |number| number % 100);
            Duration::from_millis((attempts as u64 * 50).min(1_000) + jitter)
        })
        .event_callback(move |event| {
            match &event {
                // What was told meanwhile was missed; whoever waits looks for herself.
                Event::Connected => watchers.wake_all(),
                Event::LameDuckMode | Event::Draining | Event::Closed => {}
                _ => tracing::warn!(%event, "the connection to the cluster"),
            }
            std::future::ready(())
        });
    if let Some(file) = &settings.credentials {
        options =
            options.credentials_file(file).await.map_err(|error| failed(format!("{}: {error}", file.display())))?;
    }
    if let Some(file) = &settings.authorities {
        options = options.add_root_certificates(file.clone());
    }
    options.connect(servers).await.map_err(|error| failed(format!("no server of the cluster answers: {error}")))
}

/// Makes sure that the streams are there; how many buckets. The first bucket is laid last and says how many
/// there are, so that a hub that stopped in the middle, or one with other settings, changes nothing of it.
async fn lay(jetstream: &Context, settings: &Settings) -> Result<usize, StoreError> {
    let shards = match jetstream.get_stream(Names::of(settings).stream(0)).await {
        Ok(stream) => read(&stream.cached_info().config.metadata)?,
        Err(error) => match error.kind() {
            GetStreamErrorKind::JetStream(error) if error.code() == 404 => {
                for shard in (0..settings.shards).rev() {
                    create(jetstream, places(settings, shard)).await?;
                }
                settings.shards
            }
            _ => return Err(failed(error)),
        },
    };
    create(jetstream, log(settings)).await?;
    Ok(shards)
}

async fn create(jetstream: &Context, config: Config) -> Result<(), StoreError> {
    // Not created but got where it is there: an operator may have changed its replicas or its limits.
    jetstream.get_or_create_stream(config).await.map(drop).map_err(failed)
}

fn read(metadata: &HashMap<String, String>) -> Result<usize, StoreError> {
    let number = |name: &str| metadata.get(name).and_then(|text| text.parse::<i64>().ok());
    match number("wellmet.format") {
        Some(FORMAT) => {}
        Some(newer) => return Err(StoreError::Newer(newer)),
        None => return Err(failed("the cluster has a bucket wellmet_00 that is not the hub's")),
    }
    let shards = number("wellmet.shards").and_then(|shards| usize::try_from(shards).ok());
    shards.filter(|shards| *shards > 0).ok_or_else(|| failed("the bucket wellmet_00 does not say how many there are"))
}

fn places(settings: &Settings, shard: usize) -> Config {
    let names = Names::of(settings);
    let metadata = [("wellmet.format", FORMAT.to_string()), ("wellmet.shards", settings.shards.to_string())];
    Config {
        name: names.stream(shard),
        subjects: vec![format!("$KV.{}.>", names.bucket(shard))],
        max_messages_per_subject: 1,
        discard: DiscardPolicy::New,
        allow_rollup: true,
        metadata: metadata.map(|(name, value)| (name.to_owned(), value)).into(),
        ..common(settings)
    }
}

fn log(settings: &Settings) -> Config {
    let names = Names::of(settings);
    Config {
        name: names.events(&settings.tenant),
        subjects: vec![names.log(&settings.tenant, "*")],
        duplicate_window: TWICE,
        ..common(settings)
    }
}

fn common(settings: &Settings) -> Config {
    Config {
        max_bytes: -1,
        max_messages: -1,
        max_messages_per_subject: -1,
        max_consumers: -1,
        max_message_size: i32::try_from(MAX_VALUE + ROOM).unwrap_or(i32::MAX),
        storage: StorageType::File,
        num_replicas: settings.replicas,
        allow_direct: true,
        allow_message_ttl: true,
        ..Config::default()
    }
}
