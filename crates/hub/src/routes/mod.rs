//! The routes, one a file. Their forms are described in `docs/openapi.json`.

mod clerk;
mod export;
mod forget;
mod grants;
mod health;
mod live;
mod login;
mod logout;
mod record;
mod sync;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post};

use crate::app::Hub;
use crate::guard;
use crate::refusal::Refusal;

/// Largest body in bytes where nothing larger is expected.
const SMALL: usize = 4 * 1024;
/// Largest login: a token and a whole anonymous document (at most 64 KiB, see
/// [`wellmet_state::guard::Limits`]) in base64.
const LOGIN: usize = 128 * 1024;
/// Largest exchange: all that a device holds and the hub has lost.
const EXCHANGE: usize = 128 * 1024;

/// All routes below `base`.
pub(crate) fn router(hub: Arc<Hub>, base: &str) -> Router {
    let guarded = Router::new()
        .route("/v1/visit", post(visit::visit))
        .route("/v1/login", post(login::login).layer(DefaultBodyLimit::max(LOGIN)))
        .route("/v1/logout", post(logout::logout))
        .route("/v1/record", get(record::record))
        .route("/v1/export", get(export::export))
        .route("/v1/shopper", delete(forget::forget))
        .route("/v1/sync", post(sync::sync).layer(DefaultBodyLimit::max(EXCHANGE)))
        .route("/v1/live", get(live::live))
        .route("/v1/grants", post(grants::make).get(grants::list))
        .route("/v1/grants/{id}", delete(grants::revoke))
        .route("/v1/clerk/login", post(clerk::login))
        .route("/v1/clerk/logout", post(clerk::logout))
        .route("/v1/clerk/open", post(clerk::open))
        .route("/v1/clerk/grants/{id}", get(clerk::see).post(clerk::edit).layer(DefaultBodyLimit::max(EXCHANGE)))
        .layer(DefaultBodyLimit::max(SMALL))
        .layer(from_fn_with_state(Arc::clone(&hub), guard::watch));
    let routes = guarded.route("/v1/health", get(health::health)).with_state(hub);
    let base = base.trim_end_matches('/');
    let routes = if base.is_empty() { routes } else { Router::new().nest(base, routes) };
    routes.fallback(nowhere).method_not_allowed_fallback(not_so).layer(from_fn(guard::dress))
}

async fn nowhere() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "no-such-route", "The hub has no such route.")
        .fix("Compare the base path that the hub was started with.")
}

async fn not_so() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method", "This route takes another method.")
}
