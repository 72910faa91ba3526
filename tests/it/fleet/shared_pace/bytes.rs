//! The bytes of a shared pace: what is read, and what is refused.

use asyncpoll::fleet::{Ask, Limits, SharedPace, SharedPaceError};
use core::time::Duration;
use expect_test::expect_file;

use crate::support::{seconds, shared_paces};

/// The CRC-32 of zlib, by long division.
fn crc32(bytes: &[u8]) -> u32 {
    let mut rest = u32::MAX;
    for byte in bytes {
        rest ^= u32::from(*byte);
        for _ in 0..8 {
            rest = if rest % 2 == 1 { (rest / 2) ^ 0xedb8_8320 } else { rest / 2 };
        }
    }
    !rest
}

/// Bytes with a checksum that is right.
fn sealed(content: &[u8]) -> Vec<u8> {
    let checksum = crc32(content).to_le_bytes();
    [content, &checksum].concat()
}

/// Those of a pace, with a part put in place of what is there.
fn with(pace: &SharedPace, at: usize, part: &[u8]) -> Vec<u8> {
    let bytes = pace.to_bytes();
    sealed(&[&bytes[..at], part, &bytes[at + part.len()..192]].concat())
}

/// One that has been cut after eight seconds, and is not proven.
fn cut() -> SharedPace {
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut ask = Ask::default();
    (ask.epoch, ask.due, ask.wanted) = (1, 20, 20);
    for second in 0..8 {
        let _grant = pace.admit(&Limits::default(), &ask, Duration::from_secs(second));
    }
    ask.refused = 1;
    let _grant = pace.admit(&Limits::default(), &ask, seconds(8.0));
    assert_eq!(pace.epoch(), 2);
    pace
}

/// The file is only ever added to: what a release has written, every later one reads.
#[test]
fn the_shared_paces_are_those_of_the_golden_file() {
    expect_file!["../../golden/shared_paces.txt"].assert_eq(&shared_paces::text());
}

#[test]
fn the_shared_paces_of_the_golden_file_are_read_back() {
    let (written, read) = shared_paces::read(include_str!("../../golden/shared_paces.txt"));
    assert_eq!((written.len(), &written), (13, &read));
}

#[test]
fn one_bit_that_is_wrong_is_noticed_wherever_it_is() {
    for pace in [SharedPace::new(seconds(1_700_000_000.0)), cut()] {
        let bytes = pace.to_bytes();
        assert_eq!(SharedPace::from_row(&bytes, seconds(7.0)), Ok(pace));
        for bit in 0..8 * bytes.len() {
            let mut bytes = bytes;
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(SharedPace::from_bytes(&bytes), Err(SharedPaceError::Corrupt), "bit {bit}");
            assert_eq!(SharedPace::from_row(&bytes, seconds(7.0)), Ok(SharedPace::new(seconds(7.0))), "bit {bit}");
        }
    }
}

#[test]
fn a_row_of_a_later_version_is_not_replaced_whatever_its_length() {
    let bytes = cut().to_bytes();
    for version in [0, 2, 255] {
        for length in [1, 191, 192, 193, 1_000] {
            let content: Vec<u8> = [version].into_iter().chain(bytes[1..192].iter().copied().cycle()).take(length).collect();
            let row = sealed(&content);
            let error = SharedPace::from_row(&row, Duration::ZERO).unwrap_err();
            assert_eq!(error, SharedPaceError::UnknownVersion { version }, "{length} bytes");
            assert_eq!(SharedPace::from_bytes(&row), Err(error));
        }
    }
    let error = SharedPace::from_bytes(&sealed(&[2, 0])).unwrap_err();
    assert_eq!(error.to_string(), "shared pace is of version 2; this release reads version 1");
}

#[test]
fn another_version_without_a_right_checksum_is_damage() {
    let mut bytes = cut().to_bytes();
    bytes[0] = 2;
    assert_eq!(SharedPace::from_bytes(&bytes), Err(SharedPaceError::Corrupt));
    assert_eq!(SharedPace::from_bytes(&bytes[..195]), Err(SharedPaceError::WrongLength { length: 195 }));
    assert_eq!(SharedPace::from_row(&bytes[..195], seconds(3.0)), Ok(SharedPace::new(seconds(3.0))));
    assert_eq!(SharedPaceError::Corrupt.to_string(), "shared pace is corrupt: its checksum does not match");
}

#[test]
fn another_length_is_refused() {
    let bytes = cut().to_bytes();
    for length in (0..196).chain([197, 10_000]) {
        let other: Vec<u8> = bytes.iter().copied().cycle().take(length).collect();
        assert_eq!(SharedPace::from_bytes(&other), Err(SharedPaceError::WrongLength { length }));
        assert_eq!(SharedPace::from_row(&other, seconds(3.0)), Ok(SharedPace::new(seconds(3.0))));
    }
    // Even if its checksum is right.
    let error = SharedPace::from_bytes(&sealed(&bytes[..190])).unwrap_err();
    assert_eq!(error.to_string(), "shared pace is 194 bytes; one of version 1 has 196");
    let error = SharedPace::from_bytes(&[1]).unwrap_err();
    assert_eq!(error.to_string(), "shared pace is 1 byte; one of version 1 has 196");
}

/// Each field with a value that it cannot have, and the nearest that it can.
#[test]
fn what_no_history_makes_is_refused() {
    let (new, cut) = (SharedPace::new(Duration::ZERO), cut());
    let eight_seconds = 8_000_000_000_u64;
    let four = |value: u32| value.to_le_bytes().to_vec();
    let eight = |value: u64| value.to_le_bytes().to_vec();
    let spacing = u64::from_le_bytes(cut.to_bytes()[96..104].try_into().unwrap());
    for (pace, at, wrong, right, field, value) in [
        (&cut, 1, vec![3], Some(vec![2]), "trial", 3),
        (&cut, 2, vec![2], Some(vec![0]), "waited", 2),
        (&cut, 4, four(0), Some(four(1)), "epoch", 0),
        (&cut, 8, four(3), Some(four(2)), "resumed epoch", 3),
        (&cut, 8, four(1), Some(four(0)), "resumed epoch", 1),
        (&cut, 12, four(601), Some(four(600)), "doubling", 601),
        (&cut, 12, four(0), Some(four(1)), "doubling", 0),
        (&new, 12, four(1), None, "doubling", 1),
        (&cut, 20, four(1), None, "spare bytes", 1),
        (&new, 32, eight(u64::MAX), Some(eight(u64::MAX - 1)), "time", u64::MAX),
        (&cut, 64, eight(0), Some(eight(1)), "first spacing", 0),
        (&cut, 64, eight(62_500_001), Some(eight(62_500_000)), "first spacing", 62_500_001),
        (&cut, 72, eight(eight_seconds + 1), Some(eight(eight_seconds)), "shrunk", eight_seconds + 1),
        (&cut, 104, eight(0), Some(eight(1)), "spacing", 0),
        (&cut, 104, eight(spacing + 1), Some(eight(spacing)), "spacing", spacing + 1),
        (&new, 104, eight(1), None, "spacing", 1),
        (&cut, 120, eight(eight_seconds + 1), Some(eight(eight_seconds)), "stretch", eight_seconds + 1),
        (&new, 152, eight(5), None, "least spacing", 5),
        (&cut, 184, eight(2), Some(eight(1)), "forgiven", 2),
        (&new, 1, vec![0], None, "trial before a cut", 0),
        (&new, 112, eight(1), None, "trial before a cut", 2),
    ] {
        let error = SharedPace::from_bytes(&with(pace, at, &wrong)).unwrap_err();
        assert_eq!(error, SharedPaceError::Impossible { field, value }, "byte {at}");
        assert_eq!(error.to_string(), format!("shared pace has {field} {value}, which nothing leads to"));
        let restored = SharedPace::from_row(&with(pace, at, &wrong), seconds(3.0));
        assert_eq!(restored, Ok(SharedPace::new(seconds(3.0))));
        if let Some(right) = right {
            let bytes = with(pace, at, &right);
            assert_eq!(SharedPace::from_bytes(&bytes).unwrap().to_bytes()[..], bytes[..], "{field} {right:?}");
        }
    }
}

#[test]
fn a_trial_has_the_time_that_belongs_to_it() {
    let trial = |trial: u8, time: u64| {
        let bytes = with(&cut(), 112, &time.to_le_bytes());
        let bytes: Vec<u8> = [&[1, trial], &bytes[2..192]].concat();
        SharedPace::from_bytes(&sealed(&bytes)).map(|pace| pace.to_bytes()[1])
    };
    let wrong = |value| Err(SharedPaceError::Impossible { field: "trial time", value });
    assert_eq!((trial(0, 0), trial(0, 1)), (Ok(0), wrong(1)));
    assert_eq!((trial(1, 8_000_000_000), trial(1, 8_000_000_001)), (Ok(1), wrong(8_000_000_001)));
    assert_eq!(trial(2, u64::MAX), Ok(2), "a pace may have kept polls apart for any time");
}

#[test]
fn the_end_of_time_is_read_back() {
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut ask = Ask::default();
    (ask.epoch, ask.due, ask.wanted) = (1, 20, 20);
    for now in [Duration::ZERO, seconds(3.0), Duration::MAX] {
        let grant = pace.admit(&Limits::default(), &ask, now);
        let read = SharedPace::from_bytes(&pace.to_bytes()).unwrap();
        assert_eq!(read, pace, "at {now:?}, {grant:?}");
        let [one, other] = [pace, read].map(|mut pace| pace.admit(&Limits::default(), &ask, now));
        assert_eq!(one, other, "at {now:?}");
    }
}
