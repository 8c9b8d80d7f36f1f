//! Versions as text that sorts: `v1.10.0` after `1.9.0`, a release after its previews.

use crate::host::Host;
use crate::value::{View, compare_text, number_text};
use alloc::string::String;
use core::cmp::Ordering;

/// Order of two versions in their padded form.
pub(super) fn compare(a: View<'_>, b: View<'_>, host: &dyn Host) -> Ordering {
    compare_text(&padded(a, host), &padded(b, host))
}

/// Drops a leading `v` and the build, splits at `-` and `.`, adds `~` (which sorts after every
/// letter) to a release of three parts, and pads numbers to five characters.
fn padded(version: View<'_>, host: &dyn Host) -> String {
    let number;
    let text = match version {
        View::Text(text) if !text.is_empty() => text,
        View::Number(value) => {
            number = number_text(value, host);
            &number
        }
        _ => "0",
    };
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text.split('+').next().unwrap_or(text);
    let mut padded = String::new();
    let mut parts = 0;
    for part in text.split(['-', '.']) {
        if parts > 0 {
            padded.push('-');
        }
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            for _ in part.len()..5 {
                padded.push(' ');
            }
        }
        padded.push_str(part);
        parts += 1;
    }
    if parts == 3 {
        padded.push_str("-~");
    }
    padded
}
