//! Many operations at one server.

mod asks;
mod batch;
mod configuration;
mod down;
mod ends;
mod events;
mod figures;
mod forgiven;
mod holds;
mod laws;
mod limits;
mod lost;
mod no_hint;
mod order;
mod pace;
mod pages;
mod quota;
mod replicated;
mod restored;
mod shared;
mod shared_pace;
mod unanswered;
