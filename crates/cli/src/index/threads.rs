//! Rows on all processors.

/// Makes every row. Rows do not depend on each other, so the result does not depend on how many processors
/// there are; `scratch` is made once for each of them.
pub(super) fn on_all_processors<T: Copy + Send, S>(
    items: u32,
    scratch: impl Fn() -> S + Sync,
    row: impl Fn(u32, &mut S) -> Vec<T> + Sync,
) -> Vec<Vec<T>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = (items as usize).div_ceil(threads).max(1);
    let mut rows: Vec<Vec<T>> = std::iter::repeat_with(Vec::new).take(items as usize).collect();
    std::thread::scope(|scope| {
        for (part, out) in rows.chunks_mut(share).enumerate() {
            let (row, scratch) = (&row, &scratch);
            scope.spawn(move || {
                let mut scratch = scratch();
                for (at, place) in out.iter_mut().enumerate() {
                    // Copied, so that no row keeps room for all that was compared to make it.
                    *place = row((part * share + at) as u32, &mut scratch).to_vec();
                }
            });
        }
    });
    rows
}
