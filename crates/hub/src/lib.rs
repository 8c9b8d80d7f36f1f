//! The companion server of wellmet: who a shopper is, the exchange between her devices, and what the
//! shop's books say of her.
//!
//! Enter through [`serve`], which takes its listener and its stop signal:
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use wellmet_hub::identity::keys::Keys;
//! use wellmet_hub::{Config, serve};
//!
//! let mut config = Config::new("./data");
//! config.origins = vec!["https://shop.example".into()];
//! config.keys = Keys::public(&std::fs::read_to_string("jwks.json")?)?;
//! config.audience = "hub.shop.example".into();
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:4100").await?;
//! serve(listener, config, async { let _ = tokio::signal::ctrl_c().await; }).await?;
//! # Ok(()) }
//! ```
//!
//! The rooms, from the outside in: the accept loop (`server`), what is asked of every request (`guard`),
//! one file for each route (`routes`), the typed layers (`documents`, `accounts`, `records`, `history`,
//! [`identity`]), and the [`store`] below them. Nothing above the store holds truth: a second hub on the
//! same store would answer the same.

mod accounts;
mod app;
mod body;
mod budget;
pub mod clock;
mod config;
mod documents;
mod drawer;
pub mod due;
mod erase;
mod forms;
#[cfg(test)]
mod frozen;
mod grants;
mod guard;
mod history;
pub mod identity;
mod journeys;
mod kept;
mod limit;
mod metrics;
mod orders;
mod points;
mod random;
mod readable;
mod records;
pub mod refusal;
mod routes;
pub mod rules;
mod server;
mod signing;
mod stock;
pub mod store;
mod tend;
mod threads;
mod wallet;
mod zone;

use std::future::Future;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

pub use config::{Config, Lifetime, Limits, MailSettings, WebhookSettings};
pub use records::{ImportError, Imported, import};

use app::Hub;
use store::address::Address;
use store::{Store, StoreError, sealed};

/// Serves on the embedded store of `config.data` until `shutdown` resolves, then ends gracefully.
///
/// # Errors
/// [`StoreError`] when the data directory or the keyring cannot be opened.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()>,
) -> Result<(), StoreError> {
    let data = Address::Directory(config.data.clone());
    let store = sealed::open(&data, config.keyring.as_ref(), config.clock.clone()).await?;
    serve_on(store, listener, config, shutdown).await
}

/// Serves on any store. One whose values are sealed is opened with its keyring before ([`store::sealed::open`]).
///
/// # Errors
/// [`StoreError`] when the store cannot be read at start, or its values are sealed.
pub async fn serve_on(
    store: Arc<dyn Store>,
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()>,
) -> Result<(), StoreError> {
    let (stop, stopped) = watch::channel(false);
    let connections = config.limits.connections;
    let now = config.clock.now();
    let hub = Hub::new(store, config, stopped).map_err(|error| StoreError::Failed(error.to_string()))?;
    let hub = Arc::new(hub);
    sealed::refuse_sealed(&*hub.store).await?;
    let failed = |refusal: refusal::Refusal| StoreError::Failed(refusal.message.into());
    hub.recall_erasures().await.map_err(failed)?;
    hub.signing.load(now).await.map_err(failed)?;
    let tending = tokio::spawn(tend::tend(Arc::clone(&hub)));
    server::run(listener, routes::router(hub), connections, stop, shutdown).await;
    tending.abort();
    Ok(())
}
