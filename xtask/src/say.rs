//! How the task runner talks: one header per step, one line per thing done, times that a person can read.

use std::io::IsTerminal;
use std::time::Duration;

/// Whether colours are welcome: a terminal, and nobody said `NO_COLOR`.
pub(crate) fn colours() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

fn paint(code: &str, text: &str) -> String {
    if colours() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
}

/// Red.
pub(crate) fn bad(text: &str) -> String {
    paint("31;1", text)
}

/// Green.
pub(crate) fn good(text: &str) -> String {
    paint("32;1", text)
}

/// Begins a step.
pub(crate) fn header(text: &str) {
    println!("\n{}", paint("1", &format!("== {text}")));
}

/// One thing that is being done or was done.
pub(crate) fn line(text: &str) {
    println!("   {text}");
}

/// `850 ms`, `4.2 s`, `3 min 05 s`.
pub(crate) fn took(time: Duration) -> String {
    let ms = time.as_millis();
    if ms < 1_000 {
        format!("{ms} ms")
    } else if ms < 60_000 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", ms / 60_000, ms / 1_000 % 60)
    }
}

/// Bytes with thousands separated, as in the tables: `41,234`.
pub(crate) fn bytes(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(bytes(0), "0");
        assert_eq!(bytes(999), "999");
        assert_eq!(bytes(1_000), "1,000");
        assert_eq!(bytes(1_234_567), "1,234,567");
        assert_eq!(took(Duration::from_millis(850)), "850 ms");
        assert_eq!(took(Duration::from_millis(4_200)), "4.2 s");
        assert_eq!(took(Duration::from_secs(185)), "3 min 05 s");
    }
}
