//! Shoppers' documents: load, join what a device brings, compare and set, and again on a conflict.
//!
//! The meaning of a document is in [`wellmet_state`]; here is what a hub adds to it: whose turn it is
//! (sealed, erased, which life), which session may speak for which actor, and that an answer leaves only
//! after what it acknowledges is durable.

pub(crate) mod edit;
mod own;

use std::sync::Arc;

use axum::http::StatusCode;
use wellmet_engine::time::{Instant, Span};
use wellmet_state::exchange::answer;
use wellmet_state::guard::{self, Guard};
use wellmet_state::{Document, Error, Policy, Version, login};

use crate::app::CHANGED;
use crate::clock::Clock;
use crate::identity::cookie;
use crate::kept::{Kept, Live, MOST_BURIED, Seat};
use crate::random;
use crate::refusal::Refusal;
use crate::store::change::{MOST_ROUNDS, Next, change};
use crate::store::recent::Recent;
use crate::store::{Bucket, Key, Owner, Place, Store, Swap, damaged};

pub(crate) use own::{POINTS, PaidLine, Settled, line_key, shows};

/// How long an anonymous document is kept after its last change: as long as the cookie that names it.
const ANONYMOUS: Span = Span(cookie::LONGEST * 1_000);
/// How long a sealed one is kept for edits that come late.
const SEALED: Span = Span::days(30);
/// Most actors of a document. Above [`CROWDED`] those of which nothing is left are retired, the ones
/// idle for 90 days first, then for ever shorter times.
const MOST_ACTORS: usize = 200;
const CROWDED: usize = 100;
const IDLE_DAYS: [i64; 3] = [90, 14, 1];

/// How a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is none yet.
    None,
    /// In use.
    Live,
    /// It became part of this one.
    Sealed(Key),
    /// Its shopper asked to be forgotten.
    Erased,
}

/// All documents.
#[derive(Clone)]
pub(crate) struct Documents {
    store: Arc<dyn Store>,
    recent: Arc<Recent>,
    clock: Clock,
    healing: bool,
}

const fn place(shopper: Key) -> Place {
    Place { bucket: Bucket::Document, key: shopper }
}

fn kept(bytes: &[u8]) -> Result<Kept, Refusal> {
    Kept::decode(bytes).map_err(|_| damaged("document"))
}

/// Whether a customer asked to be forgotten and has not come back.
pub(crate) async fn is_erased(store: &dyn Store, shopper: Key) -> Result<bool, Refusal> {
    Ok(standing(store, shopper).await? == Standing::Erased)
}

async fn standing(store: &dyn Store, shopper: Key) -> Result<Standing, Refusal> {
    Ok(match store.get(place(shopper)).await? {
        None => Standing::None,
        Some(found) => match kept(&found.value)? {
            Kept::Live(_) => Standing::Live,
            Kept::Sealed { into, .. } => Standing::Sealed(into),
            Kept::Erased { .. } => Standing::Erased,
        },
    })
}

/// The hub's own actor in a document: another in every document and every life, the same each time.
fn hub_actor(shopper: Key, life: u64) -> u64 {
    let key = Key::of("hub-actor", &format!("{} {life}", shopper.hex()));
    u64::from_le_bytes(key.bytes()[..8].try_into().expect("8 of 32 bytes"))
}

/// Names an anonymous document by its first actor: the same for all its later states, as long as no
/// device with a smaller number joins, and then no worse than another visitor's.
pub(crate) fn name_of(anonymous: &[u8]) -> Key {
    let first = Document::decode(anonymous, 0).ok().and_then(|document| actors(&document).first().copied());
    Key::of("anonymous", &first.unwrap_or_default().to_string())
}

/// Reads a document's bytes; none are a document in which nothing was ever done.
fn open(body: &[u8], actor: u64) -> Result<Document, Refusal> {
    if body.is_empty() {
        Ok(Document::new(actor))
    } else {
        Document::decode(body, actor).map_err(|_| damaged("document"))
    }
}

impl Documents {
    /// `healing`: the store was restored from an older copy, so devices may know more than it does.
    pub(crate) fn new(store: Arc<dyn Store>, clock: Clock, healing: bool) -> Self {
        Self { store, recent: Arc::new(Recent::new(clock.clone())), clock, healing }
    }

    /// How a document stands.
    pub(crate) async fn standing(&self, shopper: Key) -> Result<Standing, Refusal> {
        standing(&*self.store, shopper).await
    }

    /// Looks at an anonymous document from outside before anything else is done with it. What a device
    /// whose clock is ahead has written gets the hub's time, so that a wrong clock keeps nobody from
    /// signing in.
    pub(crate) fn receive(&self, bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let admit = |bytes: &[u8]| {
            let mut empty = Document::new(0);
            self.guard(&|_| false, &Version::new()).admit(&mut empty, bytes).map(|_| ())
        };
        match admit(&bytes) {
            Ok(()) => Ok(bytes),
            Err(guard::Refusal::FutureStamp) => {
                // Another actor each time: the same name must never stand for two operations.
                let mut document = Document::decode(&bytes, random::actor()?).map_err(unreadable)?;
                // How far ahead it is nobody has told, so the writes get this moment.
                document.restamp(&Version::new(), Span(0), self.clock.now());
                let bytes = document.encode();
                admit(&bytes).map(|()| bytes).map_err(refused)
            }
            Err(refusal) => Err(refused(refusal)),
        }
    }

    /// The document of a signed-in customer, made when there is none or when she comes back after
    /// she was forgotten. Returns which life it is.
    pub(crate) async fn open(&self, shopper: Key) -> Result<u64, Refusal> {
        for _ in 0..MOST_ROUNDS {
            let present = self.store.get(place(shopper)).await?;
            let seen = present.as_ref().map(|present| present.revision);
            let live = match present.map(|present| kept(&present.value)).transpose()? {
                Some(Kept::Live(live)) => return Ok(live.life),
                Some(Kept::Erased { done: false, .. }) => return Err(Refusal::busy()),
                Some(Kept::Erased { life, buried, .. }) => {
                    // Between the look and the write: an erasure that is repeated meanwhile destroys the keys that
                    // it has seen, and has put its own marker in this place before.
                    self.store.renew(shopper).await?;
                    Live { life: life + 1, buried, ..Live::default() }
                }
                Some(Kept::Sealed { .. }) => return Err(damaged("document")),
                None => Live { life: 1, ..Live::default() },
            };
            let life = live.life;
            if let Swap::Done(_) = self.store.swap(place(shopper), seen, Some(Kept::Live(live).encode()), None).await? {
                return Ok(life);
            }
        }
        Err(Refusal::busy())
    }

    /// The bytes of a live document.
    ///
    /// # Errors
    /// 410 when that life is over.
    pub(crate) async fn read(&self, shopper: Key, life: u64) -> Result<Vec<u8>, Refusal> {
        let Some(found) = self.store.get(place(shopper)).await? else {
            return Ok(Document::new(hub_actor(shopper, life)).encode());
        };
        let live = of_life(kept(&found.value)?, life)?;
        Ok(open(&live.body, hub_actor(shopper, life))?.encode())
    }

    /// Answers a device's request. The reply is handed out once what it acknowledges is durable.
    /// `speaker` is the session whose device it is; a visitor's devices speak for each other.
    pub(crate) async fn exchange(
        &self,
        shopper: Key,
        life: u64,
        speaker: Option<Key>,
        request: &[u8],
    ) -> Result<Vec<u8>, Refusal> {
        let now = self.clock.now();
        let until = if speaker.is_none() { Some(now + ANONYMOUS) } else { None };
        let step = |present: Option<&[u8]>| {
            let mut live = match present.map(kept).transpose()? {
                None => Live { life, ..Live::default() },
                Some(kept) => of_life(kept, life)?,
            };
            let mut document = open(&live.body, hub_actor(shopper, life))?;
            let before = document.version().clone();
            let buried = |actor| live.buried.contains(&actor);
            let others =
                |actor| speaker.is_some_and(|me| live.seats.iter().any(|seat| seat.actor == actor && seat.owner != me));
            let foreign = |actor| buried(actor) || others(actor);
            let answered = answer(&mut document, request, &self.guard(&foreign, &live.retired)).map_err(unreadable)?;
            // What an old device still holds of a life that ended.
            let ended = match answered.refused {
                Some(guard::Refusal::ForeignActor(actor)) => buried(actor),
                Some(guard::Refusal::EpochAhead) => !live.buried.is_empty(),
                _ => false,
            };
            if ended {
                return Err(Refusal::erased());
            }
            if let Some(refused) = answered.refused {
                tracing::debug!(?shopper, code = refused.code(), "operations of a device were refused");
            }
            if !answered.advanced {
                return Ok(Next::Keep(answered.reply));
            }
            live.seat(&before, document.version(), speaker.unwrap_or(shopper), now);
            live.settle(&mut document);
            live.retire(&mut document, now);
            live.body = document.encode();
            Ok(Next::Put { value: Kept::Live(live).encode(), until, answer: answered.reply })
        };
        self.recent.change(&*self.store, place(shopper), step).await
    }

    /// Lets the devices of one session speak on under another, when a browser signs in twice as the same
    /// customer: its tabs keep their actors.
    pub(crate) async fn reseat(&self, shopper: Key, life: u64, from: Key, to: Key) -> Result<(), Refusal> {
        change(&*self.store, place(shopper), |present| {
            let Some(kept) = present.map(kept).transpose()? else { return Ok(Next::Keep(())) };
            let mut live = of_life(kept, life)?;
            let mut seats = live.seats.iter_mut().filter(|seat| seat.owner == from).peekable();
            if seats.peek().is_none() {
                return Ok(Next::Keep(()));
            }
            seats.for_each(|seat| seat.owner = to);
            Ok(Next::Put { value: Kept::Live(live).encode(), until: None, answer: () })
        })
        .await
    }

    /// Seals an anonymous document because it becomes a customer's, and returns its bytes; `None` when
    /// it is another customer's already. Sealed again into the same it is returned again.
    pub(crate) async fn seal(&self, visitor: Key, into: Key, policy: Policy) -> Result<Option<Vec<u8>>, Refusal> {
        let at = self.clock.now();
        change(&*self.store, place(visitor), |present| {
            let body = match present.map(kept).transpose()? {
                None => Vec::new(),
                Some(Kept::Live(live)) => live.body,
                Some(Kept::Sealed { into: before, body, .. }) => {
                    return Ok(Next::Keep((before == into).then_some(body)));
                }
                Some(Kept::Erased { .. }) => return Err(Refusal::erased()),
            };
            let sealed = Kept::Sealed { into, at, policy, body: body.clone() };
            Ok(Next::Put { value: sealed.encode(), until: Some(at + SEALED), answer: Some(body) })
        })
        .await
    }

    /// Folds an anonymous document into a customer's and returns the latter's bytes. `visitor` names the
    /// anonymous one; with the same name it may be folded again.
    pub(crate) async fn fold(
        &self,
        shopper: Key,
        life: u64,
        visitor: Key,
        anonymous: &[u8],
        policy: Policy,
    ) -> Result<Vec<u8>, Refusal> {
        let now = self.clock.now();
        let guest = open(anonymous, 0)?;
        change(&*self.store, place(shopper), |present| {
            let mut live =
                of_life(present.map(kept).transpose()?.unwrap_or(Kept::Live(Live { life, ..Live::default() })), life)?;
            if live.buried.iter().any(|actor| guest.version().get(*actor) > 0) {
                return Err(Refusal::erased());
            }
            let mut document = open(&live.body, hub_actor(shopper, life))?;
            let before = document.clone();
            match login::fold(&mut document, &guest, &visitor.hex(), policy, now) {
                Ok(_) => {}
                // Not a guest's, but this very document under another name: its operations belong here.
                Err(Error::SharedActor) => {
                    self.guard(&|_| false, &live.retired).admit(&mut document, anonymous).map_err(refused)?;
                }
                // No room to put the account's lines aside: then they stay, and none is doubled.
                Err(_) => {
                    login::fold(&mut document, &guest, &visitor.hex(), Policy::Max, now).map_err(unreadable)?;
                }
            }
            let body = document.encode();
            if document == before {
                return Ok(Next::Keep(body));
            }
            live.seat(before.version(), document.version(), visitor, now);
            live.retire(&mut document, now);
            live.body = document.encode();
            Ok(Next::Put { value: Kept::Live(live).encode(), until: None, answer: body })
        })
        .await
    }

    /// Takes an edit of a tab that has not noticed its login yet, and lets it follow the anonymous document
    /// into the customer's. Does nothing when that document went elsewhere.
    pub(crate) async fn follow(&self, visitor: Key, shopper: Key, life: u64, request: &[u8]) -> Result<(), Refusal> {
        let late = change(&*self.store, place(visitor), |present| {
            let Some(Kept::Sealed { into, at, policy, body }) = present.map(kept).transpose()? else {
                return Ok(Next::Keep(None));
            };
            if into != shopper {
                return Ok(Next::Keep(None));
            }
            let mut document = open(&body, hub_actor(visitor, 1))?;
            let answered =
                answer(&mut document, request, &self.guard(&|_| false, &Version::new())).map_err(unreadable)?;
            if !answered.advanced {
                return Ok(Next::Keep(Some((body, policy))));
            }
            let body = document.encode();
            let sealed = Kept::Sealed { into, at, policy, body: body.clone() };
            Ok(Next::Put { value: sealed.encode(), until: Some(at + SEALED), answer: Some((body, policy)) })
        })
        .await?;
        if let Some((body, policy)) = late {
            self.fold(shopper, life, visitor, &body, policy).await?;
        }
        Ok(())
    }

    /// Puts the marker in an anonymous document's place, for as long as a browser may come back.
    pub(crate) async fn erase_visitor(&self, visitor: Key) -> Result<(), Refusal> {
        self.bury(visitor, 1, Some(self.clock.now() + ANONYMOUS)).await.map(|_| ())
    }

    /// Puts the marker in a customer's document's place, for good: the shop's books may name her again
    /// at any time. `false` when a later life has begun there, so that an erasure repeated late touches
    /// nothing.
    pub(crate) async fn erase_customer(&self, shopper: Key, life: u64) -> Result<bool, Refusal> {
        self.bury(shopper, life, None).await
    }

    async fn bury(&self, shopper: Key, life: u64, until: Option<Instant>) -> Result<bool, Refusal> {
        let done = change(&*self.store, place(shopper), |present| {
            let (life, mut buried) = match present.map(kept).transpose()? {
                None => (life, Vec::new()),
                Some(Kept::Sealed { body, .. }) => (1, actors(&open(&body, 0)?)),
                Some(Kept::Live(live)) if live.life > life => return Ok(Next::Keep(false)),
                Some(Kept::Live(live)) => {
                    let mut buried = live.buried;
                    buried.extend(live.retired.iter().map(|(actor, _)| actor));
                    buried.extend(actors(&open(&live.body, 0)?));
                    (live.life, buried)
                }
                Some(Kept::Erased { done: false, .. }) => return Ok(Next::Keep(true)),
                // Done once and asked for again: what a request that was slow has left since goes too, and until then
                // nobody begins anew among it.
                Some(Kept::Erased { life, buried, .. }) => (life, buried),
            };
            buried.drain(..buried.len().saturating_sub(MOST_BURIED));
            let value = Kept::Erased { life, done: false, buried }.encode();
            Ok(Next::PutOf { owner: Owner::Nobody, value, until, answer: true })
        })
        .await;
        self.recent.forget(shopper);
        done
    }

    /// Notes that everything else of an erased customer is gone too: she may come back.
    pub(crate) async fn erased(&self, shopper: Key) -> Result<(), Refusal> {
        change(&*self.store, place(shopper), |present| match present.map(kept).transpose()? {
            Some(Kept::Erased { life, buried, .. }) => {
                let value = Kept::Erased { life, done: true, buried }.encode();
                Ok(Next::PutOf { owner: Owner::Nobody, value, until: None, answer: () })
            }
            _ => Ok(Next::Keep(())),
        })
        .await
    }

    fn guard<'a>(&self, foreign: &'a dyn Fn(u64) -> bool, retired: &'a Version) -> Guard<'a> {
        let limits = guard::Limits { actors: MOST_ACTORS, ..guard::Limits::default() };
        Guard { now: self.clock.now(), foreign, retired, healing: self.healing, limits }
    }
}

impl Live {
    /// Gives the actors that brought operations to whoever brought their first.
    fn seat(&mut self, before: &Version, after: &Version, owner: Key, at: Instant) {
        for (actor, seq) in after.iter().filter(|(actor, seq)| *seq > before.get(*actor)) {
            debug_assert!(seq > 0, "a version holds no zero");
            match self.seats.iter_mut().find(|seat| seat.actor == actor) {
                Some(seat) => seat.at = at,
                None => self.seats.push(Seat { actor, owner, at }),
            }
        }
    }

    /// Keeps the number of actors bounded over years of devices coming and going.
    fn retire(&mut self, document: &mut Document, now: Instant) {
        for days in IDLE_DAYS {
            if document.version().len() <= CROWDED {
                break;
            }
            let idle = |actor| !self.seats.iter().any(|seat| seat.actor == actor && now - seat.at < Span::days(days));
            self.retired.join(&document.retire(&idle));
        }
        self.seats.retain(|seat| document.version().get(seat.actor) > 0);
    }
}

/// The live document of a life.
fn of_life(kept: Kept, life: u64) -> Result<Live, Refusal> {
    match kept {
        Kept::Live(live) if live.life == life => Ok(live),
        Kept::Live(_) | Kept::Erased { .. } => Err(Refusal::erased()),
        Kept::Sealed { .. } => Err(CHANGED),
    }
}

fn actors(document: &Document) -> Vec<u64> {
    document.version().iter().map(|(actor, _)| actor).collect()
}

/// What a hostile or broken device is told; the code is the state's own.
fn refused(refusal: guard::Refusal) -> Refusal {
    let status = if refusal == guard::Refusal::TooLarge {
        StatusCode::PAYLOAD_TOO_LARGE
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Refusal::new(status, refusal.code(), "The hub does not take this document.")
}

fn unreadable(error: Error) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), "The hub cannot read this message.")
}
