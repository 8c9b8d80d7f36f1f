//! What is asked of every request before a route sees it, and put on every answer after.
//!
//! A cookie is sent along by whichever page makes a browser ask, so a request that changes or reads
//! something must show that it comes from the shop's own pages: by `Origin` where browsers send it (all
//! of them do for POST and DELETE), else by `Sec-Fetch-Site`. A caller that sends neither is not a
//! browser, and has no cookies but its own. Bodies are JSON or octets only, never what a plain form can
//! send without the browser asking first; that is checked where they are read ([`crate::body`]).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::Hub;
use crate::config::Config;
use crate::refusal::Refusal;

/// A browser's note about where a request comes from.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Set by reverse proxies.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// On every answer: nothing is cached, framed, sniffed or readable by other origins.
const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// The middleware around every route but the health check.
pub(crate) async fn watch(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    match admit(&hub, &request) {
        Err(refusal) => refusal.into_response(),
        Ok(()) => turn(&hub, request, next).await,
    }
}

/// The middleware around routes for the shop's own systems: no page may ask there, and whoever speaks for
/// the shop is not counted.
pub(crate) async fn watch_shop(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) || headers.contains_key(FETCH_SITE) {
        return NO_PAGE.into_response();
    }
    turn(&hub, request, next).await
}

/// The middleware around what may be asked from anywhere, such as a link in a mail.
pub(crate) async fn watch_open(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let address = address(&hub.config, request.headers(), peer);
    if !hub.requests.allows(address, hub.config.limits.per_minute, hub.config.clock.now()) {
        return OFTEN.into_response();
    }
    turn(&hub, request, next).await
}

async fn turn(hub: &Hub, request: Request, next: Next) -> Response {
    let time = Duration::from_millis(hub.config.limits.request_time.0.max(0).cast_unsigned());
    let Ok(_turn) = hub.turns.try_acquire() else { return Refusal::busy().into_response() };
    tokio::time::timeout(time, next.run(request)).await.unwrap_or_else(|_| SLOW.into_response())
}

impl Hub {
    /// Counts a caller that claimed to speak for the shop and did not show it; whether there were too many
    /// from there.
    pub(crate) fn counts_as_wrong(&self, parts: &axum::http::request::Parts) -> bool {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let address = address(&self.config, &parts.headers, peer);
        !self.wrong.allows(address, self.config.limits.logins_per_minute, self.config.clock.now())
    }
}

/// The middleware around everything: headers on every answer, and one line in the log for it.
pub(crate) async fn dress(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    // The route's, not what stands in its place: that could be anything, a person's name or a link's secret too.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let mut response = next.run(request).await;
    for (name, value) in ALWAYS {
        // A route may know better: a page of the hub's own needs its style.
        response.headers_mut().entry(name).or_insert(value);
    }
    let path = route.as_ref().map_or("-", MatchedPath::as_str);
    hub.metrics.answered(response.status(), started.elapsed());
    tracing::info!(%method, path, status = response.status().as_u16(), ms = started.elapsed().as_millis(), "answered");
    response
}

const SLOW: Refusal =
    Refusal::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "The request took too long.").fix("Try again.");
const NO_PAGE: Refusal =
    Refusal::new(StatusCode::FORBIDDEN, "not-for-pages", "This route is for the shop's own systems, not for pages.")
        .fix("Ask from the shop's backend; a page never holds the shop's secret.");
const FOREIGN: Refusal =
    Refusal::new(StatusCode::FORBIDDEN, "origin-refused", "This request does not come from the shop's own pages.")
        .fix("Start the hub with --origin for every origin of the shop.");
pub(crate) const OFTEN: Refusal =
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too-often", "Too many requests from this address.")
        .fix("Wait a minute.")
        .retry_after(60);

fn admit(hub: &Hub, request: &Request) -> Result<(), Refusal> {
    if !is_own(&hub.config, request.headers()) {
        return Err(FOREIGN);
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let address = address(&hub.config, request.headers(), peer);
    let (limits, now) = (&hub.config.limits, hub.config.clock.now());
    // Where a secret could be guessed. The base is taken off before a request comes here.
    let path = request.uri().path();
    let login = ["/v1/login", "/v1/clerk/login", "/v1/clerk/open"].iter().any(|door| path == hub.config.below(door));
    let allowed = hub.requests.allows(address, limits.per_minute, now)
        && (!login || hub.logins.allows(address, limits.logins_per_minute, now));
    if allowed { Ok(()) } else { Err(OFTEN) }
}

/// Whether a request comes from the shop's own pages, or from no page at all.
fn is_own(config: &Config, headers: &HeaderMap) -> bool {
    if let Some(origin) = headers.get(header::ORIGIN) {
        let Ok(origin) = origin.to_str() else { return false };
        if config.origins.is_empty() {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            return origin.split_once("://").map(|(_, host)| host) == host;
        }
        return config.origins.iter().any(|own| own == origin);
    }
    // `none` is a person who typed the address: her export is hers to read.
    headers.get(FETCH_SITE).is_none_or(|site| site == "same-origin" || site == "none")
}

fn address(config: &Config, headers: &HeaderMap, peer: Option<IpAddr>) -> Option<IpAddr> {
    if !config.forwarded {
        return peer;
    }
    // The last entry is the one that our own proxy wrote; those before it are the caller's claims.
    let last = headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok()?;
    let last = last.rsplit(',').next()?.trim();
    // Some proxies write the port, too.
    last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_str(v).unwrap())).collect()
    }

    #[test]
    fn only_the_shops_own_pages_may_ask() {
        let mut config = Config::new("unused");
        config.origins = vec!["https://shop.example".into()];
        assert!(is_own(&config, &headers(&[("origin", "https://shop.example")])));
        for foreign in ["https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null", ""]
        {
            assert!(!is_own(&config, &headers(&[("origin", foreign), ("sec-fetch-site", "same-origin")])), "{foreign}");
        }
        assert!(is_own(&config, &headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!is_own(&config, &headers(&[("sec-fetch-site", "cross-site")])));
        assert!(!is_own(&config, &headers(&[("sec-fetch-site", "same-site")])));
        assert!(is_own(&config, &headers(&[])));
    }

    #[test]
    fn without_origins_the_own_host_counts() {
        let config = Config::new("unused");
        assert!(is_own(&config, &headers(&[("origin", "http://localhost:4000"), ("host", "localhost:4000")])));
        assert!(!is_own(&config, &headers(&[("origin", "http://localhost:4001"), ("host", "localhost:4000")])));
        assert!(!is_own(&config, &headers(&[("origin", "null"), ("host", "localhost:4000")])));
        assert!(!is_own(&config, &headers(&[("origin", "http://localhost:4000")])));
    }

    #[test]
    fn only_our_own_proxy_is_believed() {
        let mut config = Config::new("unused");
        let claimed = headers(&[("x-forwarded-for", "198.51.100.1, 203.0.113.9")]);
        let peer = "10.0.0.1".parse().ok();
        assert_eq!(address(&config, &claimed, peer), peer);
        config.forwarded = true;
        assert_eq!(address(&config, &claimed, peer), "203.0.113.9".parse().ok());
        let with_port = headers(&[("x-forwarded-for", "[2001:db8::1]:4711")]);
        assert_eq!(address(&config, &with_port, peer), "2001:db8::1".parse().ok());
        assert_eq!(address(&config, &headers(&[]), peer), None);
    }
}
