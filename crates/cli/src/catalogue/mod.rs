//! Products: derived from an order log, or read from a feed.
