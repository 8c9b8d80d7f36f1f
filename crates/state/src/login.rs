//! Login: folding what a guest did into her account.
//!
//! The guest's operations keep their names, and the account remembers which actors were a guest and
//! what the shop's policy was. Where a line holds both, the policy decides *when the line is read*.
//! So folding is joining: doing it again, in two tabs at once, or once more with a late edit of a
//! slow tab gives what folding everything at once would have given. The first write to such a line
//! after the login makes it the account's own.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use wellmet_engine::time::Instant;
use wellmet_engine::wire::{Fault, Reader};

use crate::delta::{Delta, Form, Span};
use crate::document::{Document, Kind};
use crate::error::{Error, Result};
use crate::join::Applied;

/// What happens to a line that both the account and the guest have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    /// The larger quantity. Never doubles an order, whatever is retried.
    #[default]
    Max = 1,
    /// Both quantities together.
    Sum = 2,
    /// The guest's.
    Guest = 3,
    /// The account's.
    Account = 4,
    /// The larger, and the page asks; see [`crate::Line::ask`].
    Ask = 5,
    /// For a login in the checkout: the account's lines are put aside, so that nothing old slips
    /// into the order. The page tells her.
    Defer = 6,
}

impl Policy {
    const ALL: [Self; 6] = [Self::Max, Self::Sum, Self::Guest, Self::Account, Self::Ask, Self::Defer];

    /// Name in settings and requests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Sum => "sum",
            Self::Guest => "guest",
            Self::Account => "account",
            Self::Ask => "ask",
            Self::Defer => "defer",
        }
    }

    /// The policy of a name; `None` for any other text.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }
}

/// Which anonymous document an actor came from (29 bits of a hash) and the policy (3 bits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin(pub(crate) u32);

impl Origin {
    fn new(visitor: &str, policy: Policy) -> Self {
        Self((crate::version::hash(visitor.as_bytes()) as u32) << 3 | policy as u32)
    }

    pub(crate) fn policy(self) -> Policy {
        Policy::ALL.into_iter().find(|policy| *policy as u32 == self.0 & 7).unwrap_or_default()
    }

    const fn group(self) -> u32 {
        self.0 >> 3
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Self {
        let origin = Self(r.u32());
        if !(1..=6).contains(&(origin.0 & 7)) {
            r.fail(Fault::Invalid);
        }
        origin
    }
}

/// The actors that were a guest's. Empty for most shoppers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origins(Vec<(u64, Origin)>);

impl Origins {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, actor: u64) -> Option<Origin> {
        Some(self.0[self.0.binary_search_by_key(&actor, |(actor, _)| *actor).ok()?].1)
    }

    /// Notes an actor's origin. Two different ones cannot honestly meet; the greater stays, so that
    /// replicas agree even then.
    pub(crate) fn set(&mut self, actor: u64, origin: Option<Origin>) {
        let Some(origin) = origin else { return };
        match self.0.binary_search_by_key(&actor, |(actor, _)| *actor) {
            Ok(at) => self.0[at].1 = self.0[at].1.max(origin),
            Err(at) => self.0.insert(at, (actor, origin)),
        }
    }

    pub(crate) fn forget(&mut self, actor: u64) {
        self.0.retain(|(known, _)| *known != actor);
    }

    fn of_group(&self, group: u32) -> Option<Origin> {
        self.0.iter().map(|(_, origin)| *origin).find(|origin| origin.group() == group)
    }
}

/// What a login did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// What changed in the account's document.
    pub applied: Applied,
    /// Lines of the account that were put aside, by [`Policy::Defer`] only.
    pub put_aside: Vec<String>,
}

/// Folds an anonymous document into the account's. `visitor` names the anonymous document: the same
/// name with a later state of it adds what is new and nothing else. The policy of the first time
/// holds.
///
/// The anonymous document is to be sealed afterwards with a pointer to the account, and its late
/// edits folded the same way. The device goes on with the account's document under *another* actor.
///
/// # Errors
/// `SharedActor` when the account has operations of its own by an actor of the guest; `Full` when
/// the lines to be put aside have no room. The account is then as it was.
pub fn fold(
    account: &mut Document,
    anonymous: &Document,
    visitor: &str,
    policy: Policy,
    now: Instant,
) -> Result<Folded> {
    let wanted = Origin::new(visitor, policy);
    let known = account.origins.of_group(wanted.group());
    let origin = known.unwrap_or(wanted);
    for (actor, _) in anonymous.version.iter() {
        let mine = account.version.get(actor) > 0;
        if mine && account.origins.get(actor).is_none_or(|known| known.group() != origin.group()) {
            return Err(Error::SharedActor);
        }
    }
    let mut folded = Folded::default();
    if policy == Policy::Defer && known.is_none() && anonymous.count(Kind::Cart) > 0 {
        let keys: Vec<String> = account.cart().iter().map(|line| line.key.to_owned()).collect();
        let mut aside = account.clone();
        for key in &keys {
            aside.save_for_later(key, now)?;
        }
        *account = aside;
        folded.put_aside = keys;
    }
    let span = |(actor, to)| Span { actor, from: 0, to, origin: Some(origin) };
    let mut entries = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::View) {
        entries.extend(anonymous.entries[kind as usize].iter().map(|entry| (kind, entry.clone())));
    }
    folded.applied = account.merge(Delta {
        form: Form::State,
        epoch: account.epoch,
        spans: anonymous.version.iter().map(span).collect(),
        earlier: Vec::new(),
        entries,
    });
    Ok(folded)
}
