//! Functions for Leat, in Rust without dependencies.
//!
//! A function is a `cdylib` that names what is called:
//!
//! ```ignore
//! use leat::{kv, Request, Response};
//! use std::error::Error;
//!
//! leat::handler!(handle);
//!
//! fn handle(request: Request) -> Result<Response, Box<dyn Error>> {
//!     let visits = kv::increment("visits", 1)?;
//!     Ok(Response::text(format!("{}: visit {}", request.path(), visits)))
//! }
//! ```
//!
//! Built for `wasm32`, the powers ask the host. Built for anything else, they ask [`fake`], a host in memory: `cargo test`
//! and `rustc --test` need no node. What each power is, and what grants it: docs/guides/capabilities.md.
#![cfg_attr(not(feature = "std"), no_std)]

pub mod arena;
pub mod host;
pub mod log;
pub mod metrics;

#[cfg(feature = "std")]
pub mod config;
#[cfg(all(feature = "std", not(target_arch = "wasm32")))]
pub mod fake;
#[cfg(feature = "std")]
pub mod http;
#[cfg(feature = "std")]
pub mod json;
#[cfg(feature = "std")]
pub mod kv;
#[cfg(feature = "std")]
pub mod secrets;
#[cfg(feature = "std")]
pub mod sql;
#[cfg(feature = "std")]
pub mod state;
#[cfg(feature = "std")]
pub mod step;

#[cfg(feature = "std")]
mod contract;
#[cfg(feature = "std")]
mod error;

#[cfg(feature = "std")]
pub use contract::{call, exports, process, run, Request, Response};
#[cfg(feature = "std")]
pub use error::Error;
