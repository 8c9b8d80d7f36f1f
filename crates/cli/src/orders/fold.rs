//! From rows to a [`Log`]: parse, decide, fold.
//!
//! The decisions, in this order. Each is counted under the name in quotes:
//!
//! | Row | What becomes of it |
//! | --- | --- |
//! | `only` of the mapping does not name its value | left out, `other-kind` |
//! | the item is a service of the mapping | left out, `service-item` |
//! | a field cannot be read | an error, see [`RowError`] |
//! | before 1990, or later than a day from now | left out, `wrong-clock` |
//! | in another currency | left out, `other-currency` |
//! | `cancelled` of the mapping names its value | left out, `cancelled` |
//! | `returned` names its value, or the order's number has the cancelled prefix | left out, `returned`, `cancelled`; the pieces count as returned |
//! | negative quantity | left out, `negative-quantity`; the pieces count as returned |
//! | quantity zero | left out, `zero-quantity` |
//! | price zero, price negative | left out, `zero-price`, `negative-price` |
//! | no customer | kept, `no-customer`: a guest's order |
//! | the order has this item already | added to that line, `repeated-item`; `repeated-row` when quantity and price are equal too |
//! | the order belongs to another customer | kept with the first, `order-of-two-customers` |
//! | a text is longer than its limit | cut, `cut-text` |
//! | the item, the customer has another name, another category | kept, `two-names`, `two-customer-names`, `two-categories`: once for each |

use super::columns::Columns;
use super::decimal::Decimal;
use super::log::{Customer, Item, Line, Log, Order, Return};
use super::mapping::{CurrencyColumn, Mapping, PriceColumns};
use super::moment::TimeFormat;
use crate::failure::{Failure, Outcome};
use crate::rows::{self, Asked, Fate, Report, RowError};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use wellmet_engine::id::{CustomerId, ItemId};
use wellmet_engine::record;
use wellmet_engine::time::{Day, Instant, Span};

/// How to read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Leave out rows that cannot be read, and count them, instead of stopping at the first.
    pub keep_going: bool,
    /// Shows how far the reading is.
    pub progress: Option<indicatif::ProgressBar>,
    /// The present moment: what is later by more than a day comes from a wrong clock.
    pub now: Option<Instant>,
}

impl Reading {
    /// Whether a moment can be true.
    #[must_use]
    pub fn plausible(&self, at: Instant) -> bool {
        at >= EARLIEST.midnight_utc() && self.now.is_none_or(|now| at <= now + Span::DAY)
    }
}

/// Before it no shop was on the web; clocks that were never set say 1970 or 1980.
const EARLIEST: Day = Day(7_305);

/// Rows looked at to find the format of moments.
const SAMPLES: usize = 1_000;
/// Latest prices of which the median is taken.
const PRICES: usize = 9;
/// Most names told apart for one item; a log with more is broken in another way.
const NAMES: usize = 16;

/// Reads a log from a file.
///
/// # Errors
/// As [`read`], and when the file cannot be opened.
pub fn read_file(path: &Path, mapping: &Mapping, reading: &Reading) -> Outcome<Log> {
    let progress = reading.progress.clone().unwrap_or_else(indicatif::ProgressBar::hidden);
    let name = path.display().to_string();
    fold(&name, mapping, reading, |asked, take| rows::read_file(path, &progress, asked, take))
}

/// Reads a log. `name` is what errors call the input.
///
/// # Errors
/// A [`Failure`] that names file, row, column, value and fix; with `keep_going` only for what concerns
/// the file as a whole (it cannot be read, a column is missing, no row is left).
pub fn read(input: impl Read, name: &str, mapping: &Mapping, reading: &Reading) -> Outcome<Log> {
    fold(name, mapping, reading, |asked, take| rows::read(input, name, asked, take))
}

type Take<'t> = &'t mut dyn FnMut(u64, Result<&[Cow<'_, str>], RowError>) -> Outcome;

fn fold(
    name: &str,
    mapping: &Mapping,
    reading: &Reading,
    rows: impl FnOnce(&Asked<'_>, Take<'_>) -> Outcome,
) -> Outcome<Log> {
    let columns = Columns::of(mapping);
    let mut fold = Fold::new(mapping, &columns, reading);
    let mut waiting: Vec<(u64, Vec<String>)> = Vec::new();
    let mut format = mapping.time.format;
    let take = |fold: &mut Fold<'_>, format, row, fields: &[Cow<'_, str>]| match fold.row(format, row, fields) {
        Ok(()) => Ok(()),
        Err(error) => refuse(error, &mut fold.report, name, reading),
    };
    let asked = Asked { encoding: mapping.encoding, each: mapping.each.as_deref(), ..Asked::columns(&columns.names) };
    rows(&asked, &mut |row, fields| {
        fold.report.rows += 1;
        let fields = match fields {
            Ok(fields) => fields,
            Err(error) => return refuse(error, &mut fold.report, name, reading),
        };
        if let Some(format) = format {
            return take(&mut fold, format, row, fields);
        }
        if !fold.meant(row, fields) {
            return Ok(());
        }
        waiting.push((row, fields.iter().map(ToString::to_string).collect()));
        if waiting.len() < SAMPLES {
            return Ok(());
        }
        let found = find_format(&waiting, mapping, name)?;
        format = Some(found);
        for (row, fields) in waiting.drain(..) {
            take(&mut fold, found, row, &fields.iter().map(Cow::from).collect::<Vec<_>>())?;
        }
        Ok(())
    })?;
    if !waiting.is_empty() {
        let found = find_format(&waiting, mapping, name)?;
        for (row, fields) in waiting {
            take(&mut fold, found, row, &fields.iter().map(Cow::from).collect::<Vec<_>>())?;
        }
    }
    fold.finish(name)
}

fn refuse(error: RowError, report: &mut Report, name: &str, reading: &Reading) -> Outcome {
    if !reading.keep_going {
        return Err(error.into_failure(name));
    }
    report.add(error.code, Fate::Unreadable, || error.example());
    Ok(())
}

/// The format that fits the first rows. Single odd rows do not hinder: what fits most of them wins, and
/// the odd ones are reported when they are read.
fn find_format(waiting: &[(u64, Vec<String>)], mapping: &Mapping, name: &str) -> Outcome<TimeFormat> {
    let column = &mapping.time.column;
    let samples: Vec<&str> = waiting.iter().map(|(_, fields)| fields[Columns::TIME].trim()).collect();
    let candidates = TimeFormat::candidates(&samples);
    match candidates[..] {
        [format] => Ok(format),
        [] => Err(Failure::new("bad-time", format!("{:?} is no date or time that is known here", samples[0]))
            .at(format!("{name}, row {}, column {column:?}", waiting[0].0))
            .fix("export dates like 2024-05-31 or 2024-05-31T08:26")),
        _ => {
            let names: Vec<&str> = candidates.iter().map(|format| format.name()).collect();
            Err(Failure::new("ambiguous-time", format!("{:?} can be read as {}", samples[0], names.join(" and as ")))
                .at(format!("{name}, column {column:?}"))
                .fix(format!("set \"time\": {{ \"column\": {column:?}, \"format\": {:?} }} in the mapping", names[0])))
        }
    }
}

/// A customer while rows come in.
struct Person {
    customer: Customer,
    /// Moment of the row her traits are from.
    traits_at: Instant,
    /// How she first came, and the moment of that row.
    first: Vec<(String, String)>,
    first_at: Instant,
    named_at: Instant,
    two_names: bool,
}

impl Person {
    fn into_customer(mut self) -> Customer {
        let room = record::MAX_TRAITS.saturating_sub(self.customer.traits.len());
        self.customer.traits.extend(self.first.into_iter().take(room));
        self.customer
    }
}

/// An item while rows come in.
#[derive(Default)]
struct Goods {
    titles: Votes,
    categories: Votes,
    /// Latest prices before discount, by time.
    prices: Vec<(Instant, i64)>,
    first: Option<Instant>,
    last: Option<Instant>,
    orders: u32,
}

/// How often each of a few texts came, and when last.
#[derive(Default)]
struct Votes(Vec<(String, u64, Instant)>);

impl Votes {
    /// Counts one; true when this made it two different texts.
    fn add(&mut self, text: &str, at: Instant) -> bool {
        if let Some((_, count, last)) = self.0.iter_mut().find(|(known, ..)| known == text) {
            *count += 1;
            *last = at.max(*last);
            return false;
        }
        if self.0.len() < NAMES {
            self.0.push((text.to_owned(), 1, at));
        }
        self.0.len() == 2
    }

    /// The most frequent; of equals the latest, then the first in the alphabet.
    fn winner(self) -> String {
        let best = self.0.into_iter().max_by(|a, b| (a.1, a.2, &b.0).cmp(&(b.1, b.2, &a.0)));
        best.map_or(String::new(), |(text, ..)| text)
    }
}

struct Fold<'m> {
    mapping: &'m Mapping,
    reading: &'m Reading,
    columns: &'m Columns<'m>,
    zone: Span,
    orders: Vec<Order>,
    order_numbers: HashMap<String, usize>,
    people: Vec<Person>,
    person_numbers: HashMap<String, u32>,
    goods: Vec<(ItemId, Goods)>,
    goods_numbers: HashMap<String, u32>,
    returns: Vec<Return>,
    report: Report,
}

impl<'m> Fold<'m> {
    fn new(mapping: &'m Mapping, columns: &'m Columns<'m>, reading: &'m Reading) -> Self {
        Self {
            mapping,
            reading,
            columns,
            zone: mapping.time.offset(),
            orders: Vec::new(),
            order_numbers: HashMap::new(),
            people: Vec::new(),
            person_numbers: HashMap::new(),
            goods: Vec::new(),
            goods_numbers: HashMap::new(),
            returns: Vec::new(),
            report: Report::default(),
        }
    }

    /// Whether the row is of the kind that the mapping is about.
    fn meant(&mut self, row: u64, fields: &[Cow<'_, str>]) -> bool {
        let meant = self.columns.only.all(fields);
        if !meant {
            self.report.add("other-kind", Fate::LeftOut, || format!("row {row}"));
        }
        meant
    }

    fn row(&mut self, format: TimeFormat, row: u64, fields: &[Cow<'_, str>]) -> Result<(), RowError> {
        if !self.meant(row, fields) {
            return Ok(());
        }
        let field = |at: usize| fields[at].trim();
        let optional = |at: Option<usize>| at.map_or("", field);
        let error = |at: usize, code, message: String, fix| RowError {
            code,
            row,
            column: Some(self.columns.names[at].to_owned()),
            message,
            fix,
        };
        let (order, item) = (field(Columns::ORDER), field(Columns::ITEM));
        if order.is_empty() || order.len() > record::MAX_TEXT {
            let message = format!("an order number has 1 to 512 bytes, this one {}", order.len());
            return Err(error(Columns::ORDER, "bad-order", message, "give every row its order number"));
        }
        let Some(item_id) = ItemId::new(item) else {
            let message = format!("{item:?} is no item id: 1 to 128 bytes, no control characters");
            return Err(error(Columns::ITEM, "bad-item", message, "give every row the id of its article"));
        };
        if self.mapping.service_items.as_ref().is_some_and(|services| services.has(item)) {
            self.report.add("service-item", Fate::LeftOut, || format!("row {row}: {item}"));
            return Ok(());
        }
        let at = format.parse(field(Columns::TIME), self.zone).ok_or_else(|| {
            let message = format!("{:?} is no moment of the format {:?}", field(Columns::TIME), format.name());
            error(Columns::TIME, "bad-time", message, "correct the date, or set time.format in the mapping")
        })?;
        let decimal = |at: usize| {
            Decimal::parse(field(at), self.mapping.decimal).ok_or_else(|| {
                let message = format!("{:?} is no number", field(at));
                error(at, "bad-number", message, "write plain decimal numbers; set \"decimal\": \",\" for 1.234,56")
            })
        };
        let pieces = decimal(Columns::QUANTITY)?.whole().ok_or_else(|| {
            let message = format!("{:?} is no whole number of pieces", field(Columns::QUANTITY));
            error(Columns::QUANTITY, "bad-quantity", message, "for goods by weight map the number of packages")
        })?;
        let returned = self.columns.returned.some(fields);
        // What came back needs no price.
        let amount = if returned { Decimal::ZERO } else { decimal(Columns::PRICE)? };
        let discount = match self.columns.discount {
            Some(column) if !field(column).is_empty() && !returned => decimal(column)?,
            _ => Decimal::ZERO,
        };
        let list = amount.before_discount(discount).ok_or_else(|| {
            let column = self.columns.discount.unwrap_or(Columns::PRICE);
            let message = format!("{:?} is no discount: it has to be at least 0 and below 1", field(column));
            error(column, "bad-discount", message, "write 20 % off as 0.2")
        });
        let customer = optional(self.columns.customer);
        if !customer.is_empty() && CustomerId::new(customer).is_none() {
            let message = format!("{customer:?} is no customer id: at most 128 bytes, no control characters");
            return Err(error(self.columns.customer.unwrap_or(0), "bad-customer", message, "correct the id"));
        }
        if let CurrencyColumn::Column { main, .. } = &self.mapping.currency {
            let currency = optional(self.columns.currency);
            if currency != main {
                self.report.add("other-currency", Fate::LeftOut, || format!("row {row}: {currency:?}"));
                return Ok(());
            }
        }
        if !self.reading.plausible(at) {
            self.report.add("wrong-clock", Fate::LeftOut, || format!("row {row}: {}", field(Columns::TIME)));
            return Ok(());
        }
        if self.columns.cancelled.some(fields) {
            self.report.add("cancelled", Fate::LeftOut, || format!("row {row}: order {order}, item {item}"));
            return Ok(());
        }
        let reversed = self.mapping.cancelled_prefix.as_deref().is_some_and(|prefix| order.starts_with(prefix));
        let left_out = match (reversed, pieces, amount) {
            _ if returned => Some("returned"),
            (true, ..) => Some("cancelled"),
            (_, ..0, _) => Some("negative-quantity"),
            (_, 0, _) => Some("zero-quantity"),
            (.., amount) if amount == Decimal::ZERO => Some("zero-price"),
            (.., amount) if amount < Decimal::ZERO => Some("negative-price"),
            _ => None,
        };
        if let Some(code) = left_out {
            self.report.add(code, Fate::LeftOut, || format!("row {row}: order {order}, item {item}"));
            let (customer, item) = (self.person_numbers.get(customer), self.goods_numbers.get(item));
            if let (true, Some(customer), Some(item)) = (returned || reversed || pieces < 0, customer, item) {
                let quantity = u32::try_from(pieces.unsigned_abs()).unwrap_or(u32::MAX).max(1);
                self.returns.push(Return { customer: *customer, item: *item, quantity, at });
            }
            return Ok(());
        }
        let list = list?;
        let currency = self.mapping.main_currency();
        let quantity = u32::try_from(pieces).unwrap_or(u32::MAX);
        let (unit_minor, list_minor) = match self.mapping.price {
            PriceColumns::Unit { .. } => (amount.minor(currency), list.minor(currency)),
            PriceColumns::Line { .. } => (amount.minor_each(quantity, currency), list.minor_each(quantity, currency)),
        };
        let customer = self.customer(row, at, customer, fields);
        let item = self.item(row, at, item_id, list_minor, fields);
        self.line(row, at, order, customer, Line { item, quantity, unit_minor });
        self.report.kept += 1;
        Ok(())
    }

    fn customer(&mut self, row: u64, at: Instant, id: &str, fields: &[Cow<'_, str>]) -> Option<u32> {
        let Some(customer) = CustomerId::new(id) else {
            self.report.add("no-customer", Fate::Kept, || format!("row {row}"));
            return None;
        };
        let number = *self.person_numbers.entry(id.to_owned()).or_insert_with(|| {
            let customer = Customer { id: customer, name: None, traits: Vec::new() };
            let never = Instant(i64::MIN);
            let (first, first_at) = (Vec::new(), Instant(i64::MAX));
            self.people.push(Person { customer, traits_at: never, first, first_at, named_at: never, two_names: false });
            self.people.len() as u32 - 1
        });
        let name = self.columns.customer_name.map_or("", |column| &fields[column]);
        let name = self.tidy(row, name, record::MAX_TEXT);
        if at >= self.people[number as usize].traits_at {
            let traits = self.facts(row, self.mapping.traits.keys(), self.columns.traits.clone(), fields);
            let person = &mut self.people[number as usize];
            (person.customer.traits, person.traits_at) = (traits, at);
        }
        if at < self.people[number as usize].first_at {
            let first = self.facts(row, self.mapping.first.keys(), self.columns.first.clone(), fields);
            let person = &mut self.people[number as usize];
            (person.first, person.first_at) = (first, at);
        }
        let person = &mut self.people[number as usize];
        if !name.is_empty() && person.customer.name.as_ref() != Some(&name) {
            if person.customer.name.is_some() && !person.two_names {
                person.two_names = true;
                let names = (person.customer.name.clone().unwrap_or_default(), &name);
                self.report.add("two-customer-names", Fate::Kept, || format!("row {row}: {id} is {names:?}"));
            }
            if at >= person.named_at {
                person.customer.name = Some(name);
                person.named_at = at;
            }
        }
        Some(number)
    }

    /// Facts of a row that are not empty.
    fn facts<'n>(
        &mut self,
        row: u64,
        names: impl Iterator<Item = &'n String>,
        columns: std::ops::Range<usize>,
        fields: &[Cow<'_, str>],
    ) -> Vec<(String, String)> {
        let facts = names.zip(columns).take(record::MAX_TRAITS);
        let facts = facts.map(|(name, column)| (name.clone(), self.tidy(row, &fields[column], record::MAX_TEXT)));
        facts.filter(|(_, value)| !value.is_empty()).collect()
    }

    fn item(&mut self, row: u64, at: Instant, id: ItemId, list_minor: i64, fields: &[Cow<'_, str>]) -> u32 {
        let number = match self.goods_numbers.get(id.as_str()) {
            Some(number) => *number,
            None => {
                self.goods_numbers.insert(id.as_str().to_owned(), self.goods.len() as u32);
                self.goods.push((id, Goods::default()));
                self.goods.len() as u32 - 1
            }
        };
        let title = self.columns.title.map_or("", |column| &fields[column]);
        let title = self.tidy(row, title, record::MAX_TEXT);
        let levels =
            self.columns.category.clone().map(|column| fields[column].trim()).filter(|level| !level.is_empty());
        let category = levels.collect::<Vec<_>>().join(" > ");
        let category = self.tidy(row, &category, wellmet_book::limits::TEXT);
        let (id, goods) = &mut self.goods[number as usize];
        if !title.is_empty() && goods.titles.add(&title, at) {
            let names = (&goods.titles.0[0].0, &title);
            self.report.add("two-names", Fate::Kept, || format!("row {row}: item {} is {names:?}", id.as_str()));
        }
        if !category.is_empty() && goods.categories.add(&category, at) {
            let names = (&goods.categories.0[0].0, &category);
            self.report
                .add("two-categories", Fate::Kept, || format!("row {row}: item {} is in {names:?}", id.as_str()));
        }
        let place = goods.prices.partition_point(|(known, _)| *known <= at);
        goods.prices.insert(place, (at, list_minor));
        if goods.prices.len() > PRICES {
            goods.prices.remove(0);
        }
        goods.first = Some(goods.first.map_or(at, |first| first.min(at)));
        goods.last = Some(goods.last.map_or(at, |last| last.max(at)));
        number
    }

    fn line(&mut self, row: u64, at: Instant, id: &str, customer: Option<u32>, line: Line) {
        let number = *self.order_numbers.entry(id.to_owned()).or_insert_with(|| {
            self.orders.push(Order { id: id.to_owned(), at, customer, lines: Vec::new() });
            self.orders.len() - 1
        });
        let order = &mut self.orders[number];
        if order.customer != customer {
            self.report.add("order-of-two-customers", Fate::Kept, || format!("row {row}: order {id}"));
        }
        let item = self.goods[line.item as usize].0.as_str();
        match order.lines.iter_mut().find(|known| known.item == line.item) {
            None => {
                order.lines.push(line);
                self.goods[line.item as usize].1.orders += 1;
            }
            Some(known) => {
                let code = if *known == line { "repeated-row" } else { "repeated-item" };
                self.report.add(code, Fate::Kept, || format!("row {row}: order {id}, item {item}"));
                let pieces = i64::from(known.quantity) + i64::from(line.quantity);
                let total = known.unit_minor * i64::from(known.quantity) + line.unit_minor * i64::from(line.quantity);
                known.unit_minor = (total + pieces / 2) / pieces;
                known.quantity = known.quantity.saturating_add(line.quantity);
            }
        }
    }

    /// Text without control characters and outer blanks, cut at a character so that it fits.
    fn tidy(&mut self, row: u64, text: &str, limit: usize) -> String {
        let mut tidy: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if tidy.len() > limit {
            tidy.truncate(tidy.floor_char_boundary(limit));
            self.report.add("cut-text", Fate::Kept, || format!("row {row}: {tidy:.40}…"));
        }
        tidy
    }

    fn finish(mut self, name: &str) -> Outcome<Log> {
        if self.orders.is_empty() {
            let message = format!("none of {} rows is an order that counts", self.report.rows);
            let counts = self.report.counts.iter().map(|(code, count)| format!("{code} {}", count.rows));
            let counts = counts.collect::<Vec<_>>().join(", ");
            return Err(Failure::new("no-orders", message).at(name).fix(format!("see what became of them: {counts}")));
        }
        let places = |order: &[u32]| {
            let mut places = vec![0u32; order.len()];
            order.iter().enumerate().for_each(|(to, from)| places[*from as usize] = to as u32);
            places
        };
        let mut people: Vec<u32> = (0..self.people.len() as u32).collect();
        people.sort_by_key(|n| &self.people[*n as usize].customer.id);
        let people = places(&people);
        let mut goods: Vec<u32> = (0..self.goods.len() as u32).collect();
        goods.sort_by_key(|n| &self.goods[*n as usize].0);
        let goods = places(&goods);
        for order in &mut self.orders {
            order.customer = order.customer.map(|n| people[n as usize]);
            order.lines.iter_mut().for_each(|line| line.item = goods[line.item as usize]);
        }
        for back in &mut self.returns {
            *back = Return { customer: people[back.customer as usize], item: goods[back.item as usize], ..*back };
        }
        self.orders.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        self.returns.sort_by_key(|back| (back.at, back.customer, back.item, back.quantity));
        let mut customers: Vec<Customer> = self.people.into_iter().map(Person::into_customer).collect();
        customers.sort_by(|a, b| a.id.cmp(&b.id));
        let mut items: Vec<Item> = self.goods.into_iter().map(|(id, goods)| goods.into_item(id)).collect();
        items.sort_by(|a, b| a.id.cmp(&b.id));
        let (orders, returns, report) = (self.orders, self.returns, self.report);
        Ok(Log { orders, customers, items, returns, currency: self.mapping.main_currency(), report })
    }
}

impl Goods {
    fn into_item(mut self, id: ItemId) -> Item {
        self.prices.sort_by_key(|(_, price)| *price);
        Item {
            id,
            title: self.titles.winner(),
            category: self.categories.winner(),
            price_minor: self.prices.get((self.prices.len().max(1) - 1) / 2).map_or(0, |(_, price)| *price),
            first_seen: self.first.unwrap_or_default(),
            last_seen: self.last.unwrap_or_default(),
            orders: self.orders,
        }
    }
}
