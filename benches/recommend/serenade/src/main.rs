//! Answers the questions of a click log with serenade's index and says how long each took.
//!
//! `serenade-alone TRAIN TEST M K LAST`: tab-separated files as the crate reads them. Prints one line of JSON.

#![allow(dead_code, unused_imports, deprecated)]

mod dataframeutils;
mod vmisknn;

/// Named by a type in the crate that nothing here uses.
mod sessions {
    pub struct RocksDBSessionStore;
}

/// Types of the crate's module of the same name.
mod io {
    pub type ItemId = u64;
    pub type Time = usize;
    pub type TrainingSessionId = u32;
}

use std::collections::BTreeMap;
use std::time::Instant;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let number = |at: usize| args[at].parse::<usize>().expect("a number");
    let (m, k, last) = (number(3), number(4), number(5));
    let index = vmisknn::vmis_index::VMISIndex::new_from_csv(&args[1], m, 1.0);
    let mut visits: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for line in std::fs::read_to_string(&args[2]).expect("the test log").lines().skip(1) {
        let mut fields = line.split('\t').map(|field| field.parse::<f64>().expect("a number") as u64);
        let (visit, item) = (fields.next().expect("a visit"), fields.next().expect("an item"));
        visits.entry(visit).or_default().push(item);
    }
    let mut times = Vec::new();
    let mut hits = 0;
    for clicks in visits.values() {
        for at in 1..clicks.len() {
            let context = &clicks[at.saturating_sub(last)..at];
            let start = Instant::now();
            let found = vmisknn::predict(&index, context, k, m, 20, false);
            times.push(start.elapsed().as_secs_f64() * 1e6);
            hits += usize::from(found.iter().any(|scored| scored.id == clicks[at]));
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "\n{{\"median\":{},\"p99\":{},\"hit\":{},\"questions\":{}}}",
        at(0.5),
        at(0.99),
        hits as f64 / times.len() as f64,
        times.len()
    );
}
