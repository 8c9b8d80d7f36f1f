//! The cart's document core for JavaScript, and nothing else: the module behind the npm entry
//! `wellmet/state`, for those who want only the cart. Its other half is `pkg-template/src/state.ts`.
//!
//! Every value that crosses on its own costs a call, and every text a decoder's; both are most of the time that a click
//! takes. So an operation answers with nothing or the code of its failure, and a list crosses as one text and one array
//! of numbers, some of which say how long the parts of the text are.

use wasm_bindgen::prelude::*;
use wellmet_engine::time::Instant;
use wellmet_engine::wire::{Reader, Writer};
use wellmet_state::{Applied, Document, Error, Snapshot, Version, line};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// The stable code; the other half makes an error object of it.
fn code(error: Error) -> JsValue {
    error.code().into()
}

/// Moments of JavaScript are whole milliseconds in a float, exact up to 2^53.
#[allow(clippy::cast_possible_truncation, reason = "see above; a float beyond saturates and is refused by no one")]
const fn moment(ms: f64) -> Instant {
    Instant(ms as i64)
}

/// Nothing, or the code of what is wrong: a `Result` would cross as an array.
fn said(done: Result<(), Error>) -> JsValue {
    done.err().map_or(JsValue::UNDEFINED, code)
}

/// A list on its way over: see the top.
#[derive(Default)]
struct Flat {
    /// All texts, one after the other.
    text: String,
    /// Numbers; for each text its length in UTF-16 units.
    numbers: Vec<u32>,
}

impl Flat {
    fn number(&mut self, number: u32) {
        self.numbers.push(number);
    }

    fn text(&mut self, text: &str) {
        self.text.push_str(text);
        let units = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
        self.number(u32::try_from(units).unwrap_or(u32::MAX));
    }

    /// How many numbers, the numbers, the text: all little-endian.
    fn into_bytes(self) -> Box<[u8]> {
        let mut bytes = Vec::with_capacity(4 * (self.numbers.len() + 1) + self.text.len());
        bytes.extend(u32::try_from(self.numbers.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(self.numbers.iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend(self.text.bytes());
        bytes.into()
    }
}

/// One replica of a cart.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Replica(Document);

#[wasm_bindgen]
impl Replica {
    /// An empty cart.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(actor: u64) -> Self {
        Self(Document::new(actor))
    }

    /// Goes on from [`Self::save`].
    ///
    /// # Errors
    /// A code: what was wrong with the bytes.
    pub fn load(bytes: &[u8], actor: u64) -> Result<Self, JsValue> {
        Document::decode(bytes, actor).map(Self).map_err(code)
    }

    /// Puts pieces in. A code when it cannot: `bad-key`, `bad-quantity`, `full`.
    pub fn add(&mut self, key: &str, n: u32, now: f64) -> JsValue {
        said(self.0.add(key, n, moment(now)))
    }

    /// Sets the quantity she sees; 0 removes. A code when it cannot: `bad-key`, `bad-quantity`, `full`.
    pub fn set(&mut self, key: &str, quantity: u32, now: f64) -> JsValue {
        said(self.0.set_quantity(key, quantity, moment(now)))
    }

    /// Takes a line away.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Takes all lines away.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Writes a field of a line; an empty value erases it. A code when it cannot: `absent`, `bad-key`, `too-long`, `full`.
    pub fn field(&mut self, key: &str, field: &str, value: &str, now: f64) -> JsValue {
        said(self.0.set_field(key, field, value, moment(now)))
    }

    /// What an order of these lines pays. `keys` are separated by line feeds, which no key can hold;
    /// nothing means all.
    #[must_use]
    pub fn snapshot(&self, keys: Option<String>) -> Box<[u8]> {
        let ordered = |key: &str| keys.as_ref().is_none_or(|keys| keys.split('\n').any(|one| one == key));
        self.0.snapshot_of(&ordered).encode().into()
    }

    /// Takes away exactly what a snapshot has paid.
    ///
    /// # Errors
    /// A code: what was wrong with the bytes, or `gap`.
    pub fn purchase(&mut self, snapshot: &[u8]) -> Result<(), JsValue> {
        let snapshot = Snapshot::decode(snapshot).map_err(code)?;
        self.0.purchase(&snapshot, &Version::new()).map_err(code)
    }

    /// A [`Flat`]: for each line its key, its quantity, the number of its fields, and each field's name and value.
    #[must_use]
    pub fn read(&self) -> Box<[u8]> {
        let mut flat = Flat::default();
        for line in self.0.cart() {
            flat.text(line.key);
            flat.number(line.quantity);
            let count = flat.numbers.len();
            flat.number(0);
            for (name, value) in line.fields() {
                flat.text(name);
                flat.text(value);
                flat.numbers[count] += 1;
            }
        }
        flat.into_bytes()
    }

    /// The whole cart as bytes.
    #[must_use]
    pub fn save(&self) -> Box<[u8]> {
        self.0.encode().into()
    }

    /// Which operations are in here, as bytes.
    #[must_use]
    pub fn version(&self) -> Box<[u8]> {
        let mut w = Writer::new();
        self.0.version().write(&mut w);
        w.into_bytes().into()
    }

    /// What a replica of this version lacks.
    ///
    /// # Errors
    /// A code: what was wrong with the bytes.
    pub fn delta(&self, since: &[u8]) -> Result<Box<[u8]>, JsValue> {
        let version = Reader::whole(since, Version::read).map_err(|error| code(error.into()))?;
        Ok(self.0.delta_since(&version).into())
    }

    /// Takes in what another replica sent. A [`Flat`]: whether there is something to keep, then for each line
    /// with another quantity its key, the quantity before and after, and whether something of it was
    /// taken away elsewhere.
    ///
    /// # Errors
    /// A code: what was wrong with the bytes, `gap` or `epoch`.
    pub fn apply(&mut self, delta: &[u8]) -> Result<Box<[u8]>, JsValue> {
        let Applied { advanced, lines, .. } = self.0.apply(delta).map_err(code)?;
        let mut flat = Flat::default();
        flat.number(advanced.into());
        for change in lines {
            flat.text(&change.key);
            flat.number(change.before);
            flat.number(change.after);
            flat.number(change.cut.into());
        }
        Ok(flat.into_bytes())
    }
}

/// The key of an article with options as `k=v&k=v` in any order.
///
/// # Errors
/// A code: `bad-key`.
#[wasm_bindgen]
pub fn line_key(item: &str, options: &str) -> Result<String, JsValue> {
    line::canonical(options).and_then(|options| line::key(item, &options)).map_err(code)
}
