//! Slots are a spacing apart, whoever asks, and none lies in a hold.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use asyncpoll::{SmallRng, rand_core::Rng as _, random_seed};

use crate::{
    model::{Answer, Model, check_apart},
    support::{Ask, CLIENTS, Store, at_once},
};

const MILLI: Duration = Duration::from_millis(1);

/// In microseconds.
const HOUR: i64 = 3_600_000_000;

/// Eight clients want more slots than there are: there is no hole and no overlap.
#[test]
fn slots_are_a_spacing_apart_while_they_are_wanted() -> Result<()> {
    const CALLS: usize = 500;
    for store in Store::both()? {
        let start = Instant::now();
        let answers = at_once(|_| {
            let mut client = store.slots()?;
            let ask = Ask { wanted: 50, spacing: MILLI, hold: Duration::ZERO };
            (0..CALLS).map(|_| Ok((ask, client.ask("ca", ask)?))).collect::<Result<Vec<Answer>>>()
        })?;
        let took = start.elapsed();
        let answers = answers.concat();
        let calls = u128::try_from(answers.len())?;
        let given: u32 = answers.iter().map(|(_, slots)| slots.slots).sum();
        println!("{}: {given} slots; {} asks a second", store.name(), calls * 1_000 / took.as_millis().max(1));
        ensure!(answers.len() == CLIENTS * CALLS);
        // A second's worth at once, and what time has brought since.
        let at = || answers.iter().map(|(_, slots)| slots.at);
        let span = at().max().unwrap_or_default().saturating_sub(at().min().unwrap_or_default());
        ensure!(given >= 1_000 && u128::from(given) <= 1_001 + span.as_millis(), "{given} slots in {span:?}");
        check_apart(&answers, MILLI)?;
        Model::default().agree(answers)?;
    }
    Ok(())
}

/// Whatever eight clients ask, of whatever spacing, and whatever hold they tell of, the answer is that of the model.
#[test]
fn slots_are_those_of_the_model() -> Result<()> {
    const UPSTREAMS: usize = 40;
    const CALLS: usize = 200;
    let seed = random_seed();
    println!("seed {seed}");
    for store in Store::both()? {
        let answers = at_once(|number| {
            let mut client = store.slots()?;
            let mut rng = SmallRng::new(seed.wrapping_add(number.try_into()?));
            let mut draw = |most: u32| rng.next_u32() % (most + 1);
            (0..CALLS)
                .map(|call| {
                    // All clients ask of one upstream at about the same time.
                    let upstream = call * UPSTREAMS / CALLS;
                    let ask = Ask {
                        wanted: draw(1) * draw(200),
                        spacing: Duration::from_micros([1, 7_000, 333_334, 2_000_000][draw(3) as usize]),
                        hold: Duration::from_micros((draw(9) / 9 * draw(150_000)).into()),
                    };
                    Ok((upstream, (ask, client.ask(&upstream.to_string(), ask)?)))
                })
                .collect::<Result<Vec<_>>>()
        })?
        .concat();
        let given = answers.iter().filter(|(_, (_, slots))| slots.slots > 0).count();
        ensure!(given > UPSTREAMS, "{given} answers have slots");
        for upstream in 0..UPSTREAMS {
            let answers = answers.iter().filter(|(of, _)| *of == upstream).map(|(_, answer)| *answer);
            Model::default().agree(answers.collect())?;
        }
    }
    Ok(())
}

/// A hold that a client tells of keeps the slots of all back, and a shorter hold does not end it.
#[test]
fn a_hold_is_obeyed_by_all() -> Result<()> {
    for store in Store::both()? {
        let ask = Ask { wanted: 10, spacing: 20 * MILLI, hold: Duration::ZERO };
        let hold = Duration::from_secs(3_600);
        let told = store.slots()?.ask("ca", Ask { hold, ..ask })?;
        ensure!(told.slots == 0 && told.first == hold && told.held == hold, "{told:?}");
        let answers = at_once(|_| store.slots()?.ask("ca", Ask { hold: hold / 2, ..ask }))?;
        let over = told.at + hold;
        for slots in answers {
            ensure!(slots.slots == 0 && slots.at + slots.first == over && slots.at + slots.held == over, "{slots:?}");
        }
    }
    Ok(())
}

/// The first slot after a hold is at its end, and the others follow.
#[test]
fn slots_go_on_when_a_hold_is_over() -> Result<()> {
    for store in Store::both()? {
        let ask = Ask { wanted: 10, spacing: 20 * MILLI, hold: Duration::ZERO };
        let asked = Ask { hold: 1_200 * MILLI, ..ask };
        let told = store.slots()?.ask("ca", asked)?;
        let mut answers = at_once(|_| {
            let mut client = store.slots()?;
            let mut answers = Vec::new();
            while answers.last().is_none_or(|(_, slots): &Answer| slots.slots == 0) {
                answers.push((ask, client.ask("ca", ask)?));
                thread::sleep(20 * MILLI);
            }
            Ok(answers)
        })?
        .concat();
        for (_, slots) in &answers {
            ensure!(slots.slots == 0 || slots.at + slots.first >= told.at + asked.hold, "in the hold: {slots:?}");
        }
        answers.push((asked, told));
        Model::default().agree(answers)?;
    }
    Ok(())
}

/// If the clock is set back by an hour, the next slot comes as if no time had passed since the last ask.
#[test]
fn a_clock_that_is_set_back_counts_as_one_that_stood_still() -> Result<()> {
    for store in Store::both()? {
        let mut client = store.slots()?;
        let ask = Ask { wanted: 500, spacing: MILLI, hold: Duration::ZERO };
        let before = client.ask("ca", ask)?;
        store.set_clock_back("ca", HOUR)?;
        let after = client.ask("ca", ask)?;
        ensure!(after.slots > 0 && after.first == before.first + 500 * MILLI, "{before:?}, then {after:?}");

        let hold = Duration::from_secs(60);
        client.ask("ca", Ask { hold, ..ask })?;
        store.set_clock_back("ca", HOUR)?;
        let slots = client.ask("ca", ask)?;
        ensure!(slots.held == hold, "{slots:?}");
    }
    Ok(())
}

/// If the clock is set forward by an hour, or the row is lost, slots begin anew, and no hold is left.
#[test]
fn what_is_lost_begins_anew() -> Result<()> {
    for store in Store::both()? {
        let mut client = store.slots()?;
        let ask = Ask { wanted: 500, spacing: MILLI, hold: Duration::ZERO };
        for lose in [|store: &Store| store.set_clock_back("ca", -HOUR), |store: &Store| store.delete("ca")] {
            client.ask("ca", Ask { hold: Duration::from_secs(60), ..ask })?;
            lose(&store)?;
            let anew = client.ask("ca", ask)?;
            ensure!(anew.slots == 500 && anew.first.is_zero() && anew.held.is_zero(), "{anew:?}");
        }
    }
    Ok(())
}

/// Upstreams have nothing to do with each other.
#[test]
fn an_upstream_has_slots_of_its_own() -> Result<()> {
    for store in Store::both()? {
        let mut client = store.slots()?;
        let ask = Ask { wanted: 1, spacing: Duration::from_secs(3_600), hold: Duration::ZERO };
        for upstream in ["one", "another", "'third' {of}; \\0"] {
            let slots = client.ask(upstream, ask)?;
            ensure!(slots.slots == 1 && slots.first.is_zero(), "{slots:?}");
            let slots = client.ask(upstream, ask)?;
            ensure!(slots.slots == 0 && slots.first > Duration::from_secs(3_500), "{slots:?}");
        }
    }
    Ok(())
}

/// No time is cut down in silence.
#[test]
fn a_time_that_no_store_can_count_is_refused() -> Result<()> {
    for store in Store::both()? {
        let mut client = store.slots()?;
        let ask = Ask { wanted: 1, spacing: MILLI, hold: Duration::ZERO };
        for (wrong, says) in [
            (Ask { spacing: Duration::ZERO, ..ask }, "the spacing of an upstream is 0 s, and must be longer"),
            (
                Ask { hold: Duration::from_secs(3_153_600_001), ..ask },
                "the hold of an upstream is 3153600001s, and must be 3153600000s at most",
            ),
            (
                Ask { spacing: Duration::MAX, ..ask },
                "the spacing of an upstream is 18446744073709551615.999999999s, and must be 3153600000s at most",
            ),
        ] {
            let error = client.ask("ca", wrong).err().map(|error| error.to_string());
            ensure!(error.as_deref() == Some(says), "{wrong:?} is answered by {error:?}");
        }
        // The longest is counted exactly, and the shortest is rounded up.
        let longest = Duration::from_secs(3_153_600_000);
        let slots = client.ask("ca", Ask { spacing: Duration::from_nanos(1), hold: longest, ..ask })?;
        ensure!(slots.held == longest && slots.first == longest, "{slots:?}");
        let slots = client.ask("another", Ask { spacing: longest, ..ask })?;
        let later = client.ask("another", ask)?;
        ensure!(slots.at + longest == later.at + later.first, "{slots:?}, then {later:?}");
    }
    Ok(())
}

/// A key of Redis is there for a day after its last use, and after the end of its hold.
#[test]
fn a_key_of_redis_outlives_its_hold() -> Result<()> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let [_, store] = Store::both()?;
    let Store::Redis(redis) = &store else { anyhow::bail!("the second is Redis") };
    let mut connection = redis.connect()?;
    for (upstream, hold) in [("ca", Duration::ZERO), ("held", 3 * DAY)] {
        store.slots()?.ask(upstream, Ask { wanted: 1, spacing: MILLI, hold })?;
        let left: u64 = redis::cmd("PTTL").arg(format!("slots:{upstream}")).query(&mut connection)?;
        let missing = (DAY + hold).checked_sub(Duration::from_millis(left));
        ensure!(missing.is_some_and(|it| it < Duration::from_secs(60)), "{upstream} expires in {left} ms");
    }
    Ok(())
}
