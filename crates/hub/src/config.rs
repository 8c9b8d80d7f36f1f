//! What the hub is told at start.

use std::collections::BTreeMap;
use std::path::PathBuf;

use wellmet_engine::time::Span;

use crate::clock::Clock;
pub use crate::due::{MailSettings, WebhookSettings};
use crate::identity::keys::Keys;
pub use crate::identity::session::Lifetime;
use crate::identity::shop::ShopSecrets;
use crate::rules::Rules;
use crate::store::address::Address;

/// Settings of one hub. [`Config::new`] gives those of a shop that runs it behind its own reverse
/// proxy on one machine.
#[derive(Clone, Debug)]
pub struct Config {
    /// Directory of the embedded store.
    pub data: PathBuf,
    /// Where data keys are kept, for a hub that seals each shopper's data ([`crate::store::sealed`]). `None` seals
    /// nothing.
    pub keyring: Option<Address>,
    /// Path before every route, such as `/wellmet`. Empty for none.
    pub base: String,
    /// Origins of the shop's pages (`https://shop.example`). Empty: the origin that the request's
    /// own `Host` names, which is right when the reverse proxy passes that header on.
    pub origins: Vec<String>,
    /// Keys whose login tokens are believed.
    pub keys: Keys,
    /// What a login token must name as its audience.
    pub audience: String,
    /// How long sessions live.
    pub lifetime: Lifetime,
    /// Bounds on work and memory.
    pub limits: Limits,
    /// Whether the last entry of `X-Forwarded-For` is the shopper's address. Only behind a reverse
    /// proxy that sets it: otherwise whoever asks could name any address.
    pub forwarded: bool,
    /// Whether the data was restored from an older copy: devices then know more than the hub, and
    /// their word is taken for it. To be set for the days after a restore, not for ever.
    pub healing: bool,
    /// Secrets shared with the shop's own systems: who knows one speaks for the shop.
    pub shop: ShopSecrets,
    /// The shop's rules.
    pub rules: Rules,
    /// How mails leave; `None` sends none.
    pub mail: Option<MailSettings>,
    /// Where messages for the shop's own systems are handed on to.
    pub webhook: Option<WebhookSettings>,
    /// The origin under which shoppers reach the hub, for links in mails: `https://shop.example`.
    pub public: Option<String>,
    /// Other paths of routes by the usual ones: `/v1/live` to `/news`. Parameters keep their names.
    pub renamed: BTreeMap<String, String>,
    /// How often it is looked at what is due to whom.
    pub due_every: Span,
    /// The clock.
    pub clock: Clock,
}

impl Config {
    /// The path of a route below the base.
    pub(crate) fn below(&self, usual: &str) -> String {
        self.renamed.get(usual).map_or(usual, String::as_str).to_owned()
    }

    /// The whole path of a route.
    pub(crate) fn path(&self, usual: &str) -> String {
        format!("{}{}", self.base.trim_end_matches('/'), self.below(usual))
    }

    /// A hub that keeps its data in a directory and lets nobody sign in yet.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            keyring: None,
            base: "/wellmet".into(),
            renamed: BTreeMap::new(),
            shop: ShopSecrets::default(),
            rules: Rules::none(),
            mail: None,
            webhook: None,
            public: None,
            due_every: Span(15 * Span::MINUTE.0),
            origins: Vec::new(),
            keys: Keys::none(),
            audience: "wellmet".into(),
            lifetime: Lifetime::default(),
            limits: Limits::default(),
            forwarded: false,
            healing: false,
            clock: Clock::system(),
        }
    }
}

/// Bounds that keep one caller, or very many, from taking more than their share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open connections, listening ones included. Each costs some 20 kB. Beyond it new ones wait in
    /// the operating system's queue.
    pub connections: usize,
    /// Requests worked on at once; beyond it callers are told `busy`.
    pub requests: usize,
    /// Pages that listen for changes at once.
    pub listeners: usize,
    /// Pages that listen to one document at once.
    pub listeners_each: usize,
    /// Requests of one address within a minute; 0 turns the count off. Loopback addresses are not
    /// counted: behind a reverse proxy everybody comes from there.
    pub per_minute: u32,
    /// Logins of one address within a minute; as above.
    pub logins_per_minute: u32,
    /// Longest that a request may take to arrive and be answered.
    pub request_time: Span,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 12_000,
            requests: 512,
            listeners: 10_000,
            listeners_each: 16,
            per_minute: 1_200,
            logins_per_minute: 60,
            request_time: Span(30_000),
        }
    }
}
