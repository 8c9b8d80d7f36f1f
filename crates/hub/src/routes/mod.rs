//! The routes, one a file. Their forms are described in `docs/openapi.json`.

mod clerk;
mod counter;
mod counts;
mod customers;
mod decisions;
mod events;
mod export;
mod forget;
mod grants;
mod health;
mod live;
mod login;
mod logout;
mod metrics;
mod orders;
mod query;
mod reach;
mod record;
mod stock;
mod sync;
mod talk;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, post};

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

/// Largest batch of orders, stock or events from the shop.
const BATCH: usize = 1024 * 1024;
/// Largest batch of events of a page, and longest question.
const EVENTS: usize = 64 * 1024;

/// All routes.
pub(crate) fn router(hub: Arc<Hub>) -> Router {
    let routes = pages(&hub).merge(shop(&hub)).merge(open(&hub)).with_state(Arc::clone(&hub));
    let base = hub.config.base.trim_end_matches('/');
    let routes = if base.is_empty() { routes } else { Router::new().nest(base, routes) };
    routes
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(from_fn_with_state(Arc::clone(&hub), guard::dress))
}

/// Routes under the names that the shop has chosen.
struct Named<'a> {
    hub: &'a Arc<Hub>,
    router: Router<Arc<Hub>>,
}

impl Named<'_> {
    fn route(mut self, usual: &str, method: MethodRouter<Arc<Hub>>) -> Self {
        self.router = self.router.route(&self.hub.config.below(usual), method);
        self
    }
}

fn named(hub: &Arc<Hub>) -> Named<'_> {
    Named { hub, router: Router::new() }
}

/// What the shop's pages ask, with a shopper's cookies.
fn pages(hub: &Arc<Hub>) -> Router<Arc<Hub>> {
    named(hub)
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
        .route("/v1/grants/qr", get(counter::qr))
        .route("/v1/clerk/me", get(counter::me))
        .route("/v1/clerk/grants/{id}/around", get(counter::around))
        .route("/v1/clerk/grants/{id}/answers", post(counter::answer).layer(DefaultBodyLimit::max(EVENTS)))
        .route("/v1/clerk/grants/{id}/return", post(counter::give_back))
        .route("/v1/clerk/login", post(clerk::login))
        .route("/v1/clerk/logout", post(clerk::logout))
        .route("/v1/clerk/open", post(clerk::open))
        .route("/v1/clerk/grants/{id}", get(clerk::see).post(clerk::edit).layer(DefaultBodyLimit::max(EXCHANGE)))
        .route("/v1/orders", get(orders::list))
        .route("/v1/stock", get(stock::list))
        .route("/v1/stock/live", get(stock::live))
        .route("/v1/offers", get(counts::offers))
        .route("/v1/vouchers", get(counts::vouchers))
        .route("/v1/points", get(counts::points))
        .route("/v1/payments", get(counts::payments))
        .route("/v1/access/{item}", get(counts::access))
        .route("/v1/questions", get(talk::questions).post(talk::ask).layer(DefaultBodyLimit::max(EVENTS)))
        .route("/v1/feedback", get(talk::opinions).post(talk::say).layer(DefaultBodyLimit::max(EVENTS)))
        .route("/v1/events", post(events::of_page).layer(DefaultBodyLimit::max(EVENTS)))
        .route("/v1/messages", get(reach::messages))
        .route("/v1/messages/seen", post(reach::seen))
        .route("/v1/contact", get(reach::contact).post(reach::set_contact))
        .route("/v1/waiting", post(reach::wait))
        .router
        .layer(DefaultBodyLimit::max(SMALL))
        .layer(from_fn_with_state(Arc::clone(hub), guard::watch))
}

/// What the shop's own systems tell and ask, with a secret.
fn shop(hub: &Arc<Hub>) -> Router<Arc<Hub>> {
    named(hub)
        .route("/v1/orders", post(orders::tell))
        .route("/v1/customers", post(customers::tell))
        .route("/v1/stock", post(stock::tell))
        .route("/v1/redeem", post(counts::redeem))
        .route("/v1/points/spend", post(counts::spend))
        .route("/v1/entitlements", post(counts::entitlements))
        .route("/v1/decisions", post(decisions::decisions))
        .route("/v1/customer-events", post(events::of_customer))
        .route("/v1/inbox", get(talk::open))
        .route("/v1/answers", post(talk::answer))
        .route("/v1/thread", post(talk::words))
        .route("/v1/survey-links", post(talk::link))
        .route("/v1/messages/run", post(reach::run))
        .route("/v1/metrics", get(metrics::metrics))
        .router
        .layer(DefaultBodyLimit::max(BATCH))
        .layer(from_fn_with_state(Arc::clone(hub), guard::watch_shop))
}

/// What anybody may ask from anywhere.
fn open(hub: &Arc<Hub>) -> Router<Arc<Hub>> {
    let limited = named(hub)
        .route("/v1/keys", get(counts::keys))
        .route("/v1/clerk", get(counter::page))
        .route("/v1/clerk/page.css", get(counter::style))
        .route("/v1/clerk/page.js", get(counter::script))
        .route("/v1/unsubscribe", get(reach::unsubscribe_page).post(reach::unsubscribe))
        .router
        .layer(DefaultBodyLimit::max(SMALL))
        .layer(from_fn_with_state(Arc::clone(hub), guard::watch_open));
    limited.merge(named(hub).route("/v1/health", get(health::health)).router)
}

async fn nowhere() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "no-such-route", "The hub has no such route.")
        .fix("Compare the base path that the hub was started with.")
}

async fn not_so() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method", "This route takes another method.")
}
