//! What the picture of a policy comes to, in a sentence or two with figures.

use core::time::Duration;

use asyncpoll::Reason;
use simulation::preview::is_endless;

use super::{
    Scene,
    play::{End, Life, MOST},
};
use crate::words::{count, figure, mean, time};

/// Says what the picture comes to, as HTML.
pub(super) fn says(scene: &Scene) -> String {
    let mut says = match scene.done() {
        Some(done) => noticed(scene, done),
        None => vec![pending(scene)],
    };
    if let Some(back) = scene.lives.iter().filter_map(Life::back_after_refusal).min() {
        says.push(format!("No poller comes back sooner than {} after a 429.", figure(time(back.as_secs_f64()))));
    }
    if scene.lives.iter().any(|life| life.polls.len() >= MOST && life.end == End::GoesOn) {
        says.push(format!("The first {} polls of a poller are played.", count(MOST as u64)));
    }
    says.join(" ")
}

fn noticed(scene: &Scene, done: Duration) -> Vec<String> {
    let delays: Vec<f64> =
        scene.lives.iter().filter_map(Life::noticed).map(|at| at.saturating_sub(done).as_secs_f64()).collect();
    let done = done.as_secs_f64();
    if delays.is_empty() {
        return vec![format!(
            "An operation that is done after {} is never noticed: {}.",
            figure(time(done)),
            why(scene).map_or_else(|| "it is still polled when the picture ends".to_owned(), |reason| reason.to_string())
        )];
    }
    let delay = delays.iter().sum::<f64>() / delays.len() as f64;
    let polls = polls_each(scene);
    let mut says = vec![format!(
        "Done after {}, noticed {} later on average, with {} polls.",
        figure(time(done)),
        figure(time(delay)),
        figure(mean(polls))
    )];
    // The plain way is to poll as often as this policy does at first.
    let every = scene.policy.initial_wait().as_secs_f64();
    let plain = (done / every).ceil() + 1.0;
    if plain > 1.5 * polls {
        says.push(format!(
            "A poll every {} takes {} polls, and notices it {} later.",
            figure(time(every)),
            figure(count(plain as u64)),
            figure(time(every / 2.0))
        ));
    }
    let missed = scene.lives.len() - delays.len();
    if missed > 0 {
        let why = why(scene).map(|why| format!(": {why}")).unwrap_or_default();
        says.push(format!(
            "{} of {} pollers never notice it{why}.",
            figure(count(missed as u64)),
            count(scene.lives.len() as u64)
        ));
    }
    says
}

fn pending(scene: &Scene) -> String {
    if is_endless(&scene.policy) {
        return format!(
            "An operation that is never done is polled for {}: neither max_wait nor max_polls is set.",
            figure("ever")
        );
    }
    let counts = scene.lives.iter().filter(|life| life.end != End::GoesOn).map(|life| life.polls.len());
    let Some((least, most)) = counts.fold(None, |range: Option<(usize, usize)>, polls| {
        Some(range.map_or((polls, polls), |(least, most)| (least.min(polls), most.max(polls))))
    }) else {
        return format!("An operation that is never done is polled more than {} times.", figure(count(MOST as u64)));
    };
    let polls = if least == most { count(most as u64) } else { format!("{} to {}", count(least as u64), count(most as u64)) };
    let end = scene.lives.iter().filter_map(|life| life.polls.last()).map(|poll| poll.at).max().unwrap_or_default();
    let why = why(scene).map(|why| format!(": {why}")).unwrap_or_default();
    format!(
        "An operation that is never done is polled {} times, and given up within {}{why}.",
        figure(polls),
        figure(time(end.as_secs_f64()))
    )
}

/// Returns why a poller gave up that found nothing.
fn why(scene: &Scene) -> Option<Reason> {
    scene.lives.iter().find_map(|life| if let End::GaveUp(reason) = life.end { Some(reason) } else { None })
}

fn polls_each(scene: &Scene) -> f64 {
    let noticing = scene.lives.iter().filter(|life| life.noticed().is_some());
    let (polls, pollers) = noticing.fold((0, 0), |(polls, pollers), life| (polls + life.polls.len(), pollers + 1));
    polls as f64 / f64::from(pollers.max(1))
}
