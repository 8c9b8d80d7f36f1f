//! Telling other hubs of a change, and hearing of theirs.

use std::sync::Arc;

use futures_util::StreamExt;
use tokio::sync::watch;

use super::{NatsStore, failed, key_text};
use crate::store::watchers::Watchers;
use crate::store::{Place, Revision, StoreError};

impl NatsStore {
    fn wake_subject(&self, place: Place) -> String {
        let (shard, key) = (self.shard(place.key), key_text(place.key));
        format!("wellmet.d.{}.{}.{shard}.{key}", self.tenant, place.bucket as u8)
    }

    /// Tells the hubs that have the shopper's pages open; nobody else receives it.
    pub(super) fn tell(&self, place: Place, revision: Revision) {
        let (client, subject) = (self.jetstream.client(), self.wake_subject(place));
        // Of its own, as the writer does not wait for it: the change is durable, this is a hint.
        tokio::spawn(async move {
            if let Err(error) = client.publish(subject, revision.0.to_be_bytes().to_vec().into()).await {
                tracing::debug!(%error, "a wake-up was not sent");
            }
        });
    }

    /// A receiver for a place. The subscription is with the server when this resolves.
    pub(super) async fn follow(&self, place: Place) -> Result<watch::Receiver<Revision>, StoreError> {
        let receiver = {
            let _one = self.joining.lock().await;
            let (receiver, first) = self.watchers.join(place);
            if let Some(sender) = first {
                match self.jetstream.client().subscribe(self.wake_subject(place)).await {
                    Ok(subscriber) => {
                        tokio::spawn(forward(subscriber, place, sender, Arc::clone(&self.watchers)));
                    }
                    Err(error) => {
                        drop(receiver);
                        self.watchers.leave(place);
                        return Err(failed(error));
                    }
                }
            }
            receiver
        };
        // Its answer comes over the same connection and so after the subscription was taken in.
        self.last(place).await?;
        Ok(receiver)
    }
}

/// Passes on what other hubs tell, until nobody waits any more.
async fn forward(
    mut subscriber: async_nats::Subscriber,
    place: Place,
    sender: watch::Sender<Revision>,
    watchers: Arc<Watchers>,
) {
    loop {
        tokio::select! {
            message = subscriber.next() => {
                let Some(message) = message else { break };
                if let Ok(bytes) = <[u8; 8]>::try_from(&*message.payload) {
                    watchers.wake(place, Revision(u64::from_be_bytes(bytes)));
                }
            }
            () = sender.closed() => {
                if watchers.leave(place) {
                    // Nothing to be done when the connection is lost: then so is the subscription.
                    let _ = subscriber.unsubscribe().await;
                    return;
                }
            }
        }
    }
    watchers.leave(place);
}
