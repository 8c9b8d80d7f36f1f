//! `GET /v1/health`: whether the hub can answer and its store can be read, and its keyring where there is one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::app::Hub;
use crate::refusal::Refusal;
use crate::store::{Bucket, Key, Place};

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
    version: &'static str,
}

pub(super) async fn health(State(hub): State<Arc<Hub>>) -> Result<Json<Health>, Refusal> {
    let key = Key::of("health", "");
    hub.store.get(Place { bucket: Bucket::Account, key }).await?;
    hub.store.data_keys(key).await?;
    Ok(Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") }))
}
