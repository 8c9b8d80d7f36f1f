//! The store of several hubs: a NATS JetStream cluster.
//!
//! Places lie in key-value buckets, which are JetStream streams that keep one message a subject. A few
//! dozen buckets ([`Settings::shards`]) share the work of leading them among the servers; a stream for each
//! shopper would take minutes to restart, and a watch for each page would cost the servers more than the
//! writes. So a change is told by a core message on a subject of the place, which only those hubs subscribe
//! to that have a page of the shopper open.
//!
//! | What | Stream | Subject |
//! | --- | --- | --- |
//! | places | `KV_wellmet_00` … | `$KV.wellmet_00.<tenant>.<bucket number>.<key>` |
//! | logs | `wellmet_events_<tenant>` | `wellmet.events.<tenant>.<key>` |
//! | data keys | `KV_wellmet_keyring_00` … | `$KV.wellmet_keyring_00.<tenant>.19.<key>` |
//! | wake-ups | none | `wellmet.d.<tenant>.<bucket number>.<shard>.<key>` |
//!
//! Keys are hashes ([`super::Key`]) in base64url: no subject names a person. Reads ask the leader of the
//! stream, since another replica may lag behind and a page that was just woken would be told that there is
//! nothing new. A write is acknowledged when a majority has it; that it also survives a power cut of all
//! at once needs `sync_interval: always` in the servers' configuration.

mod connect;
mod log;
mod message;
mod scan;
mod wake;

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::context::{Context, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio::time::Instant as Moment;
use wellmet_engine::time::{Instant, Span};

pub use connect::Settings;

use super::watchers::Watchers;
use super::{Bucket, Entry, Key, Mark, Page, Pending, Place, Revision, Store, StoreError, Swap, Versioned, check_size};
use crate::clock::Clock;
use message::Message;

/// Longest that one request to the cluster is waited for.
const ANSWER: Duration = Duration::from_secs(2);
/// Longest that a caller waits while the cluster chooses a new leader; after it she is told that the store
/// failed, and her device keeps the change. From 0 (every hiccup is told) to the hub's own limit of a request.
const PATIENCE: Duration = Duration::from_secs(6);
/// Pause before a request that failed is sent again, and as much again at random.
const PAUSE: Duration = Duration::from_millis(60);
/// Pause before a change is tried again while another change of the place is being agreed on, and as much again at random.
const TURN: Duration = Duration::from_millis(5);
/// How long the servers keep a value after its end, so that their clocks may differ from the hub's.
const SLACK: Span = Span::MINUTE;
/// How long the servers keep the mark of a removed value. It may go: revisions never return.
const MARK_KEPT: Duration = Duration::from_secs(3_600);

/// The store on a cluster. Clones of the connection inside reconnect by themselves.
pub struct NatsStore {
    jetstream: Context,
    shards: Vec<Stream<()>>,
    events: Stream<()>,
    names: connect::Names,
    tenant: String,
    clock: Clock,
    watchers: Arc<Watchers>,
    /// Held while a page's first subscription is asked for, so that the second waits for it too.
    joining: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for NatsStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NatsStore").field("shards", &self.shards.len()).field("tenant", &self.tenant).finish()
    }
}

/// A message as the leader has it.
struct Last {
    sequence: u64,
    message: Message,
}

impl Last {
    fn is_gone(&self, now: Instant) -> bool {
        self.message.value.is_none() || self.message.until.is_some_and(|until| until <= now)
    }
}

fn key_text(key: Key) -> String {
    URL_SAFE_NO_PAD.encode(key.bytes())
}

fn key_of(text: &str) -> Option<Key> {
    Key::from_bytes(&URL_SAFE_NO_PAD.decode(text).ok()?)
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(error.to_string())
}

impl NatsStore {
    /// Which bucket a shopper's places lie in: by a hash of tenant and key.
    fn shard(&self, key: Key) -> usize {
        let mut hash = Sha256::new();
        hash.update(self.tenant.as_bytes());
        hash.update([0]);
        hash.update(key.bytes());
        let hash = hash.finalize();
        usize::from(u16::from_be_bytes([hash[0], hash[1]])) % self.shards.len()
    }

    fn subject(&self, place: Place) -> String {
        let shard = self.names.bucket(self.shard(place.key));
        format!("$KV.{shard}.{}.{}.{}", self.tenant, place.bucket as u8, key_text(place.key))
    }

    /// The latest message of a place, from the leader; asked again while there is none.
    async fn last(&self, place: Place) -> Result<Option<Last>, StoreError> {
        let (stream, subject) = (&self.shards[self.shard(place.key)], self.subject(place));
        let ends = Moment::now() + PATIENCE;
        loop {
            match stream.get_last_raw_message_by_subject(&subject).await {
                Ok(found) => {
                    let message = Message::decode(&found.payload)?;
                    return Ok(Some(Last { sequence: found.sequence, message }));
                }
                Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => return Ok(None),
                Err(error) if Moment::now() >= ends => return Err(failed(error)),
                Err(_) => pause().await,
            }
        }
    }

    /// Publishes under the condition that the place's latest message is the expected one.
    async fn publish(&self, subject: &str, expected: u64, message: &Message) -> Result<u64, PublishErrorKind> {
        let mut publish =
            PublishMessage::build().payload(message.encode().into()).expected_last_subject_sequence(expected);
        if message.value.is_none() {
            publish = publish.header("KV-Operation", "DEL").ttl(MARK_KEPT);
        } else if let Some(kept) = self.kept(message.until) {
            publish = publish.ttl(kept);
        }
        let sent = self.jetstream.send_publish(subject.to_owned(), publish).await.map_err(|error| kind_of(&error))?;
        Ok(sent.await.map_err(|error| kind_of(&error))?.sequence)
    }

    /// How long the servers keep what vanishes at `until`.
    fn kept(&self, until: Option<Instant>) -> Option<Duration> {
        let left = until? - self.clock.now();
        Some(Duration::from_millis(u64::try_from(left.0).unwrap_or(0)) + Duration::from_millis(SLACK.0.unsigned_abs()))
    }

    async fn replace(
        &self,
        place: Place,
        seen: Option<Revision>,
        value: Option<Vec<u8>>,
        until: Option<Instant>,
    ) -> Result<Swap, StoreError> {
        let message = Message { until, nonce: crate::random::actor().map_err(|refusal| failed(refusal.code))?, value };
        let subject = self.subject(place);
        let ends = Moment::now() + PATIENCE;
        let mut expected = seen.map_or(0, |seen| seen.0);
        // Whether an earlier attempt may have arrived although its answer did not.
        let mut unsure = false;
        loop {
            match self.publish(&subject, expected, &message).await {
                Ok(sequence) => return Ok(self.done(place, sequence)),
                Err(PublishErrorKind::WrongLastSequence) => match self.last(place).await? {
                    Some(last) if unsure && last.message.nonce == message.nonce => {
                        return Ok(self.done(place, last.sequence));
                    }
                    // All is as it was seen: another change is being agreed on, and may yet come to nothing. Who is told
                    // so at once would read the same and try again, many times, before it is there.
                    last if last.as_ref().map_or(0, |last| last.sequence) == expected && Moment::now() < ends => {
                        turn().await;
                    }
                    // What is gone still has a message; it is replaced like nothing at all.
                    Some(last) if seen.is_none() && last.sequence != expected && last.is_gone(self.clock.now()) => {
                        expected = last.sequence;
                    }
                    // The mark of something removed has vanished between the two requests.
                    None if seen.is_none() && expected != 0 => expected = 0,
                    _ => return Ok(Swap::Stale),
                },
                Err(kind) if Moment::now() >= ends => return Err(failed(kind)),
                // No leader, or an answer that was lost. The condition makes it safe to try again.
                Err(PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe | PublishErrorKind::StreamNotFound) => {
                    unsure = true;
                    pause().await;
                }
                Err(kind) => return Err(failed(kind)),
            }
        }
    }

    /// Removes data keys: unlike what is only replaced, the servers overwrite a deleted message in their files.
    async fn overwrite(&self, place: Place, seen: Revision) -> Result<Swap, StoreError> {
        let stream = &self.shards[self.shard(place.key)];
        let ends = Moment::now() + PATIENCE;
        loop {
            match self.last(place).await? {
                Some(last) if last.sequence == seen.0 => {}
                _ => return Ok(Swap::Stale),
            }
            match stream.delete_message(seen.0).await {
                Ok(_) => return Ok(self.done(place, seen.0)),
                Err(error) if Moment::now() >= ends => return Err(failed(error)),
                // No leader, or the message is gone meanwhile: it is looked at again.
                Err(_) => pause().await,
            }
        }
    }

    fn done(&self, place: Place, sequence: u64) -> Swap {
        let revision = Revision(sequence);
        self.watchers.wake(place, revision);
        self.tell(place, revision);
        Swap::Done(revision)
    }
}

/// What went wrong with a publish. While another conditional write to the same subject is being agreed on, a
/// server answers with a code of its own (10164) that the client library has no name for; it means the same.
fn kind_of(error: &async_nats::jetstream::context::PublishError) -> PublishErrorKind {
    let refused = std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<async_nats::jetstream::Error>())
        .is_some_and(|source| source.error_code().0 == 10_164);
    if refused { PublishErrorKind::WrongLastSequence } else { error.kind() }
}

/// A pause with jitter, so that hubs do not ask in step.
async fn pause() {
    jittered(PAUSE).await;
}

/// Waits for a part of the time that servers take to agree on another's change.
async fn turn() {
    jittered(TURN).await;
}

async fn jittered(pause: Duration) {
    let most = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    let jitter = crate::random::actor().map_or(0, |number| number % most);
    tokio::time::sleep(pause + Duration::from_millis(jitter)).await;
}

impl Store for NatsStore {
    fn get(&self, place: Place) -> Pending<'_, Option<Versioned>> {
        Box::pin(async move {
            let now = self.clock.now();
            Ok(self
                .last(place)
                .await?
                .filter(|last| !last.is_gone(now))
                .and_then(|last| Some(Versioned { revision: Revision(last.sequence), value: last.message.value? })))
        })
    }

    fn swap(
        &self,
        place: Place,
        seen: Option<Revision>,
        value: Option<Vec<u8>>,
        until: Option<Instant>,
    ) -> Pending<'_, Swap> {
        Box::pin(async move {
            value.as_deref().map_or(Ok(()), check_size)?;
            if seen.is_none() && value.is_none() {
                // Nothing is to become nothing. There is no message that could say so.
                return Ok(match self.get(place).await? {
                    None => Swap::Done(Revision::default()),
                    Some(_) => Swap::Stale,
                });
            }
            match (place.bucket, seen, &value) {
                (Bucket::Keyring, Some(seen), None) => self.overwrite(place, seen).await,
                _ => self.replace(place, seen, value, until).await,
            }
        })
    }

    fn append(&self, subject: Key, value: Vec<u8>, until: Option<Instant>) -> Pending<'_, ()> {
        Box::pin(self.add(subject, value, until))
    }

    fn entries(&self, subject: Key, limit: usize) -> Pending<'_, Vec<Entry>> {
        Box::pin(self.newest(subject, limit))
    }

    fn purge(&self, subject: Key) -> Pending<'_, ()> {
        Box::pin(self.clear(subject))
    }

    fn watch(&self, place: Place) -> Pending<'_, watch::Receiver<Revision>> {
        Box::pin(self.follow(place))
    }

    fn keys(&self, bucket: Bucket, first: u8) -> Pending<'_, Vec<Key>> {
        Box::pin(self.named(bucket, first))
    }

    fn places(&self, after: Option<Mark>) -> Pending<'_, Page> {
        Box::pin(self.page(after))
    }

    fn subjects(&self) -> Pending<'_, Vec<Key>> {
        Box::pin(self.logs())
    }
}
