//! Reading many messages at once, from whichever replica answers.

use async_nats::HeaderMap;
use futures_util::StreamExt;
use serde_json::json;

use super::message::Message;
use super::{ANSWER, NatsStore, failed, key_of};
use crate::store::{Bucket, Key, Mark, Page, Place, Placed, StoreError};

/// Messages of one answer.
const AT_ONCE: usize = 512;

/// A message as a stream has it.
pub(super) struct Raw {
    pub(super) subject: String,
    pub(super) sequence: u64,
    pub(super) payload: Vec<u8>,
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, StoreError> {
    headers.get(name).map(|value| value.as_str()).ok_or_else(|| failed(format!("a message without {name}")))
}

impl NatsStore {
    /// Messages of a stream that match a subject, from a sequence on, and how many come after them
    /// (NATS' ADR-31, "batch direct get").
    pub(super) async fn batch(&self, stream: &str, subject: &str, from: u64) -> Result<(Vec<Raw>, u64), StoreError> {
        let client = self.jetstream.client();
        let inbox = client.new_inbox();
        let mut answers = client.subscribe(inbox.clone()).await.map_err(failed)?;
        let ask = json!({ "seq": from, "next_by_subj": subject, "batch": AT_ONCE, "no_hdr": false });
        let api = format!("$JS.API.DIRECT.GET.{stream}");
        client.publish_with_reply(api, inbox, ask.to_string().into()).await.map_err(failed)?;
        let (mut found, mut pending) = (Vec::new(), 0);
        loop {
            let answer = tokio::time::timeout(ANSWER, answers.next()).await.map_err(failed)?;
            let answer = answer.ok_or_else(|| failed("the connection was closed"))?;
            match answer.status.map_or(200, |status| status.as_u16()) {
                200 => {}
                // The end of the batch, and nothing at all.
                204 | 404 => return Ok((found, pending)),
                _ => return Err(failed(answer.description.as_deref().unwrap_or("the cluster refused to read"))),
            }
            let headers = answer.headers.as_ref().ok_or_else(|| failed("a message without headers"))?;
            pending = header(headers, "Nats-Num-Pending")?.parse().unwrap_or(0);
            found.push(Raw {
                subject: header(headers, "Nats-Subject")?.to_owned(),
                sequence: header(headers, "Nats-Sequence")?.parse().map_err(failed)?,
                payload: answer.payload.into(),
            });
        }
    }

    /// The next places after a mark, bucket after bucket.
    pub(super) async fn page(&self, after: Option<Mark>) -> Result<Page, StoreError> {
        let now = self.clock.now();
        let mut mark = after.unwrap_or_default();
        while mark.part < self.shards.len() {
            let subject = format!("$KV.{}.{}.>", self.names.bucket(mark.part), self.tenant);
            let (messages, _) = self.batch(&self.names.stream(mark.part), &subject, mark.position + 1).await?;
            let Some(last) = messages.last().map(|raw| raw.sequence) else {
                mark = Mark { part: mark.part + 1, position: 0 };
                continue;
            };
            mark.position = last;
            let mut places = Vec::with_capacity(messages.len());
            for raw in messages {
                let message = Message::decode(&raw.payload)?;
                let Some(value) = message.value.filter(|_| message.until.is_none_or(|until| until > now)) else {
                    continue;
                };
                places.push(Placed { place: place_of(&raw.subject)?, value, until: message.until });
            }
            return Ok((places, Some(mark)));
        }
        Ok((Vec::new(), None))
    }

    /// The keys in use of one kind that begin with a byte, in all buckets.
    pub(super) async fn named(&self, kind: Bucket, first: u8) -> Result<Vec<Key>, StoreError> {
        let now = self.clock.now();
        let mut keys = Vec::new();
        for shard in 0..self.shards.len() {
            let subject = format!("$KV.{}.{}.{}.*", self.names.bucket(shard), self.tenant, kind as u8);
            let mut from = 1;
            loop {
                let (messages, _) = self.batch(&self.names.stream(shard), &subject, from).await?;
                let Some(last) = messages.last().map(|raw| raw.sequence) else { break };
                for raw in messages {
                    let message = Message::decode(&raw.payload)?;
                    let there = message.value.is_some() && message.until.is_none_or(|until| until > now);
                    let key = place_of(&raw.subject)?.key;
                    if there && key.bytes()[0] == first {
                        keys.push(key);
                    }
                }
                from = last + 1;
            }
        }
        Ok(keys)
    }
}

fn place_of(subject: &str) -> Result<Place, StoreError> {
    let mut words = subject.rsplit('.');
    let key = words.next().and_then(key_of);
    let number = words.next().and_then(|text| text.parse::<u8>().ok());
    let (Some(key), Some(number)) = (key, number) else { return Err(failed("a place with a strange name")) };
    let bucket = Bucket::from_number(number).ok_or(StoreError::Newer(number.into()))?;
    Ok(Place { bucket, key })
}
