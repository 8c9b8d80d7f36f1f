//! `GET /v1/metrics`: counts for Prometheus. It sends the shop's secret as a bearer token
//! (`authorization: { credentials_file: … }` in its configuration).

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::app::Hub;
use crate::identity::shop::Shop;

pub(super) async fn metrics(State(hub): State<Arc<Hub>>, _: Shop) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], hub.metrics.text(hub.listeners.count()))
}
