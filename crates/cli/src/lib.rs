//! What the `wellmet` command is made of. The command itself is in `main.rs`.

pub mod index;
