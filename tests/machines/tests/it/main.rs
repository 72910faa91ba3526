//! Slots and states at a real PostgreSQL and a real Redis.

mod guide;
mod keeper;
mod lock;
mod model;
mod outages;
mod pace;
mod polling;
mod slots;
mod states;
mod support;
