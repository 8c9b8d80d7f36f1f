//! The same answer everywhere: generated shops and shoppers, decided natively and in a browser, give the same bytes.
//!
//! Both runs fold every byte of every outcome into one number, which must be the one below. `cargo xtask test` runs
//! this file on both sides with a sample; a million decisions take
//! `WELLMET_DECISIONS=1000000 cargo test --release --test same -- --nocapture` natively, and the same variable before
//! `cargo xtask test --only wasm` in a browser: both print their number, and the two must be equal.

#![allow(
    missing_docs,
    clippy::explicit_auto_deref,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a test"
)]

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{console_log as say, wasm_bindgen_test as test};
use wellmet_engine::attribute::{Attribute, Kind, Source};
use wellmet_engine::condition::{ConditionIx, Program};
use wellmet_engine::decide::{Outcome, explain};
use wellmet_engine::host::Host;
use wellmet_engine::id::{CustomerId, ItemId};
use wellmet_engine::journey::Journey;
use wellmet_engine::money::Currency;
use wellmet_engine::offer::{Cap, Every, Moment, Offer, Quiet};
use wellmet_engine::profile::{CartLine, Facts, Page};
use wellmet_engine::record::{Order, OrderLine, Record};
use wellmet_engine::shelf::{Card, ItemIx, Lookup, Neighbour, Relation, Shelf};
use wellmet_engine::slot::{Arm, Field, Slot, Variant};
use wellmet_engine::status::{Group, Measure, Threshold};
use wellmet_engine::table::{Rhythm, Table, Text};
use wellmet_engine::time::{Day, Instant, Span, Zone};
use wellmet_engine::value::Value;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// What all bytes of the sample come to.
const SAMPLE: (usize, u64) = (10_000, 0x342eb84ca8a8d621);

#[cfg(not(target_arch = "wasm32"))]
macro_rules! say {
    ($($text:tt)*) => {{ #[allow(clippy::print_stdout, reason = "a test with a report")] { println!($($text)*); } }};
}

#[cfg(target_arch = "wasm32")]
fn host() -> impl Host {
    wellmet::host::Page
}

#[cfg(not(target_arch = "wasm32"))]
fn host() -> impl Host {
    wellmet_engine::host::Native::new()
}

/// The same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn one<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len() as u64) as usize]
    }

    fn maybe(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const NAMES: [&str; 22] = [
    "told",
    "ratio",
    "trait",
    "count",
    "segment.0",
    "segment.1",
    "status",
    "status.ends_in",
    "status.missing_spent",
    "status.change",
    "orders.count.last365d",
    "orders.sum",
    "days_since.order",
    "interval.median",
    "interval.overdue",
    "first_order.in_days",
    "views.count.last30d",
    "visits.count",
    "today.hour",
    "today.date",
    "cart.count",
    "name",
];
const WORDS: [&str; 8] = ["gold", "silver", "Straße", "İstanbul", "null", "", "10", "a\u{301}\u{2028}\"\\"];
const NUMBERS: [f64; 10] = [0.0, 1.0, -1.0, 3.0, 10.0, 0.1, 1e21, 1.5e-7, 123_456.789, f64::MAX];

fn scalar(dice: &mut Dice) -> Value {
    match dice.below(4) {
        0 => Value::Bool(dice.maybe(50)),
        1 => Value::Number(*dice.one(&NUMBERS)),
        _ => Value::Text((*dice.one(&WORDS)).to_owned()),
    }
}

fn condition(dice: &mut Dice, depth: u64) -> Value {
    let clauses = 1 + dice.below(3);
    let one = |dice: &mut Dice| match dice.below(10) {
        0 if depth > 0 => {
            let group = *dice.one(&["$or", "$and", "$nor"]);
            (group.to_owned(), Value::List((0..2).map(|_| condition(dice, depth - 1)).collect()))
        }
        1 if depth > 0 => ("$not".to_owned(), condition(dice, depth - 1)),
        _ => ((*dice.one(&NAMES)).to_owned(), test(dice)),
    };
    Value::Map((0..clauses).map(|_| one(dice)).collect())
}

fn test(dice: &mut Dice) -> Value {
    let operator = *dice
        .one(&["", "$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nini", "$exists", "$regexi", "$vgt", "$type"]);
    let operand = match operator {
        "" => return scalar(dice),
        "$in" | "$nini" => Value::List((0..3).map(|_| scalar(dice)).collect()),
        "$exists" => Value::Bool(dice.maybe(50)),
        "$regexi" => Value::Text((*dice.one(&["^g", "STRASSE", "[0-9]+$", "i"])).to_owned()),
        "$type" => Value::Text((*dice.one(&["string", "number", "null"])).to_owned()),
        _ => scalar(dice),
    };
    Value::Map(vec![(operator.to_owned(), operand)])
}

fn maybe_condition(dice: &mut Dice, program: &mut Program) -> Option<ConditionIx> {
    dice.maybe(70).then(|| program.add(&condition(dice, 2)).unwrap())
}

fn cap(dice: &mut Dice) -> Option<Cap> {
    let every = [Every::Ever, Every::Visit, Every::Order, Every::Occasion, Every::Days(3)];
    dice.maybe(30).then(|| Cap { times: 1 + dice.below(2) as u16, every: *dice.one(&every) })
}

fn text(dice: &mut Dice, table: &mut Table) -> Text {
    let name = *dice.one(&NAMES);
    table.phrases.push(vec![format!("{{{name}}} / {{left}}"), String::new()]);
    let number = table.program.name(name) as u32;
    Text { phrase: table.phrases.len() as u32 - 1, args: vec![(name.to_owned(), number)] }
}

fn fields(dice: &mut Dice, table: &mut Table) -> Vec<(String, Field)> {
    let mut fields = Vec::new();
    for at in 0..dice.below(4) {
        let number = table.program.name(*dice.one(&NAMES)) as u32;
        let field = match dice.below(4) {
            0 => Field::Text(text(dice, table)),
            1 => Field::Attribute(number),
            2 => Field::Optional(number),
            _ => Field::Number(*dice.one(&NUMBERS)),
        };
        fields.push((format!("f{at}"), field));
    }
    fields
}

fn shop(dice: &mut Dice, now: i64) -> Table {
    let mut table = Table::new(Currency::new(*dice.one(&["EUR", "JPY", "KWD"])).unwrap());
    table.languages = vec!["en".into(), "de".into()];
    table.phrases[0] = vec![String::new(); 2];
    for _ in 0..2 {
        let when = condition(dice, 2);
        let when = table.program.add(&when).unwrap();
        table.segments.push(when);
    }
    let thresholds = |dice: &mut Dice, more: i64| {
        let measure = *dice.one(&[Measure::Orders, Measure::Spent]);
        vec![Threshold { measure, days: *dice.one(&[0, 30, 365]), least: more + dice.below(4) as i64 }]
    };
    for (at, id) in ["silver", "gold"].into_iter().enumerate() {
        let (entry, keep) = (thresholds(dice, 5 * at as i64), thresholds(dice, 0));
        table.ladder.push(Group { id: id.into(), entry, keep, grace: dice.below(40) as u16 });
    }
    table.rhythm = Rhythm { days: dice.below(60) as u16, classes: vec![("A".into(), 7)] };
    for at in 0..4 {
        let when = maybe_condition(dice, &mut table.program);
        let fields = fields(dice, &mut table);
        let moment = |dice: &mut Dice| {
            let at = now + (dice.below(200) as i64 - 100) * Span::HOUR.0;
            dice.maybe(30).then(|| Moment { at, local: dice.maybe(50) })
        };
        table.offers.push(Offer {
            id: format!("o{at}"),
            when,
            from: moment(dice),
            until: moment(dice),
            cap: cap(dice),
            quiet: dice.maybe(30).then(|| Quiet { from: dice.below(1_440) as u16, to: dice.below(1_440) as u16 }),
            group: dice.maybe(50).then_some(0),
            fields,
            reason: None,
        });
    }
    for at in 0..6 {
        let mut variants = Vec::new();
        for choice in 0..1 + dice.below(4) {
            let when = maybe_condition(dice, &mut table.program);
            let fields = fields(dice, &mut table);
            let reason = dice.maybe(50).then(|| text(dice, &mut table));
            let from = dice.below(9_000) as u16;
            variants.push(Variant {
                choice: format!("c{choice}"),
                when,
                arm: dice.maybe(20).then(|| Arm { experiment: "e".into(), from, to: from + 1_000 }),
                cap: cap(dice),
                offer: dice.maybe(40).then(|| dice.below(4) as u16),
                items: None,
                fields,
                reason,
            });
        }
        table.slots.push(Slot { name: format!("s{at}"), holdout: dice.below(2_000) as u16, variants, index: None });
    }
    table.set_order(&[4, 2, 0]);
    table.cap = cap(dice);
    let mut at = 0;
    while let Some(name) = table.program.names().get(at).cloned() {
        let source = match name.as_str() {
            "told" => Source::Told(Kind::Text),
            "ratio" => Source::Told(Kind::Number),
            "trait" => Source::Trait(Kind::Text),
            "count" => Source::Trait(Kind::Number),
            "segment.0" => Source::Segment(0),
            "segment.1" => Source::Segment(1),
            name => Source::of(name).unwrap_or(Source::Unknown),
        };
        table.attributes.push(Attribute { purpose: source.purpose(), source });
        at += 1;
    }
    table
}

/// No catalogue: items are tested where they are chosen.
struct Empty;

impl Shelf for Empty {
    fn len(&self) -> u32 {
        0
    }
    fn find(&self, _: &str) -> Lookup<ItemIx> {
        Lookup::Absent
    }
    fn card(&self, _: ItemIx) -> Lookup<Card<'_>> {
        Lookup::Absent
    }
    fn neighbours(&self, _: Relation, _: ItemIx, _: &mut Vec<Neighbour>) -> Lookup<()> {
        Lookup::Absent
    }
    fn popular(&self) -> &[ItemIx] {
        &[]
    }
}

fn record(dice: &mut Dice, now: i64, currency: Currency) -> Record {
    let mut at = now;
    let orders: Vec<Order> = (0..dice.below(6))
        .map(|id| {
            at -= dice.below(90 * 24) as i64 * Span::HOUR.0;
            let line = |dice: &mut Dice| OrderLine {
                item: ItemId::new(&format!("i{}", dice.below(3))).unwrap(),
                title: String::new(),
                quantity: 1 + dice.below(3) as u32,
                unit_minor: dice.below(5) as i64,
            };
            Order { id: id.to_string(), at: Instant(at), lines: vec![line(dice), line(dice)] }
        })
        .collect();
    let total = orders.iter().flat_map(|order| &order.lines);
    Record {
        customer: CustomerId::new(&format!("c{}", dice.below(1_000))).unwrap(),
        name: dice.maybe(50).then(|| (*dice.one(&WORDS)).to_owned()),
        traits: vec![
            ("trait".into(), (*dice.one(&WORDS)).to_owned()),
            ("count".into(), (*dice.one(&["7", "0.25", "1e3", "x"])).to_owned()),
        ],
        order_count: orders.len() as u32,
        spent_minor: total.map(|line| line.unit_minor * i64::from(line.quantity)).sum(),
        currency,
        first_order: orders.last().map(|order| order.at),
        orders,
    }
}

fn fold(mut hash: u64, bytes: &[u8]) -> u64 {
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

/// Every byte of an outcome: choices, values to the last bit, reasons with what they saw.
fn bytes_of(outcome: &Outcome<'_>, host: &dyn Host) -> String {
    use core::fmt::Write as _;
    let mut out = String::new();
    for decision in &outcome.decisions {
        let _ = write!(
            out,
            "{} {} {:?} {} {}",
            decision.slot, decision.choice, decision.reason, decision.text, decision.exposure
        );
        for (name, value) in decision.fields.iter().chain(&decision.args) {
            let _ = write!(out, " {name}={}", value.view().to_text(host));
            if let Value::Number(number) = value {
                let _ = write!(out, "#{:x}", number.to_bits());
            }
        }
        let _ = write!(out, " {:?}", decision.refused);
    }
    let _ = write!(out, "{:?} {:?} {:?}", outcome.until, outcome.needs, outcome.assigned);
    out
}

fn run(decisions: usize) -> (u64, usize) {
    let host = host();
    let mut dice = Dice(20_260_301);
    let (mut hash, mut made, mut chosen) = (0xcbf2_9ce4_8422_2325, 0, 0);
    while made < decisions {
        let now = Day::from_civil(2024 + dice.below(3) as i64, 1, 1).midnight_utc().0
            + dice.below(366 * 24 * 60) as i64 * Span::MINUTE.0;
        let table = shop(&mut dice, now);
        // What is decided is what came out of bytes.
        let table = Table::decode(&table.encode()).unwrap();
        let slots: Vec<&str> = table.slots.iter().map(|slot| slot.name.as_str()).collect();
        for _ in 0..8 {
            let zone = Zone::fixed(*dice.one(&[0, 60, -300, 780]));
            let record = dice.maybe(60).then(|| record(&mut dice, now, table.currency));
            let mut journey = Journey::default();
            let mut at = now - 40 * Span::DAY.0;
            for _ in 0..dice.below(8) {
                at += dice.below(6 * 24 * 60) as i64 * Span::MINUTE.0;
                match dice.below(3) {
                    0 => journey.show(Instant(at), &format!("o{}", dice.below(4))),
                    1 => journey.record(Instant(at), "view", Some("i1"), Some("A > B")),
                    _ => drop(journey.visit(Instant(at))),
                }
            }
            let mut told =
                vec![("ratio".to_owned(), Value::Number(*dice.one(&NUMBERS))), ("told".to_owned(), scalar(&mut dice))];
            told.truncate(dice.below(3) as usize);
            let unit = format!("u{}", dice.below(10_000));
            let facts = Facts {
                now: Instant(now),
                zone: &zone,
                locale: *dice.one(&["en", "de-AT", "fr"]),
                consent: *dice.one(&[0, 1, 7, 7, 7]),
                page: Page { kind: *dice.one(&["home", "product"]), item: "", category: "", since: Some(Instant(now)) },
                told: &told,
                own_name: dice.maybe(20).then_some("Ann\u{e9}"),
                record: record.as_ref(),
                journey: &journey,
                cart: &[CartLine { item: "i1", quantity: 2 }],
                unit: &unit,
            };
            let outcome = explain(&table, &facts, &Empty, &host, &slots);
            chosen += outcome.decisions.iter().filter(|decision| !decision.choice.is_empty()).count();
            made += outcome.decisions.len();
            hash = fold(hash, bytes_of(&outcome, &host).as_bytes());
        }
    }
    (hash, chosen)
}

#[test]
fn the_same_answer_natively_and_in_a_browser() {
    let wanted = option_env!("WELLMET_DECISIONS").and_then(|count| count.parse().ok());
    let decisions = wanted.unwrap_or(SAMPLE.0);
    let (hash, chosen) = run(decisions);
    let side = if cfg!(target_arch = "wasm32") { "in WebAssembly" } else { "natively" };
    say!("{decisions} decisions {side}: {chosen} show something, all bytes come to {hash:016x}");
    assert!(chosen > decisions / 10 && chosen < decisions * 9 / 10, "{chosen} of {decisions}: the sample says little");
    if wanted.is_none() {
        assert_eq!(hash, SAMPLE.1, "{hash:016x}");
    }
}
