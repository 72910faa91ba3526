//! The crate before a real certificate authority, a file a scenario. The docs of the library say how to run one alone.
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod both_forms_of_retry_after;
mod delayed_order;
mod forgetful_server;
mod gateway_errors;
mod hint_past_deadline;
mod hung_server;
mod limited_gateway;
mod many_orders;
mod refused_orders;
mod stuck_order;
mod wrong_challenge_answer;
