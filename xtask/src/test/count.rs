//! Reads how many tests ran from what the runners print: cargo and wasm-bindgen, nextest, Vitest, Node.

/// Tests that passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Sums every closing line found in the output; `None` when there is none.
pub(crate) fn read(output: &str) -> Option<Counts> {
    let mut sum = None;
    for line in output.lines() {
        let line = plain(line);
        let line = line.trim();
        let counts = cargo(line).or_else(|| nextest(line)).or_else(|| vitest(line)).or_else(|| node(line));
        if let Some(counts) = counts {
            *sum.get_or_insert_with(Counts::default) += counts;
        }
    }
    sum
}

/// The line without colour codes.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\x1b') {
        text.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out`
fn cargo(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix("test result: ")?;
    Some(Counts {
        passed: before(rest, " passed")?,
        failed: before(rest, " failed")?,
        skipped: before(rest, " ignored").unwrap_or(0),
    })
}

/// `Summary [   1.2s] 120 tests run: 118 passed (2 slow), 2 failed, 1 skipped`
fn nextest(line: &str) -> Option<Counts> {
    let (_, rest) = line.strip_prefix("Summary [")?.split_once("run: ")?;
    let failed = [" failed", " timed out", " exec failed"].iter().filter_map(|word| before(rest, word)).sum();
    Some(Counts {
        passed: before(rest, " passed").unwrap_or(0),
        failed,
        skipped: before(rest, " skipped").unwrap_or(0),
    })
}

/// `Tests  1 failed | 11 passed | 2 skipped (14)`
fn vitest(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix("Tests ")?;
    rest.ends_with(')').then(|| Counts {
        passed: before(rest, " passed").unwrap_or(0),
        failed: before(rest, " failed").unwrap_or(0),
        skipped: before(rest, " skipped").unwrap_or(0) + before(rest, " todo").unwrap_or(0),
    })
}

/// `# pass 5` or `ℹ pass 5`, one line for each number.
fn node(line: &str) -> Option<Counts> {
    let (word, number) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))?.split_once(' ')?;
    let number = number.parse().ok()?;
    let none = Counts::default();
    match word {
        "pass" => Some(Counts { passed: number, ..none }),
        "fail" | "cancelled" => Some(Counts { failed: number, ..none }),
        "skipped" | "todo" => Some(Counts { skipped: number, ..none }),
        _ => None,
    }
}

/// The number right before a word.
fn before(text: &str, word: &str) -> Option<usize> {
    let (head, _) = text.split_once(word)?;
    head.rsplit(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn counts(passed: usize, failed: usize, skipped: usize) -> Option<Counts> {
        Some(Counts { passed, failed, skipped })
    }

    #[test]
    fn closing_lines_of_all_runners_are_read() {
        assert_eq!(
            read("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out"),
            counts(12, 0, 1)
        );
        assert_eq!(
            read("     Summary [   1.234s] 9 tests run: 7 passed (1 slow), 2 failed, 3 skipped"),
            counts(7, 2, 3)
        );
        assert_eq!(read("\x1b[32;1m     Summary\x1b[0m [   1.2s] 3/9 tests run: 3 passed, 0 skipped"), counts(3, 0, 0));
        assert_eq!(read("      Tests  1 failed | 11 passed (12)"), counts(11, 1, 0));
        assert_eq!(read("ℹ tests 7\nℹ pass 5\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\nℹ todo 0"), counts(5, 2, 0));
        assert_eq!(read("# pass 5\n# fail 0"), counts(5, 0, 0));
    }

    #[test]
    fn several_runs_add_up_and_silence_is_no_count() {
        let two = "test result: ok. 1 passed; 0 failed; 0 ignored\ntest result: FAILED. 2 passed; 1 failed; 0 ignored";
        assert_eq!(read(two), counts(3, 1, 0));
        assert_eq!(read("Finished dev profile\nTests are fun"), None);
    }
}
