//! Times of the comparison's workload, native: 1,000 operations over 50 articles on each of two
//! devices that start from the same 20 lines. Run with `cargo bench -p wellmet-state`. The medians
//! wander with the machine; the comparison with other libraries is run in one process by
//! `cargo xtask bench state`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a program that measures")]

use std::hint::black_box;
use std::time::{Duration, Instant as Clock};

use wellmet_engine::time::Instant;
use wellmet_state::Document;

const NOON: i64 = 1_800_000_000_000;
const ROUNDS: usize = 301;

struct Random(u32);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % n
    }
}

fn median(mut run: impl FnMut() -> Duration) -> f64 {
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| run()).collect();
    times.sort_unstable();
    times[ROUNDS / 2].as_secs_f64() * 1e6
}

fn edits(document: &mut Document, keys: &[String], seed: u32) {
    let mut random = Random(seed);
    for n in 0..1_000 {
        let key = &keys[random.below(50) as usize];
        let now = Instant(NOON + n);
        match random.below(10) {
            0..4 => document.add(key, 1, now).unwrap(),
            4..8 => document.set_quantity(key, 1 + random.below(9), now).unwrap(),
            _ => document.remove(key),
        }
    }
}

fn main() {
    let keys: Vec<String> = (0..50).map(|n| format!("sku-{n:04}")).collect();
    let mut start = Document::new(1);
    for key in &keys[..20] {
        start.set_quantity(key, 1, Instant(NOON)).unwrap();
    }
    let (mut one, mut two) = (start.fork(2), start.fork(3));
    edits(&mut one, &keys, 5);
    edits(&mut two, &keys, 7);
    let delta = one.delta_since(start.version());
    let mut merged = two.clone();
    merged.apply(&delta).unwrap();
    let state = merged.encode();

    let apply = median(|| {
        let mut document = start.fork(2);
        let begin = Clock::now();
        edits(&mut document, &keys, 5);
        begin.elapsed()
    });
    let join = median(|| {
        let mut document = two.clone();
        let begin = Clock::now();
        black_box(document.apply(&delta).unwrap());
        begin.elapsed()
    });
    let load = median(|| {
        let begin = Clock::now();
        black_box(Document::decode(&state, 4).unwrap());
        begin.elapsed()
    });
    let save = median(|| {
        let begin = Clock::now();
        black_box(merged.encode());
        begin.elapsed()
    });
    let click = median(|| {
        let mut document = merged.clone();
        let before = document.version().clone();
        let begin = Clock::now();
        document.add("sku-0001", 1, Instant(NOON)).unwrap();
        black_box(document.delta_since(&before));
        begin.elapsed()
    });
    println!("apply 1,000 operations      {apply:8.1} us");
    println!("merge 1,000 operations      {join:8.1} us   ({} bytes)", delta.len());
    println!("load the merged state       {load:8.1} us   ({} bytes)", state.len());
    println!("save the merged state       {save:8.1} us");
    println!("one click and its delta     {click:8.1} us");
}
