//! The cart: her acts, and what the page shows of it.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use wasm_bindgen::prelude::*;
use wellmet_engine::shelf::Shelf;
use wellmet_engine::time::Instant;
use wellmet_engine::value::integer_text;
use wellmet_state::line::{self, Named};

use crate::book::Needs;
use crate::session::Session;
use crate::sync::refused;
use crate::view;

/// Field of a line: the price she saw when she put it in, minor units as text.
const SEEN_PRICE: &str = "seen_price";

#[wasm_bindgen]
impl Session {
    /// Puts `n` pieces of an article into the cart. `options` is `k=v&k=v` in any order, or empty.
    ///
    /// # Errors
    /// `bad-key`, `bad-quantity`, `full`: nothing changed.
    pub fn add(&mut self, item: &str, options: &str, n: u32) -> Result<(), JsValue> {
        let options = line::canonical(options).map_err(refused)?;
        let key = line::key(item, &options).map_err(refused)?;
        let price = self.price_of(item, &mut Needs::default());
        self.put(&key, n, price)
    }

    /// Sets a line to the quantity she now sees; zero removes it.
    ///
    /// # Errors
    /// `bad-quantity`, `absent`: nothing changed.
    #[wasm_bindgen(js_name = setQuantity)]
    pub fn set_quantity(&mut self, key: &str, quantity: u32) -> Result<(), JsValue> {
        if quantity == 0 {
            self.remove(key);
            return Ok(());
        }
        let now = self.time();
        self.device.document.set_quantity(key, quantity, now).map_err(refused)
    }

    /// Takes a line away.
    pub fn remove(&mut self, key: &str) {
        self.device.document.remove(key);
    }

    /// Puts a line back that was taken away, whatever it names.
    ///
    /// # Errors
    /// `bad-key`, `bad-quantity`, `full`: nothing changed.
    #[wasm_bindgen(js_name = putBack)]
    pub fn put_back(&mut self, key: &str, quantity: u32) -> Result<(), JsValue> {
        self.put(key, quantity, None)
    }

    /// Empties the cart.
    pub fn clear(&mut self) {
        self.device.document.clear();
    }

    /// Puts a line aside for later (`true`), back into the cart (`false`), or away from what was put aside.
    ///
    /// # Errors
    /// `absent`, `full`: nothing changed.
    #[wasm_bindgen(js_name = putAside)]
    pub fn put_aside(&mut self, key: &str, aside: Option<bool>) -> Result<(), JsValue> {
        let now = self.time();
        let document = &mut self.device.document;
        match aside {
            Some(true) => document.save_for_later(key, now).map_err(refused),
            Some(false) => document.move_to_cart(key, now).map_err(refused),
            None => {
                document.remove_saved(key);
                Ok(())
            }
        }
    }

    /// The cart as shown: names, pictures and prices are the book's, read at this moment.
    pub fn cart(&self) -> JsValue {
        let mut needs = Needs::default();
        let mut lines = Vec::new();
        let mut count = 0u32;
        let mut total = 0i64;
        let document = &self.device.document;
        let aside = document.saved();
        let saved = aside.iter().map(|line| self.cart_line(line, &mut needs).view(line)).collect();
        for shown in document.cart() {
            let line = self.cart_line(&shown, &mut needs);
            count = count.saturating_add(shown.quantity);
            total = total.saturating_add(line.price.unwrap_or(0).saturating_mul(i64::from(shown.quantity)));
            lines.push(line.view(&shown));
        }
        let (currency, needs) = match &self.book {
            Some(book) => (book.shop().currency.code().to_owned(), needs.names(book)),
            None => (String::new(), Vec::new()),
        };
        view::to_js(&view::Cart { lines, saved, count, total: view::number(total), currency, needs })
    }
}

/// What the book says of a line.
#[derive(Default)]
pub(crate) struct Priced {
    pub(crate) item: String,
    pub(crate) options: String,
    pub(crate) title: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) price: Option<i64>,
    pub(crate) configuration: Option<String>,
}

impl Priced {
    fn view(self, shown: &wellmet_state::Line<'_>) -> view::CartLine {
        let seen = shown.field(SEEN_PRICE).and_then(|price| price.parse::<i64>().ok());
        view::CartLine {
            key: shown.key.to_owned(),
            item: self.item,
            options: self.options,
            quantity: shown.quantity,
            title: self.title,
            image: self.image,
            link: self.link,
            price: self.price.map(view::number),
            seen_price: seen.filter(|seen| self.price.is_some_and(|price| price != *seen)).map(view::number),
            configuration: self.configuration,
            account_quantity: shown.ask.map(|(account, _)| f64::from(account)),
            guest_quantity: shown.ask.map(|(_, guest)| f64::from(guest)),
        }
    }
}

impl Session {
    /// The hub's time, for stamps.
    pub(crate) fn time(&self) -> Instant {
        self.device.time(self.now)
    }

    /// Adds pieces to a line and notes the price she saw.
    pub(crate) fn put(&mut self, key: &str, n: u32, price: Option<i64>) -> Result<(), JsValue> {
        let now = self.time();
        let document = &mut self.device.document;
        document.add(key, n, now).map_err(refused)?;
        if let Some(price) = price {
            document.set_field(key, SEEN_PRICE, &integer_text(price), now).map_err(refused)?;
        }
        Ok(())
    }

    fn price_of(&self, item: &str, needs: &mut Needs) -> Option<i64> {
        let book = self.book.as_ref()?;
        let item = needs.take(book.find(item))?;
        Some(needs.take(book.card(item))?.price_minor)
    }

    fn cart_line(&self, shown: &wellmet_state::Line<'_>, needs: &mut Needs) -> Priced {
        match line::read(shown.key) {
            Ok(Named::Item { item, options }) => {
                let book = self.book.as_ref();
                let at = book.and_then(|book| needs.take(book.find(&item)));
                let card = book.zip(at).and_then(|(book, at)| needs.take(book.card(at)));
                let mut priced = Priced { item, options, ..Priced::default() };
                if let Some(card) = card {
                    priced.title = Some(card.title.to_owned());
                    priced.image = Some(card.image.to_owned()).filter(|image| !image.is_empty());
                    priced.link = Some(card.link.to_owned());
                    priced.price = Some(card.price_minor);
                }
                priced
            }
            Ok(Named::Configured(name)) => self.configured_line(name, needs),
            Err(_) => Priced { item: shown.key.to_owned(), ..Priced::default() },
        }
    }
}
