//! A real hub on a port of its own, a shop's backend that mints tokens, and browsers that speak
//! HTTP to it.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

pub mod faulty;
pub mod live;
pub mod nats;
pub mod rules;
pub mod suite;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::Signer;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use wellmet_engine::id::{CustomerId, ItemId};
use wellmet_engine::money::Currency;
use wellmet_engine::record::{Order, OrderLine, Record};
use wellmet_engine::time::Instant;
use wellmet_hub::clock::Clock;
use wellmet_hub::identity::keys::Keys;
use wellmet_hub::identity::shop::ShopSecrets;
use wellmet_hub::store::address::Address;
use wellmet_hub::store::{Store, sealed};
use wellmet_hub::{Config, serve_on};

pub const ORIGIN: &str = "https://shop.example";
pub const AUDIENCE: &str = "hub.shop.example";
pub const SECRET: &[u8] = b"a shared secret of thirty-two bytes or more";

/// Shared with the shop's own systems.
pub const SHOP_SECRET: &str = "what the shop's systems and the hub know";

/// A hub that stops when dropped.
pub struct TestHub {
    pub address: SocketAddr,
    pub data: PathBuf,
    pub clock: Clock,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
    directory: Option<tempfile::TempDir>,
}

impl TestHub {
    /// On an empty directory.
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// On an empty directory with other settings.
    pub fn start_with(settings: impl FnOnce(&mut Config)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut hub = Self::start_on(directory.path(), settings);
        hub.directory = Some(directory);
        hub
    }

    /// A hub with a shop's rules, where nobody is signed out while a test lets a year go by.
    pub fn ruled(rules: wellmet_hub::rules::Rules, settings: impl FnOnce(&mut Config)) -> Self {
        Self::start_with(|config| {
            let year = wellmet_engine::time::Span::days(400);
            config.lifetime = wellmet_hub::Lifetime { idle: year, longest: year };
            config.rules = rules;
            settings(config);
        })
    }

    /// On a directory that stays.
    pub fn start_on(data: &Path, settings: impl FnOnce(&mut Config)) -> Self {
        Self::start_at(Address::Directory(data.to_owned()), settings)
    }

    /// On a store that stays, such as a cluster's, with the keyring of the settings.
    pub fn start_at(store: Address, settings: impl FnOnce(&mut Config)) -> Self {
        let data = match &store {
            Address::Directory(data) => data.clone(),
            Address::Cluster(_) => PathBuf::new(),
        };
        Self::start_opened(data, settings, async move |config: &Config| {
            sealed::open(&store, config.keyring.as_ref(), config.clock.clone()).await.unwrap()
        })
    }

    /// On a store that is opened in a way of its own.
    pub fn start_opened<O>(data: PathBuf, settings: impl FnOnce(&mut Config), open: O) -> Self
    where
        O: AsyncFnOnce(&Config) -> Arc<dyn Store> + Send + 'static,
    {
        let clock = Clock::standing(now());
        let mut config = Config::new(&data);
        config.origins = vec![ORIGIN.into()];
        config.keys = keys();
        config.audience = AUDIENCE.into();
        config.clock = clock.clone();
        config.shop = ShopSecrets::lines(SHOP_SECRET).unwrap();
        settings(&mut config);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(
                async move {
                    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                    let store = open(&config).await;
                    tell.send(listener.local_addr().unwrap()).unwrap();
                    let shutdown = async move {
                        let _ = stopped.await;
                    };
                    serve_on(store, listener, config, shutdown).await.unwrap();
                },
            );
        });
        let address = told.recv().unwrap();
        Self { address, data, clock, stop: Some(stop), thread: Some(thread), directory: None }
    }

    /// A browser that has not been here.
    pub fn browser(&self) -> Browser {
        Browser::at(self.address)
    }

    /// A system of the shop's own.
    pub fn shop(&self) -> ShopSystem {
        let mut browser = self.browser();
        browser.origin = None;
        ShopSystem(browser)
    }

    /// Stops it and waits until it has.
    pub fn stop(mut self) -> Option<tempfile::TempDir> {
        self.halt();
        self.directory.take()
    }

    fn halt(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the hub panicked");
        }
    }
}

impl Drop for TestHub {
    fn drop(&mut self) {
        self.halt();
    }
}

pub fn now() -> Instant {
    Instant(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap())
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The code of a refusal, empty for anything else.
    pub fn code(&self) -> String {
        serde_json::from_slice::<Value>(&self.body)
            .ok()
            .and_then(|body| Some(body.get("code")?.as_str()?.to_owned()))
            .unwrap_or_default()
    }

    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", String::from_utf8_lossy(&self.body));
    }

    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{} {}", self.status, String::from_utf8_lossy(&self.body));
        self
    }
}

/// A browser: keeps cookies as one would, sends the shop's origin.
#[derive(Clone)]
pub struct Browser {
    agent: ureq::Agent,
    /// The hub that it asks. Any of several will do.
    pub address: SocketAddr,
    pub cookies: BTreeMap<String, String>,
    pub origin: Option<String>,
    /// Sent as `wellmet-as`.
    pub belief: Option<String>,
}

impl Browser {
    pub fn at(address: SocketAddr) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // A connection whose body the hub refused to read is closed; this client would use it again.
            .max_idle_connections(0)
            .timeout_global(Some(std::time::Duration::from_secs(20)))
            .build();
        let agent = ureq::Agent::new_with_config(config);
        Self { agent, address, cookies: BTreeMap::new(), origin: Some(ORIGIN.into()), belief: None }
    }

    /// A request as it is, without looking at the answer.
    pub fn try_send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply, ureq::Error> {
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("http://{}/wellmet{path}", self.address));
        if let Some(origin) = &self.origin {
            request = request.header("origin", origin);
        }
        if let Some(belief) = &self.belief {
            request = request.header("wellmet-as", belief);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_vec()).unwrap();
        let mut response = self.agent.run(request)?;
        let headers = response.headers().clone();
        for set in headers.get_all("set-cookie") {
            self.keep(set.to_str().unwrap());
        }
        let body = response.body_mut().read_to_vec()?;
        Ok(Reply { status: response.status().as_u16(), headers, body })
    }

    fn keep(&mut self, set: &str) {
        for needed in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(set.contains(needed), "{set}");
        }
        assert!(!set.contains("Domain"), "{set}");
        let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
        assert!(name.starts_with("__Host-"), "{set}");
        if set.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.into(), value.into());
        }
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.try_send(method, path, headers, body).unwrap()
    }

    pub fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, &[], b"")
    }

    pub fn delete(&mut self, path: &str) -> Reply {
        self.send("DELETE", path, &[], b"")
    }

    pub fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    pub fn octets(&mut self, path: &str, body: &[u8]) -> Reply {
        self.send("POST", path, &[("content-type", "application/octet-stream")], body)
    }

    pub fn visit(&mut self) -> Value {
        let visit = self.post("/v1/visit", &json!({})).ok().json();
        self.belief = Some("visitor".into());
        visit
    }

    pub fn login(&mut self, token: &str, document: Option<&[u8]>) -> Reply {
        let mut body = json!({ "token": token });
        if let Some(document) = document {
            body["document"] = json!(STANDARD.encode(document));
        }
        let reply = self.post("/v1/login", &body);
        if reply.status == 200 {
            self.belief = Some("customer".into());
        }
        reply
    }
}

/// A system of the shop's own, which knows the secret.
#[derive(Clone)]
pub struct ShopSystem(Browser);

impl ShopSystem {
    pub fn post(&mut self, path: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {SHOP_SECRET}");
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        self.0.send("POST", path, &headers, body.to_string().as_bytes())
    }

    pub fn get(&mut self, path: &str) -> Reply {
        self.0.send("GET", path, &[("authorization", &format!("Bearer {SHOP_SECRET}"))], b"")
    }

    /// Tells of an order.
    pub fn order(&mut self, notice: Value) -> Reply {
        self.post("/v1/orders", &json!({ "orders": [notice] }))
    }

    pub fn stock(&mut self, item: &str, place: &str, quantity: u32) -> Value {
        self.post("/v1/stock", &json!({ "readings": [{ "item": item, "place": place, "quantity": quantity }] }))
            .ok()
            .json()
    }

    /// Tells a fact of a customer.
    pub fn fact(&mut self, customer: &str, name: &str, value: &str) {
        let told = json!({ "customers": [{ "customer": customer, "traits": { name: value } }] });
        self.post("/v1/customers", &told).ok();
    }

    /// Looks at what is due.
    pub fn run(&mut self) -> Value {
        self.post("/v1/messages/run", &json!({})).ok().json()
    }
}

/// Mints tokens as a shop's backend would.
pub fn token(customer: &str) -> String {
    signed("EdDSA", &claims(customer))
}

/// Claims that are in order, at the machine's time.
pub fn claims(customer: &str) -> Value {
    claims_at(customer, now())
}

pub fn claims_at(customer: &str, at: Instant) -> Value {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let seconds = at.0 / 1_000;
    let id = format!("{}-{}-{}", std::process::id(), at.0, NEXT.fetch_add(1, Ordering::Relaxed));
    json!({ "sub": customer, "aud": AUDIENCE, "iat": seconds, "exp": seconds + 300, "jti": id })
}

pub fn signed(algorithm: &str, claims: &Value) -> String {
    sign(&json!({ "alg": algorithm, "typ": "JWT" }), claims, algorithm)
}

/// A token with any header, signed by the shop's key of an algorithm (`none` leaves it unsigned).
pub fn sign(header: &Value, claims: &Value, with: &str) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = match with {
        "EdDSA" => ed25519().sign(message.as_bytes()).to_bytes().to_vec(),
        "ES256" => {
            let signature: p256::ecdsa::Signature = p256::ecdsa::signature::Signer::sign(&es256(), message.as_bytes());
            signature.to_bytes().to_vec()
        }
        "HS256" => hs256(SECRET, &message),
        "none" => Vec::new(),
        other => panic!("no key for {other}"),
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub fn hs256(secret: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub fn ed25519() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[7; 32])
}

pub fn es256() -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap()
}

/// The shop's public keys as it would publish them.
pub fn jwks() -> Value {
    let ed = URL_SAFE_NO_PAD.encode(ed25519().verifying_key().to_bytes());
    let point = es256().verifying_key().to_encoded_point(false);
    let (x, y) = (URL_SAFE_NO_PAD.encode(point.x().unwrap()), URL_SAFE_NO_PAD.encode(point.y().unwrap()));
    json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "x": ed, "kid": "ed", "use": "sig", "alg": "EdDSA" },
        { "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "ec" },
        { "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "not-for-us" },
    ] })
}

pub fn keys() -> Keys {
    Keys::public(&jwks().to_string()).unwrap().and(Keys::secret(SECRET).unwrap())
}

/// A shopper's device: a browser and the document that it holds.
pub struct Device {
    pub browser: Browser,
    pub state: wellmet_state::exchange::Device,
}

/// A document's actor, another for each call.
pub fn actor() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1_000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Device {
    /// A visitor's.
    pub fn visiting(hub: &TestHub) -> Self {
        let mut browser = hub.browser();
        browser.visit();
        Self { browser, state: wellmet_state::exchange::Device::new(actor()) }
    }

    /// The same visitor's browser at another hub.
    pub fn visiting_as(hub: &TestHub, other: &Self) -> Browser {
        let mut browser = hub.browser();
        browser.cookies = other.browser.cookies.clone();
        browser.visit();
        browser
    }

    /// One where a customer signs in.
    pub fn of(hub: &TestHub, customer: &str) -> Self {
        let mut device = Self { browser: hub.browser(), state: wellmet_state::exchange::Device::new(actor()) };
        device.sign_in(&signed("EdDSA", &claims_at(customer, hub.clock.now())));
        device
    }

    /// Signs in with what the device holds and goes on with the account's document.
    pub fn login(&mut self, customer: &str) {
        self.sign_in(&token(customer));
    }

    fn sign_in(&mut self, token: &str) {
        let reply = self.browser.login(token, Some(&self.state.document.encode())).ok();
        let bytes = STANDARD.decode(reply.json()["document"].as_str().unwrap()).unwrap();
        let document = wellmet_state::Document::decode(&bytes, actor()).unwrap();
        self.state = wellmet_state::exchange::Device::from_hub(document);
    }

    pub fn request(&self) -> Vec<u8> {
        self.state.request(now())
    }

    /// One round trip.
    pub fn exchange(&mut self) -> Reply {
        let request = self.request();
        self.browser.octets("/v1/sync", &request)
    }

    /// Exchanges until there is nothing more to say; the code of the last refusal, if any.
    pub fn sync(&mut self) -> Option<&'static str> {
        for _ in 0..10 {
            let reply = self.exchange().ok();
            let finished = self.state.finish(&reply.body, now()).unwrap();
            if !finished.again {
                assert!(finished.refused.is_some() || !self.state.pending());
                return finished.refused;
            }
        }
        panic!("the exchange does not come to rest");
    }

    pub fn add(&mut self, key: &str, n: u32) {
        self.state.document.add(key, n, now()).unwrap();
    }

    /// Sets a quantity, by the hub's time as well as it is known here.
    pub fn set(&mut self, key: &str, quantity: u32) {
        self.state.document.set_quantity(key, quantity, self.state.time(now())).unwrap();
    }

    pub fn cart(&self) -> Vec<(String, u32)> {
        self.state.document.cart().iter().map(|line| (line.key.to_owned(), line.quantity)).collect()
    }
}

/// A cart as a test writes it down.
pub fn lines(lines: &[(&str, u32)]) -> Vec<(String, u32)> {
    lines.iter().map(|(key, quantity)| ((*key).to_owned(), *quantity)).collect()
}

/// What the shop's books say of a customer.
pub fn books(customer: &str) -> Record {
    Record {
        customer: CustomerId::new(customer).unwrap(),
        name: Some("Anna Berg".into()),
        traits: vec![("segment".into(), "Consumer".into())],
        order_count: 1,
        spent_minor: 26_196,
        currency: Currency::new("USD").unwrap(),
        first_order: Some(Instant(1_478_563_200_000)),
        orders: vec![Order {
            id: "CA-2016-152156".into(),
            at: Instant(1_478_563_200_000),
            lines: vec![OrderLine {
                item: ItemId::new("FUR-BO-10001798").unwrap(),
                title: "Bush Somerset Collection Bookcase".into(),
                quantity: 2,
                unit_minor: 13_098,
            }],
        }],
    }
}

/// Whether a word is in bytes.
pub fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}
