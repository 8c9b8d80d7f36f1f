//! The browser layer of wellmet: a thin WebAssembly face on the pure engine.
//!
//! This is the only code that knows `wasm-bindgen`, `web-sys`, `js-sys`, `serde-wasm-bindgen` and
//! `gloo`. JavaScript holds one [`Session`] for the page and one [`Watch`] for its life; the loader,
//! storage, network and the swap itself are TypeScript in `pkg-template/`.

mod book;
mod cart;
mod decide;
mod error;
mod host;
mod journey;
mod session;
mod sync;
mod view;
mod watch;

pub use session::Session;
pub use watch::Watch;
