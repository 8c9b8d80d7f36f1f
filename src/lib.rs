//! The browser layer of wellmet: a thin WebAssembly face on the pure engine.
//!
//! This is the only code that knows `wasm-bindgen`, `web-sys`, `js-sys` and `gloo`. JavaScript holds one
//! [`Session`] for the page and one [`Watch`] for its life; the loader, storage, network and the swap
//! itself are TypeScript in `pkg-template/`.

mod book;
mod cart;
mod configuration;
mod decide;
mod error;
#[cfg(any(test, feature = "explain"))]
mod explain;
pub mod host;
mod journey;
mod preference;
mod session;
mod sync;
#[cfg(test)]
mod typescript;
mod view;
mod watch;

/// The page's heap.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

pub use session::Session;
pub use watch::Watch;
