//! Where a store is, as one says it on the command line: a directory, or the servers of a cluster.
//!
//! ```text
//! ./hub-data
//! nats://a:4222,b:4222,c:4222
//! tls://user:password@a,b,c/tenant?shards=32&replicas=3&credentials=/etc/wellmet/hub.creds&authorities=/etc/wellmet/ca.pem
//! ```

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use super::nats::{NatsStore, Settings};
use super::sqlite::{Kind, SqliteStore};
use super::{Store, StoreError};
use crate::clock::Clock;

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// The embedded store of a directory.
    Directory(PathBuf),
    /// A cluster.
    Cluster(Settings),
}

impl Address {
    /// Opens the store, making what is missing.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be opened or reached, or a newer release wrote it.
    pub async fn open(&self, clock: Clock) -> Result<Arc<dyn Store>, StoreError> {
        Ok(match self {
            Self::Directory(directory) => Arc::new(SqliteStore::open(directory, clock)?),
            Self::Cluster(settings) => Arc::new(NatsStore::open(settings, clock).await?),
        })
    }

    /// Opens the data keys that lie here, as [`Self::open`] does the data.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_keyring(&self, clock: Clock) -> Result<Arc<dyn Store>, StoreError> {
        Ok(match self {
            Self::Directory(directory) => Arc::new(SqliteStore::open_kind(Kind::Keyring, directory, clock)?),
            Self::Cluster(settings) => {
                Arc::new(NatsStore::open(&Settings { keyring: true, ..settings.clone() }, clock).await?)
            }
        })
    }

    /// Whether there may be data keys here; `false` for a directory without their file.
    #[must_use]
    pub fn has_keyring(&self) -> bool {
        match self {
            Self::Directory(directory) => directory.join(Kind::Keyring.file()).is_file(),
            Self::Cluster(_) => true,
        }
    }
}

impl FromStr for Address {
    type Err = String;

    /// Anything without `://` is a directory.
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return if text.is_empty() {
                Err("a directory or nats://…".into())
            } else {
                Ok(Self::Directory(text.into()))
            };
        };
        if !matches!(scheme, "nats" | "tls") {
            return Err(format!("a store begins with nats:// or tls://, or is a directory; not {scheme}://"));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (hosts, tenant) = rest.split_once('/').unwrap_or((rest, ""));
        // A name and a password before the first server are meant for all of them.
        let (user, hosts) = hosts.rsplit_once('@').map_or((None, hosts), |(user, hosts)| (Some(user), hosts));
        let servers: Vec<String> = hosts
            .split(',')
            .filter(|host| !host.is_empty())
            .map(|host| user.map_or_else(|| format!("{scheme}://{host}"), |user| format!("{scheme}://{user}@{host}")))
            .collect();
        if servers.is_empty() {
            return Err("no server is named; write nats://a:4222,b:4222,c:4222".into());
        }
        let mut settings = Settings::new(servers);
        if !tenant.is_empty() {
            settings.tenant = tenant.to_owned();
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if settings.tenant.len() > 32 || !settings.tenant.bytes().all(plain) {
            return Err("a tenant is 1 to 32 of a-z, 0-9 and -".into());
        }
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let number = || value.parse::<usize>().map_err(|_| format!("{name}={value} is not a number"));
            match name {
                "shards" => settings.shards = within(name, number()?, 1, 256)?,
                "replicas" => settings.replicas = within(name, number()?, 1, 5)?,
                "credentials" => settings.credentials = Some(value.into()),
                "authorities" => settings.authorities = Some(value.into()),
                _ => return Err(format!("there is no setting {name}; use shards, replicas, credentials, authorities")),
            }
        }
        Ok(Self::Cluster(settings))
    }
}

fn within(name: &str, number: usize, least: usize, most: usize) -> Result<usize, String> {
    if (least..=most).contains(&number) { Ok(number) } else { Err(format!("{name} is from {least} to {most}")) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    fn cluster(text: &str) -> Settings {
        match text.parse().unwrap() {
            Address::Cluster(settings) => settings,
            Address::Directory(_) => panic!("a directory"),
        }
    }

    #[test]
    fn directories_and_clusters_are_told_apart() {
        assert_eq!("hub-data".parse(), Ok(Address::Directory("hub-data".into())));
        let plain = cluster("nats://a:4222,b:4222,c");
        assert_eq!(plain.servers, ["nats://a:4222", "nats://b:4222", "nats://c"]);
        assert_eq!((plain.tenant.as_str(), plain.shards, plain.replicas), ("shop", 16, 3));
        let full = cluster("tls://u:p@a,b/acme?shards=32&replicas=5&credentials=/x.creds&authorities=/ca.pem");
        assert_eq!(full.servers, ["tls://u:p@a", "tls://u:p@b"]);
        assert_eq!((full.tenant.as_str(), full.shards, full.replicas), ("acme", 32, 5));
        assert_eq!((full.credentials, full.authorities), (Some("/x.creds".into()), Some("/ca.pem".into())));
        assert!(!format!("{:?}", cluster("nats://u:secret@a")).contains("secret"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for wrong in ["", "http://a", "nats://", "nats:///x", "nats://a/Shop", "nats://a?shards=0", "nats://a?x=1"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
