//! Order logs: reading, cleaning, folding.
//!
//! A log is a table with one row per order line, as any shop can export it, in any form that
//! [`rows`](crate::rows) reads. A [`Mapping`] says which column means what. Rows
//! are read one at a time; what stays in memory is [`Log`]: 16 bytes a line and a little for each
//! order, customer and item.
//!
//! Nothing is dropped silently. A row that cannot be read is a [`RowError`](crate::rows::RowError) which names row, column,
//! value and fix, and ends the reading unless the rest is wanted anyway; every decision that leaves
//! out or changes something (a cancelled order, postage among the items) is counted in the
//! [`Report`](crate::rows::Report) with its first rows.
//!
//! ```
//! use wellmet_cli::orders::{Mapping, Reading, read};
//!
//! let csv = "order,when,who,sku,qty,price\n7,2024-05-01,anna,cup,2,5.95\n7,2024-05-01,anna,pot,1,19.00\n";
//! let mapping = Mapping::parse(r#"{ "order": "order", "time": { "column": "when" }, "customer": "who",
//!     "item": "sku", "quantity": "qty", "price": { "unit": "price" }, "currency": "EUR" }"#)?;
//! let log = read(csv.as_bytes(), "orders.csv", &mapping, &Reading::default())?;
//! assert_eq!(log.orders[0].lines.len(), 2);
//! assert_eq!(log.orders[0].lines[0].unit_minor, 595);
//! # Ok::<(), wellmet_cli::failure::Failure>(())
//! ```

mod columns;
mod decimal;
mod fold;
mod log;
mod mapping;
mod moment;
mod records;

pub use decimal::{Decimal, Mark};
pub use fold::{Reading, read, read_file};
pub use log::{Customer, Item, Line, Log, Order, Return};
pub use mapping::{CurrencyColumn, Mapping, PriceColumns, ServiceItems, ServiceRule, TimeColumn, Values, When};
pub use moment::{TimeFormat, parse_day};
pub use records::{KeptOrders, Settled, kept, records};
