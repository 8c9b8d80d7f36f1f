//! What a shopper put together, on whatever device: cart, configurations, preferences, marks.
//!
//! One [`Document`] per shopper. Every device holds a replica and changes it on or off line; replicas
//! that have seen the same operations are equal, whatever the order, repetition or delay in which
//! messages arrived. There are no tombstones and no sockets here: documents go in and out as bytes.
//!
//! ```
//! use wellmet_engine::time::Instant;
//! use wellmet_state::Document;
//!
//! // Two devices start from the same cart, {mug: 2}, and lose their connection.
//! let mut phone = Document::new(1);
//! phone.add("mug", 2, Instant(0))?;
//! let mut laptop = Document::decode(&phone.encode(), 2)?;
//!
//! phone.remove("mug");
//! laptop.add("mug", 1, Instant(1))?;
//!
//! // Back on line: the phone removed the two it saw, not the third it never saw.
//! let news = phone.delta_since(laptop.version());
//! let change = laptop.apply(&news)?;
//! assert_eq!(laptop.quantity("mug"), 1);
//! assert!(change.lines[0].cut);
//! phone.apply(&laptop.delta_since(phone.version()))?;
//! assert_eq!(phone, laptop);
//! # Ok::<(), wellmet_state::Error>(())
//! ```
//!
//! With a hub in between, [`exchange`] does the same in one round trip, [`guard`] keeps hostile
//! messages out and [`login`] folds what a guest did into her account:
//!
//! ```
//! use wellmet_engine::time::Instant;
//! use wellmet_state::exchange::{self, Device};
//! use wellmet_state::guard::{Guard, Limits};
//! use wellmet_state::{Document, Version};
//!
//! let mut hub = Document::new(9);
//! let mut phone = Device::new(1);
//! phone.document.add("mug", 2, phone.time(Instant(5)))?;
//! assert!(phone.pending());
//!
//! let request = phone.request(Instant(5));
//! let retired = Version::new();
//! let guard = Guard {
//!     now: Instant(6),
//!     foreign: &|_| false,
//!     retired: &retired,
//!     healing: false,
//!     limits: Limits::default(),
//! };
//! let answered = exchange::answer(&mut hub, &request, &guard)?;
//! // ... the hub makes the document durable, then replies ...
//! phone.finish(&answered.reply, Instant(7))?;
//! assert!(!phone.pending());
//! assert_eq!(hub.quantity("mug"), 2);
//! # Ok::<(), wellmet_state::Error>(())
//! ```

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod cart;
pub mod clock;
pub mod delta;
mod document;
mod entry;
mod error;
pub mod exchange;
pub mod guard;
pub mod join;
pub mod keep;
pub mod limits;
pub mod line;
pub mod login;
#[cfg(test)]
mod mutant;
#[cfg(test)]
mod oracle;
pub mod retire;
mod version;

pub use cart::{Line, Snapshot};
pub use clock::Stamp;
pub use document::{Document, Kind};
pub use entry::{Register, Value};
pub use error::{Error, Result};
pub use join::{Applied, LineChange};
pub use login::Policy;
pub use version::{Dot, Version, actor};
