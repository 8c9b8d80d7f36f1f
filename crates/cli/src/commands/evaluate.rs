//! `wellmet evaluate`: how good recommendations are on a log's own future.

use super::build::{day, read, reading};
use crate::console::Console;
use crate::evaluate::clicks::{self, Clicks, Guard};
use crate::evaluate::orders::{self, Split, Spread};
use crate::evaluate::picture::{self, Bar};
use crate::evaluate::{Speed, peers};
use crate::failure::{Failure, Outcome};
use crate::index::Settings;
use crate::orders::Mapping;
use crate::visits;
use serde::Serialize;
use std::path::{Path, PathBuf};
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::{Day, Span};

/// Measure recommendations on a log's own future, beside simple methods.
#[derive(clap::Args)]
pub struct Args {
    /// Two click logs: one to learn from, one to ask.
    #[arg(long, num_args = 2, value_names = ["TRAIN", "TEST"], required_unless_present = "orders", conflicts_with = "orders")]
    clicks: Option<Vec<PathBuf>>,
    /// Columns of the click logs that hold visit, item and time.
    #[arg(long, value_delimiter = ',', num_args = 1, default_value = "session_id,item_id,time")]
    columns: Vec<String>,
    /// The mapping file of the click logs, instead of three columns.
    #[arg(long, conflicts_with = "columns", requires = "clicks")]
    clicks_mapping: Option<PathBuf>,
    /// An order log, cut in two.
    #[arg(long, requires = "cut")]
    orders: Option<PathBuf>,
    /// The mapping file, which says what the columns of the order log mean.
    #[arg(long, requires = "orders", required_unless_present = "clicks")]
    mapping: Option<PathBuf>,
    /// The first day that is asked (2024-05-31); what was ordered before it is learnt from.
    #[arg(long, value_parser = day)]
    cut: Option<Day>,
    /// The first day that is no longer asked.
    #[arg(long, value_parser = day)]
    until: Option<Day>,
    /// Most neighbours of an item in each table, 1 to 200.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=200))]
    neighbours: u8,
    /// Different people who must have made a pair before it counts. 1 shows what the log holds; take
    /// the number you publish with to see what shoppers will get.
    #[arg(long, default_value_t = 1)]
    least_people: u32,
    /// Also say how long a question took on this machine.
    #[arg(long)]
    timing: bool,
    /// Also draw the hit rates into this SVG file.
    #[arg(long)]
    picture: Option<PathBuf>,
}

/// Thresholds shown in the table of silent answers.
const THRESHOLDS: [u16; 7] = [0, 500, 1_000, 2_000, 5_000, 10_000, 20_000];

/// Diversities shown for logs with categories.
const DIVERSITIES: [u8; 5] = [0, 20, 40, 60, 80];

#[derive(Serialize)]
struct Row<S> {
    method: String,
    #[serde(flatten)]
    scores: S,
}

#[derive(Serialize)]
struct ClicksReport {
    train_visits: usize,
    test_visits: usize,
    train_items: usize,
    methods: Vec<Row<clicks::Scores>>,
    thresholds: Vec<Guard>,
    neighbours: usize,
    cut_visits: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<Speed>,
}

#[derive(Serialize)]
struct OrdersReport {
    train_orders: usize,
    test_orders: usize,
    items: usize,
    with: Vec<Row<orders::Scores>>,
    again: Vec<Row<orders::Scores>>,
    for_you: Vec<Row<orders::Scores>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diversity: Vec<Spread>,
    neighbours: usize,
    cut_orders: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<Speed>,
}

const OURS: &str = "wellmet";

/// Runs the command.
///
/// # Errors
/// A [`Failure`] with file, row, column and fix where input is at fault.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let settings =
        Settings { neighbours: usize::from(args.neighbours), least_people: args.least_people, ..Settings::default() };
    match (&args.clicks, &args.orders, &args.mapping, args.cut) {
        (Some(files), ..) => evaluate_clicks(&files[0], &files[1], args, &settings, console),
        (None, Some(log), Some(mapping), Some(cut)) => evaluate_orders(log, mapping, cut, args, &settings, console),
        _ => Err(Failure::new(
            "nothing-to-do",
            "neither a click log nor an order log with a mapping and a cut was named",
        )
        .fix("say --clicks TRAIN TEST, or --orders LOG --mapping MAPPING --cut DAY")),
    }
}

fn evaluate_clicks(train: &Path, test: &Path, args: &Args, settings: &Settings, console: &Console) -> Outcome {
    let mapping = match (&args.clicks_mapping, args.columns.as_slice()) {
        (Some(path), _) => visits::Mapping::load(path)?,
        (None, [session, item, time]) => visits::Mapping::of_columns(session, item, time),
        _ => {
            let failure = Failure::new("bad-columns", "three columns are needed");
            return Err(failure.fix("say --columns VISIT,ITEM,TIME"));
        }
    };
    let working = console.spinner("asking");
    let clicks = Clicks::read(train, test, &mapping, &reading(false, None))?;
    let settings = settings.clone().for_visits_alone(true);
    let shelf = clicks.shelf(&settings);
    let mut ours = clicks::Ours::new(&shelf);
    let cosine = peers::cosine(clicks.train.iter().map(|visit| visit.items.as_slice()), 0.0);
    let mut methods = Vec::new();
    let mut add = |method: &str, scores: clicks::Scores| methods.push(Row { method: method.to_owned(), scores });
    add("popularity", clicks::score(&clicks, &mut peers::Scored(peers::popularity(&clicks, None))));
    add("popularity of 7 days", clicks::score(&clicks, &mut peers::Scored(peers::popularity(&clicks, Some(7)))));
    add("directly after (Markov)", clicks::score(&clicks, &mut peers::Scored(peers::directly_after(&clicks))));
    let mut plain = peers::Scored(peers::over_last(&cosine, 5, 0.7, false));
    add("item-kNN over the last 5", clicks::score(&clicks, &mut plain));
    let mut reminding = peers::Scored(peers::over_last(&cosine, 5, 0.7, true));
    add("item-kNN and reminders", clicks::score(&clicks, &mut reminding));
    add("VMIS-kNN 500/500/9", clicks::score(&clicks, &mut peers::VisitNeighbours::new(&clicks)));
    add(OURS, clicks::score(&clicks, &mut ours));
    let report = ClicksReport {
        train_visits: clicks.train.len(),
        test_visits: clicks.test.len(),
        train_items: clicks.known.iter().filter(|known| **known).count(),
        methods,
        thresholds: clicks::guards(&clicks, &shelf, &THRESHOLDS),
        neighbours: shelf.neighbours_in_all(),
        cut_visits: clicks.log().cut().0,
        speed: args.timing.then(|| ours.speed()),
    };
    working.finish_and_clear();
    draw(
        args,
        &[
            ("HR@20".into(), bars(&report.methods, |scores| scores.hit)),
            ("HR@20, new items".into(), bars(&report.methods, |scores| scores.new_hit)),
        ],
    )?;
    if console.json_wanted() { console.json(&report) } else { print_clicks(&report, console) }
}

fn print_clicks(report: &ClicksReport, console: &Console) -> Outcome {
    let ClicksReport { train_visits, test_visits, train_items, neighbours, cut_visits, .. } = report;
    console.say(format_args!(
        "learnt from {train_visits} visits to {train_items} items, asked {test_visits} visits; \
         {neighbours} neighbours in the table, {cut_visits} visits cut"
    ));
    console.say(format_args!(
        "{:26} {:>7} {:>7} {:>7} {:>7} {:>8} {:>7} {:>7} {:>8} {:>9}",
        "next item, list of 20", "HR", "MRR", "P", "R", "coverage", "HR new", "MRR new", "HR known", "MRR known"
    ));
    for Row { method, scores: s } in &report.methods {
        console.say(format_args!(
            "{method:26} {:7.4} {:7.4} {:7.4} {:7.4} {:8.3} {:7.4} {:7.4} {:8.4} {:9.4}",
            s.hit,
            s.reciprocal_rank,
            s.precision,
            s.recall,
            s.coverage,
            s.new_hit,
            s.new_reciprocal_rank,
            s.known_hit,
            s.known_reciprocal_rank
        ));
    }
    if let Some(s) = report.methods.first() {
        console.say(format_args!(
            "{} questions, {} with a new item as the answer",
            s.scores.questions, s.scores.new_questions
        ));
    }
    console.say("");
    console
        .say(format_args!("{:>9} {:>7} {:>6} {:>7}   new items, not filled up", "threshold", "silent", "shown", "HR"));
    for guard in &report.thresholds {
        console.say(format_args!(
            "{:9} {:6.1}% {:6.1} {:7.4}",
            guard.threshold,
            guard.silent * 100.0,
            guard.shown,
            guard.hit
        ));
    }
    say_speed(report.speed, console);
    Ok(())
}

fn evaluate_orders(
    path: &Path,
    mapping: &Path,
    cut: Day,
    args: &Args,
    settings: &Settings,
    console: &Console,
) -> Outcome {
    let log = read(path, &Mapping::load(mapping)?, false, None, console)?;
    let split = Split::new(&log, cut.midnight_utc(), args.until.map(Day::midnight_utc));
    let working = console.spinner("asking");
    let shelf = split.shelf(settings);
    let mut ours = orders::Ours::new(&shelf);
    let all = split.popularity(wellmet_engine::time::Instant(i64::MIN));
    let recent = split.popularity(split.at - Span::days(28));
    let cosine = peers::cosine(split.train.iter().map(|order| &order.items[..order.items.len().min(100)]), 10.0);
    let customers = orders::returning(&split);
    let filled = |mut list: Vec<ItemIx>, without: &dyn Fn(ItemIx) -> bool| -> Vec<ItemIx> {
        list.retain(|item| !without(*item));
        list.truncate(orders::LIST);
        for item in &all {
            if list.len() < orders::LIST && !list.contains(item) && !without(*item) {
                list.push(*item);
            }
        }
        list
    };
    let row = |method: &str, scores| Row { method: method.to_owned(), scores };
    let cart_cosine = |last: usize, cart: &[ItemIx]| {
        let mut scores = std::collections::BTreeMap::new();
        peers::over_last(&cosine, last, 0.7, false)(cart, &mut scores);
        filled(peers::best(&scores, 200, |_| true), &|item| cart.contains(&item))
    };
    let with = vec![
        row("popularity", orders::with(&split.test, |cart| filled(Vec::new(), &|item| cart.contains(&item)))),
        row("cosine with the last item", orders::with(&split.test, |cart| cart_cosine(1, cart))),
        row("cosine over the cart", orders::with(&split.test, |cart| cart_cosine(usize::MAX, cart))),
        row(OURS, orders::with(&split.test, |cart| ours.with(cart))),
    ];
    let bought = |customer: &orders::Returning, half_life: f64| {
        let mut scores = std::collections::BTreeMap::new();
        for order in &customer.before {
            let days = (split.at - order.at).0 as f64 / Span::DAY.0 as f64;
            order.items.iter().for_each(|item| *scores.entry(*item).or_default() += 0.5f64.powf(days / half_life));
        }
        scores
    };
    let top = |scores: &std::collections::BTreeMap<ItemIx, f64>| peers::best(scores, orders::LIST, |_| true);
    let again = vec![
        row(
            "bought before, by popularity",
            orders::next_order(&customers, true, |customer| {
                let known = bought(customer, f64::INFINITY);
                all.iter().filter(|item| known.contains_key(item)).take(orders::LIST).copied().collect()
            }),
        ),
        row("own frequency", orders::next_order(&customers, true, |customer| top(&bought(customer, f64::INFINITY)))),
        row(
            "own frequency, half-life 120 d",
            orders::next_order(&customers, true, |customer| top(&bought(customer, 120.0))),
        ),
        row(OURS, orders::next_order(&customers, true, |customer| ours.again(customer, split.at))),
    ];
    let never = |customer: &orders::Returning, list: &[ItemIx]| -> Vec<ItemIx> {
        let known = bought(customer, f64::INFINITY);
        list.iter().filter(|item| !known.contains_key(item)).take(orders::LIST).copied().collect()
    };
    let for_you = vec![
        row("popularity", orders::next_order(&customers, false, |customer| never(customer, &all))),
        row("popularity of 28 days", orders::next_order(&customers, false, |customer| never(customer, &recent))),
        row(
            "cosine over her orders, 30 d",
            orders::next_order(&customers, false, |customer| {
                let mut scores = std::collections::BTreeMap::new();
                let known = bought(customer, 30.0);
                for (item, weight) in &known {
                    for (b, cosine) in cosine.get(item).into_iter().flatten() {
                        *scores.entry(*b).or_default() += weight * cosine;
                    }
                }
                filled(peers::best(&scores, 500, |item| !known.contains_key(&item)), &|item| known.contains_key(&item))
            }),
        ),
        row(OURS, orders::next_order(&customers, false, |customer| ours.for_you(customer, split.at))),
    ];
    let report = OrdersReport {
        train_orders: split.train.len(),
        test_orders: split.test.len(),
        items: split.ids.len(),
        with,
        again,
        for_you,
        diversity: orders::spread(&split, &shelf, &DIVERSITIES),
        neighbours: shelf.neighbours_in_all(),
        cut_orders: split.log().cut().0,
        speed: args.timing.then(|| ours.speed()),
    };
    working.finish_and_clear();
    draw(
        args,
        &[
            ("goes with the cart, HR@10".into(), bars(&report.with, |scores| scores.hit)),
            ("buy again, NDCG@10".into(), bars(&report.again, |scores| scores.gain)),
            ("for you, HR@10".into(), bars(&report.for_you, |scores| scores.hit)),
        ],
    )?;
    if console.json_wanted() { console.json(&report) } else { print_orders(&report, console) }
}

fn print_orders(report: &OrdersReport, console: &Console) -> Outcome {
    let OrdersReport { train_orders, test_orders, items, neighbours, cut_orders, .. } = report;
    console.say(format_args!(
        "learnt from {train_orders} orders of {items} items, asked {test_orders} orders; \
         {neighbours} neighbours in the table, {cut_orders} orders cut"
    ));
    for (title, rows) in
        [("goes with the cart", &report.with), ("buy again", &report.again), ("for you", &report.for_you)]
    {
        console.say(format_args!(
            "{:32} {:>9} {:>7} {:>7} {:>7} {:>7} {:>7}",
            title, "questions", "P10", "R10", "HR10", "MRR10", "NDCG10"
        ));
        for Row { method, scores: s } in rows {
            console.say(format_args!(
                "{method:32} {:9} {:7.4} {:7.4} {:7.4} {:7.4} {:7.4}",
                s.questions, s.precision, s.recall, s.hit, s.reciprocal_rank, s.gain
            ));
        }
        console.say("");
    }
    if !report.diversity.is_empty() {
        console.say(format_args!(
            "{:>9} {:>7} {:>10}   goes with the cart, not filled up",
            "diversity", "HR10", "categories"
        ));
        for Spread { diversity, hit, categories } in &report.diversity {
            console.say(format_args!("{diversity:9} {hit:7.4} {categories:10.2}"));
        }
        console.say("");
    }
    say_speed(report.speed, console);
    Ok(())
}

fn say_speed(speed: Option<Speed>, console: &Console) {
    if let Some(speed) = speed {
        console.say(format_args!(
            "{} questions answered by wellmet: median {:.2} us, 99 % below {:.2} us",
            speed.queries, speed.median_us, speed.p99_us
        ));
    }
}

fn bars<S>(rows: &[Row<S>], value: impl Fn(&S) -> f64) -> Vec<Bar> {
    rows.iter()
        .map(|row| Bar { label: row.method.clone(), value: value(&row.scores), ours: row.method == OURS })
        .collect()
}

fn draw(args: &Args, groups: &[(String, Vec<Bar>)]) -> Outcome {
    match &args.picture {
        Some(path) => std::fs::write(path, picture::bars(groups)).map_err(|error| Failure::io(path, &error)),
        None => Ok(()),
    }
}
