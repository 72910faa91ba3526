//! An operation as bytes.

mod adopting;
mod format;
mod restoring;
mod resumable;
mod text;
