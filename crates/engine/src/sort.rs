//! Sorting in few bytes.
//!
//! The standard library's sorts are made for speed on long lists: each type sorted by them costs
//! about 2 kB of wasm (twenty of them were a fifth of the module). Lists here are short, and there is
//! one routine for all of them: stable, never worse than n log n, no recursion.

use alloc::vec::Vec;

/// What the routine asks of a list.
trait List {
    fn len(&self) -> usize;
    fn less(&self, a: usize, b: usize) -> bool;
    fn swap(&mut self, a: usize, b: usize);
}

struct By<'a, T, F>(&'a mut [T], F);

impl<T, F: Fn(&T, &T) -> bool> List for By<'_, T, F> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn less(&self, a: usize, b: usize) -> bool {
        match (self.0.get(a), self.0.get(b)) {
            (Some(a), Some(b)) => (self.1)(a, b),
            _ => false,
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        if a.max(b) < self.0.len() {
            self.0.swap(a, b);
        }
    }
}

/// Sorts by a strict order: `less(a, b)` says whether `a` comes before `b`. Equal elements keep their
/// places. Longer lists than `u32` can count stay as they are.
pub fn sort_by<T>(items: &mut [T], less: impl Fn(&T, &T) -> bool) {
    sort_list(&mut By(items, less));
}

/// Sorts ascending.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, |a, b| a < b);
}

/// Sorts ascending and drops repetitions.
pub fn sort_distinct<T: Ord>(items: &mut Vec<T>) {
    sort(items);
    items.dedup();
}

/// Heapsort (Williams 1964) of a list of places, then one pass that moves the elements there.
fn sort_list(list: &mut dyn List) {
    let Ok(len) = u32::try_from(list.len()) else { return };
    if (1..len).all(|at| !list.less(at as usize, at as usize - 1)) {
        return;
    }
    let mut places: Vec<u32> = (0..len).collect();
    for top in (0..places.len() / 2).rev() {
        sift(&*list, &mut places, top);
    }
    for end in (1..places.len()).rev() {
        places.swap(0, end);
        sift(&*list, &mut places[..end], 0);
    }
    for start in 0..places.len() {
        let mut to = start;
        loop {
            let from = places[to] as usize;
            places[to] = to as u32;
            if from == start {
                break;
            }
            list.swap(to, from);
            to = from;
        }
    }
}

/// Lets the element at `top` sink until no child of it comes later.
fn sift(list: &dyn List, places: &mut [u32], mut top: usize) {
    let before = |a: u32, b: u32| {
        let (x, y) = (a as usize, b as usize);
        list.less(x, y) || (a < b && !list.less(y, x))
    };
    loop {
        let mut child = 2 * top + 1;
        if child + 1 < places.len() && before(places[child], places[child + 1]) {
            child += 1;
        }
        if child >= places.len() || !before(places[top], places[child]) {
            return;
        }
        places.swap(top, child);
        top = child;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_library_on_many_lists() {
        let mut seed = 1u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed >> 33
        };
        for len in (0..200).chain([1_000, 5_000]) {
            let spread = 1 + next() % 50;
            let mut ours: Vec<(u64, usize)> = (0..len).map(|at| (next() % spread, at)).collect();
            let mut theirs = ours.clone();
            sort_by(&mut ours, |a, b| a.0 < b.0);
            theirs.sort_by_key(|pair| pair.0);
            assert_eq!(ours, theirs, "{len} elements");
        }
    }

    #[test]
    fn compares_no_more_than_n_log_n_times() {
        let count = core::cell::Cell::new(0u64);
        let mut items: Vec<u32> = (0..4_096u32).map(|n| n.wrapping_mul(2_654_435_761)).collect();
        sort_by(&mut items, |a, b| {
            count.set(count.get() + 1);
            a < b
        });
        assert!(items.is_sorted());
        // Two comparisons a step where equal elements are told apart, two steps a level, twelve levels.
        assert!(count.get() < 4 * 4_096 * 13, "{}", count.get());
    }
}
