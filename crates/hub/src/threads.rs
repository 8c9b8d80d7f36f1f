//! The thread between a shopper and her shop: questions, answers, opinions, one after the other, whichever
//! way they came. She sees all of it; the clerk at the counter sees the same.

use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use wellmet_engine::time::{Instant, Span};

use crate::drawer::{Drawer, Write};
use crate::random;
use crate::refusal::Refusal;
use crate::store::{Bucket, Key, Store};

/// Most entries of a thread; the oldest that are done give way.
const MOST: usize = 400;
/// Longest text, bytes.
pub(crate) const LONGEST: usize = 4_000;
/// How long an anonymous thread is kept after its last entry.
const ANONYMOUS: Span = Span::days(90);

/// What an entry is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// She asks.
    #[default]
    Question,
    /// She says how it was.
    Feedback,
    /// A word without a question.
    Note,
}

/// An entry. Fields may be added; none may change its meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    /// When, milliseconds since 1970.
    pub(crate) at: i64,
    /// `window`, `mail`, `store`, `phone`, `chat`.
    pub(crate) channel: String,
    pub(crate) text: String,
    /// The article it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<String>,
    /// The order it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<String>,
    /// The survey it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) survey: Option<String>,
    /// 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<u8>,
    /// Whether the shop wrote it first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) by_shop: bool,
    /// `received` or `answered`.
    #[serde(default)]
    pub(crate) state: State,
    #[serde(default)]
    pub(crate) answers: Vec<Answer>,
}

/// How far an entry is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// The shop has it.
    #[default]
    Received,
    /// The shop has answered.
    Answered,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) at: i64,
    pub(crate) by: String,
    pub(crate) channel: String,
    pub(crate) text: String,
}

/// A shopper's thread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Thread {
    /// The same over all channels.
    pub(crate) id: String,
    pub(crate) entries: Vec<Entry>,
}

/// All threads.
pub(crate) struct Threads {
    drawer: Drawer<Thread>,
}

const TEXT: Refusal = Refusal::senseless("text-length", "The text is empty or longer than 4,000 bytes.");
const VALUE: Refusal = Refusal::senseless("feedback-value", "An opinion is a number from 1 to 5, a text, or both.");
const UNKNOWN: Refusal = Refusal::new(StatusCode::NOT_FOUND, "question-unknown", "There is no such question.");
const FULL: Refusal =
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "thread-full", "Too much waits for an answer already.")
        .retry_after(3_600);

impl Threads {
    pub(crate) fn new(store: &Arc<dyn Store>) -> Self {
        Self { drawer: Drawer::new(store, Bucket::Thread, "thread") }
    }

    pub(crate) async fn get(&self, shopper: Key) -> Result<Thread, Refusal> {
        Ok(self.drawer.get(shopper).await?.unwrap_or_default())
    }

    /// Adds an entry and gives it an id. Feedback to the same survey about the same order replaces nothing
    /// and is added once.
    pub(crate) async fn add(
        &self,
        shopper: Key,
        anonymous: bool,
        entry: Entry,
        now: Instant,
    ) -> Result<Entry, Refusal> {
        let wordless = entry.text.trim().is_empty();
        let opinion = entry.kind == Kind::Feedback;
        let in_range = entry.value.is_none_or(|value| (1..=5).contains(&value));
        if opinion && (!in_range || (wordless && entry.value.is_none())) {
            return Err(VALUE.at("value"));
        }
        if entry.text.len() > LONGEST || (wordless && !opinion) {
            return Err(TEXT.at("text"));
        }
        let (id, thread_id) = (random::token::<12>()?, random::token::<12>()?);
        self.drawer
            .change(shopper, |thread| {
                let same = |known: &&Entry| {
                    known.survey.is_some() && (&known.survey, &known.order) == (&entry.survey, &entry.order)
                };
                if let Some(known) = thread.entries.iter().find(same) {
                    return Ok((Write::No, known.clone()));
                }
                if thread.entries.len() >= MOST {
                    let done = thread.entries.iter().position(|old| old.state == State::Answered);
                    thread.entries.remove(done.ok_or(FULL)?);
                }
                if thread.id.is_empty() {
                    thread.id.clone_from(&thread_id);
                }
                let entry = Entry { id: id.clone(), at: now.0, ..entry.clone() };
                thread.entries.push(entry.clone());
                Ok((if anonymous { Write::Until(now + ANONYMOUS) } else { Write::Yes }, entry))
            })
            .await
    }

    /// Answers a question, or an opinion.
    pub(crate) async fn answer(
        &self,
        shopper: Key,
        anonymous: bool,
        id: &str,
        answer: Answer,
        now: Instant,
    ) -> Result<Entry, Refusal> {
        if answer.text.trim().is_empty() || answer.text.len() > LONGEST {
            return Err(TEXT.at("text"));
        }
        self.drawer
            .change(shopper, |thread| {
                let entry = thread.entries.iter_mut().find(|entry| entry.id == id).ok_or(UNKNOWN.at("question"))?;
                // Sent again by a system that did not hear that it arrived.
                let known = entry.answers.iter().any(|known| (&known.by, &known.text) == (&answer.by, &answer.text));
                if !known {
                    entry.answers.push(Answer { at: now.0, ..answer.clone() });
                    entry.state = State::Answered;
                }
                let write = if anonymous { Write::Until(now + ANONYMOUS) } else { Write::Yes };
                Ok((if known { Write::No } else { write }, entry.clone()))
            })
            .await
    }

    /// What an anonymous shopper asked goes with her into her account.
    pub(crate) async fn follow(&self, visitor: Key, shopper: Key) -> Result<(), Refusal> {
        let Some(before) = self.drawer.get(visitor).await? else { return Ok(()) };
        self.drawer
            .change(shopper, |thread| {
                let new = |entry: &&Entry| !thread.entries.iter().any(|known| known.id == entry.id);
                let new: Vec<Entry> = before.entries.iter().filter(new).cloned().collect();
                if thread.id.is_empty() {
                    thread.id.clone_from(&before.id);
                }
                let write = if new.is_empty() { Write::No } else { Write::Yes };
                thread.entries.extend(new);
                thread.entries.sort_by_key(|entry| entry.at);
                Ok((write, ()))
            })
            .await?;
        self.drawer.remove(visitor).await
    }

    /// Whether she is unhappy with an order and nobody has answered, or it is not good yet.
    pub(crate) async fn complains(&self, shopper: Key, order: &str) -> Result<bool, Refusal> {
        let thread = self.get(shopper).await?;
        let about = |entry: &Entry| entry.order.as_deref() == Some(order);
        let unhappy = |entry: &Entry| {
            entry.value.is_some_and(|value| value <= 2)
                || (entry.kind == Kind::Question && !entry.by_shop && entry.state == State::Received)
        };
        Ok(thread.entries.iter().any(|entry| about(entry) && unhappy(entry)))
    }

    pub(crate) async fn remove(&self, shopper: Key) -> Result<(), Refusal> {
        self.drawer.remove(shopper).await
    }
}
