//! Facts of the types that users rely on: sizes and auto traits.

use asyncpoll::{Decision, GaveUp, Outcome, Policy, PolicyBuilder, PolicyError, Poller, Reason, Schedule, rand_core::Rng};
use core::{
    convert::Infallible,
    marker::PhantomData,
    panic::{RefUnwindSafe, UnwindSafe},
};
use std::{error::Error, hash::Hash, rc::Rc, time::Instant};

#[test]
fn a_poller_without_its_generator_fits_176_bytes() {
    assert!(size_of::<Poller<Instant, ()>>() <= 176);
    assert!(size_of::<Policy>() <= 104);
}

#[test]
fn decisions_are_small() {
    assert!(size_of::<Decision<(), Infallible>>() <= 56);
    assert!(size_of::<Outcome<(), Infallible>>() <= 24);
}

fn sendable<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}

fn value<T: Copy + Eq + Hash + core::fmt::Debug>() {}

fn error<T: Error + Send + Sync + 'static>() {}

#[test]
fn everything_can_move_between_threads_and_across_panics() {
    sendable::<Poller<Instant>>();
    sendable::<Policy>();
    sendable::<PolicyBuilder>();
    sendable::<PolicyError>();
    sendable::<Schedule>();
    sendable::<Outcome<u8, String>>();
    sendable::<Decision<u8, String>>();
    sendable::<GaveUp<String>>();
}

#[test]
fn what_holds_no_payload_is_a_plain_value() {
    value::<Policy>();
    value::<PolicyBuilder>();
    value::<PolicyError>();
    value::<Reason>();
    value::<GaveUp>();
    value::<Outcome<u8>>();
    value::<Decision<u8>>();
}

#[test]
fn the_errors_are_errors() {
    error::<PolicyError>();
    error::<GaveUp>();
    error::<GaveUp<std::io::Error>>();
}

/// Says of a type that it is not `Send`, unless the inherent constant below hides it.
trait NotSend {
    const IS_SEND: bool = false;
}

struct Probe<T>(PhantomData<T>);

impl<T> NotSend for Probe<T> {}

impl<T: Send> Probe<T> {
    const IS_SEND: bool = true;
}

#[test]
fn a_poller_is_as_movable_as_its_generator() {
    let kept_on_its_thread = Probe::<Poller<Instant, Rc<()>>>::IS_SEND;
    let boxed = Probe::<Poller<Instant, Box<dyn Rng + Send>>>::IS_SEND;
    assert_eq!((kept_on_its_thread, boxed), (false, true));
}
