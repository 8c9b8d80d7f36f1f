//! Accepts connections and serves them until told to stop.
//!
//! Written out rather than left to `axum::serve` for two bounds that it does not have: how many
//! connections are open, and how long a client may take to send a request's head.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// Longest that a request's head may take to arrive; also how long an idle connection is kept.
const HEAD_TIME: Duration = Duration::from_secs(75);
/// Longest that requests under way are waited for when stopping.
const DRAIN_TIME: Duration = Duration::from_secs(10);
/// Pause after the operating system refused a connection, such as for want of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Largest head of a request in bytes: cookies of the whole shop come along.
const MOST_HEAD: usize = 64 * 1024;

/// Serves until `shutdown` resolves, then tells listeners to end (`stop`) and lets requests finish.
pub(crate) async fn run(
    listener: TcpListener,
    app: Router,
    connections: usize,
    stop: watch::Sender<bool>,
    shutdown: impl Future<Output = ()>,
) {
    let turns = Arc::new(Semaphore::new(connections));
    let graceful = GracefulShutdown::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = async {
            let turn = Arc::clone(&turns).acquire_owned().await;
            (listener.accept().await, turn)
        };
        let (stream, peer, turn) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accepted => match accepted {
                (Ok((stream, peer)), turn) => (stream, peer, turn),
                (Err(error), _) => {
                    if !is_the_clients(&error) {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                    continue;
                }
            },
        };
        // Answers are small and each is awaited; there is nothing to gain by holding them back.
        let _ = stream.set_nodelay(true);
        let app = app.clone();
        let service = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            let mut app = app.clone();
            async move { tower_service::Service::call(&mut app, request.map(axum::body::Body::new) as Request).await }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(MOST_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(turn);
        });
    }
    drop(listener);
    // Nobody listening is no error: then there is nobody to tell.
    let _ = stop.send(true);
    if tokio::time::timeout(DRAIN_TIME, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections were still open and are cut");
    }
}

/// Errors of the one connection that was about to be accepted.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
