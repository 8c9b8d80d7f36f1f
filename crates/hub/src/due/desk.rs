//! A customer's desk: how she wants to be reached, what has fired, and what lies in her outbox.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wellmet_engine::time::{Instant, Span};

use crate::drawer::{Drawer, Write};
use crate::refusal::Refusal;
use crate::rules::Channel;
use crate::store::{Bucket, Key, Store};

/// Firings remembered: as many as the engine's own journey keeps for its caps.
const MOST_FIRED: usize = 128;
/// Messages kept, sent ones included; the oldest that are done give way.
const MOST_MESSAGES: usize = 100;
/// Items a customer waits for at most.
pub(super) const MOST_WATCHED: usize = 50;

/// How she wants to be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Whether she agreed to be written to. Nothing is sent before; the window needs no such word.
    #[serde(default)]
    pub(crate) mail: bool,
    /// IANA name of her time zone.
    #[serde(default)]
    pub(crate) zone: Option<String>,
    #[serde(default)]
    pub(crate) locale: Option<String>,
}

/// Something that fired, under the name that caps count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fired {
    pub(crate) what: String,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
}

/// How far a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// It waits.
    #[default]
    Waiting,
    /// Somebody is about to send it, until `not_before`; after that it counts as waiting again.
    Taken,
    /// It was handed over; for the window: it lies there.
    Sent,
    /// She has seen it in the window.
    Seen,
    /// Its occasion was over before it was sent.
    Cancelled,
    /// It could not be handed over after many tries.
    Failed,
}

/// A message in the outbox. Fields may be added; none may change its meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Names it, also as the mail's Message-ID: a mail that was sent twice is one mail.
    pub(crate) id: String,
    pub(crate) trigger: String,
    pub(crate) channel: Channel,
    /// As the rules gave them, in her language.
    pub(crate) fields: Map<String, Value>,
    pub(crate) locale: String,
    /// The order it is about.
    pub(crate) order: Option<String>,
    /// When it became due, milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) state: State,
    /// Not to be sent, or taken by another hub, before.
    pub(crate) not_before: i64,
    pub(crate) tries: u32,
}

impl Default for Message {
    fn default() -> Self {
        Self {
            id: String::new(),
            trigger: String::new(),
            channel: Channel::Window,
            fields: Map::new(),
            locale: String::new(),
            order: None,
            at: 0,
            state: State::Waiting,
            not_before: 0,
            tries: 0,
        }
    }
}

impl Message {
    /// Whether it is to be sent now.
    pub(super) fn is_ready(&self, now: Instant) -> bool {
        matches!(self.state, State::Waiting | State::Taken) && self.not_before <= now.0
    }
}

/// A desk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Desk {
    #[serde(default)]
    pub(crate) settings: Settings,
    #[serde(default)]
    pub(crate) fired: Vec<Fired>,
    #[serde(default)]
    pub(crate) out: Vec<Message>,
    /// Items she waits for.
    #[serde(default)]
    pub(crate) watched: Vec<String>,
}

impl Desk {
    /// Puts a message into the outbox.
    pub(super) fn post(&mut self, message: Message) {
        let over = self.fired.len().saturating_sub(MOST_FIRED);
        self.fired.drain(..over);
        if self.out.len() >= MOST_MESSAGES {
            let done = self.out.iter().position(|old| !matches!(old.state, State::Waiting | State::Taken));
            self.out.remove(done.unwrap_or(0));
        }
        self.out.push(message);
    }
}

/// All desks.
pub(crate) struct Desks {
    drawer: Drawer<Desk>,
}

impl Desks {
    pub(crate) fn new(store: &Arc<dyn Store>) -> Self {
        Self { drawer: Drawer::new(store, Bucket::Desk, "desk") }
    }

    pub(crate) async fn get(&self, shopper: Key) -> Result<Desk, Refusal> {
        Ok(self.drawer.get(shopper).await?.unwrap_or_default())
    }

    pub(crate) async fn settings(&self, shopper: Key) -> Result<Settings, Refusal> {
        Ok(self.get(shopper).await?.settings)
    }

    pub(crate) async fn change<A: Send>(
        &self,
        shopper: Key,
        step: impl FnMut(&mut Desk) -> Result<(Write, A), Refusal> + Send,
    ) -> Result<A, Refusal> {
        self.drawer.change(shopper, step).await
    }

    /// Takes the messages that are ready, so that no other hub sends them meanwhile.
    pub(super) async fn take(&self, shopper: Key, now: Instant, hold: Span) -> Result<Vec<Message>, Refusal> {
        // Most desks have nothing to send; that is found without a write.
        if !self.get(shopper).await?.out.iter().any(|message| message.is_ready(now)) {
            return Ok(Vec::new());
        }
        self.change(shopper, |desk| {
            let mut taken = Vec::new();
            for message in desk.out.iter_mut().filter(|message| message.is_ready(now)) {
                message.state = State::Taken;
                message.tries += 1;
                message.not_before = (now + hold).0;
                taken.push(message.clone());
            }
            Ok((if taken.is_empty() { Write::No } else { Write::Yes }, taken))
        })
        .await
    }

    /// Notes what became of a message.
    pub(super) async fn note(&self, shopper: Key, id: &str, state: State, not_before: Instant) -> Result<(), Refusal> {
        self.change(shopper, |desk| {
            let Some(message) = desk.out.iter_mut().find(|message| message.id == id) else {
                return Ok((Write::No, ()));
            };
            message.state = state;
            message.not_before = not_before.0;
            Ok((Write::Yes, ()))
        })
        .await
    }

    pub(crate) async fn remove(&self, shopper: Key) -> Result<(), Refusal> {
        self.drawer.remove(shopper).await
    }
}
