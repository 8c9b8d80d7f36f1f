//! The browser layer of wellmet: a thin WebAssembly face on the pure engine.
//!
//! This is the only code that knows `wasm-bindgen`. JavaScript holds one [`Session`] for the page; its life (tabs, timers,
//! the loader, storage, network and the swap itself) is TypeScript in `pkg-template/`.
//!
//! As the page loads it, the module has no standard library: see [`stop`].

#![cfg_attr(all(target_arch = "wasm32", not(debug_assertions)), no_std)]

extern crate alloc;

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

/// The page's heap.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// What a panic does: the module traps, and the page goes on with the shop's own content. The standard library's way would
/// put a sentence together first, eight kilobytes of code for words that a browser shows nobody. A build with debug assertions
/// has the standard library.
#[cfg(all(target_arch = "wasm32", not(debug_assertions)))]
#[panic_handler]
fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

pub use session::Session;
