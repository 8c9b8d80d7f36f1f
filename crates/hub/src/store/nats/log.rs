//! The logs: a stream of the tenant's, a subject for each log.

use std::collections::VecDeque;

use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::LastRawMessageErrorKind;
use futures_util::TryStreamExt;
use tokio::time::Instant as Moment;
use wellmet_engine::time::Instant;

use super::message::Message;
use super::{NatsStore, PATIENCE, failed, key_of, key_text, pause};
use crate::store::{Entry, Key, StoreError, check_size};

impl NatsStore {
    fn log_subject(&self, subject: Key) -> String {
        self.names.log(&self.tenant, &key_text(subject))
    }

    /// Adds an entry. One whose answer was lost is sent again under the same id, which the servers know.
    pub(super) async fn add(&self, subject: Key, value: Vec<u8>, until: Option<Instant>) -> Result<(), StoreError> {
        check_size(&value)?;
        let nonce = crate::random::actor().map_err(|refusal| failed(refusal.code))?;
        let payload: Vec<u8> = Message { until, nonce, value: Some(value) }.encode();
        let (subject, id) = (self.log_subject(subject), format!("{nonce:016x}"));
        let ends = Moment::now() + PATIENCE;
        loop {
            let mut publish = PublishMessage::build().payload(payload.clone().into()).message_id(&id);
            if let Some(kept) = self.kept(until) {
                publish = publish.ttl(kept);
            }
            let sent = match self.jetstream.send_publish(subject.clone(), publish).await {
                Ok(sent) => sent.await,
                Err(error) => Err(error),
            };
            match sent.map_err(|error| error.kind()) {
                Ok(_) => return Ok(()),
                Err(PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe | PublishErrorKind::StreamNotFound)
                    if Moment::now() < ends =>
                {
                    pause().await;
                }
                Err(kind) => return Err(failed(kind)),
            }
        }
    }

    /// The newest entries. The leader says which is the last, and the page is read again until it has it,
    /// as the replica that answers may be a moment behind.
    pub(super) async fn newest(&self, subject: Key, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let (subject, ends) = (self.log_subject(subject), Moment::now() + PATIENCE);
        loop {
            let last = match self.events.get_last_raw_message_by_subject(&subject).await {
                Ok(last) => Ok(last.sequence),
                Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => return Ok(Vec::new()),
                Err(error) => Err(failed(error)),
            };
            let read = match last {
                Ok(last) => self.up_to(&subject, last, limit).await,
                Err(error) => Err(error),
            };
            match read {
                Ok(Some(entries)) => return Ok(entries),
                Ok(None) | Err(_) if Moment::now() < ends => pause().await,
                Ok(None) => return Err(failed("a replica of the log lags behind")),
                Err(error) => return Err(error),
            }
        }
    }

    /// Entries up to a sequence; `None` when the replica that answered does not have it yet.
    async fn up_to(&self, subject: &str, last: u64, limit: usize) -> Result<Option<Vec<Entry>>, StoreError> {
        let now = self.clock.now();
        let (mut newest, mut from) = (VecDeque::new(), 1);
        loop {
            let (messages, _) = self.batch(&self.names.events(&self.tenant), subject, from).await?;
            let Some(reached) = messages.last().map(|raw| raw.sequence) else { return Ok(None) };
            for raw in messages {
                let message = Message::decode(&raw.payload)?;
                if let Some(value) = message.value.filter(|_| message.until.is_none_or(|until| until > now)) {
                    if newest.len() == limit {
                        newest.pop_front();
                    }
                    newest.push_back(Entry { value, until: message.until });
                }
            }
            if reached >= last {
                newest.truncate(limit);
                return Ok(Some(newest.into()));
            }
            from = reached + 1;
        }
    }

    /// Removes a log.
    pub(super) async fn clear(&self, subject: Key) -> Result<(), StoreError> {
        let (subject, ends) = (self.log_subject(subject), Moment::now() + PATIENCE);
        loop {
            match self.events.purge().filter(&subject).await {
                Ok(_) => return Ok(()),
                Err(error) if Moment::now() >= ends => return Err(failed(error)),
                Err(_) => pause().await,
            }
        }
    }

    /// All subjects that have entries.
    pub(super) async fn logs(&self) -> Result<Vec<Key>, StoreError> {
        let found = self.events.info_with_subjects(self.log_subject_of_any()).await.map_err(failed)?;
        let names: Vec<(String, usize)> = found.try_collect().await.map_err(failed)?;
        Ok(names.iter().filter_map(|(name, _)| key_of(name.rsplit('.').next()?)).collect())
    }

    fn log_subject_of_any(&self) -> String {
        self.names.log(&self.tenant, "*")
    }
}
