//! The bytes of a snapshot: what they are, and what is refused.

use asyncpoll::{Elapsed, Jitter, Outcome, Policy, Poller, RestoreError, SeededRng, Snapshot, rand_core::Rng};
use core::{hash::Hash, time::Duration};
use expect_test::expect_file;

use crate::support::{every::JITTERS, exact, put_away, seconds};

/// Bytes with the checksum that they should have.
fn sealed(mut bytes: [u8; Snapshot::LENGTH]) -> [u8; Snapshot::LENGTH] {
    let checksum = crc32(&bytes[..112]);
    bytes[112..].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// CRC-32 as a division, bits in the order of the polynomial: not as the crate has it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut rest = u32::MAX;
    for byte in bytes {
        rest ^= u32::from(byte.reverse_bits()) << 24;
        for _ in 0..8 {
            let divisor = if rest >> 31 == 1 { 0x04c1_1db7 } else { 0 };
            rest = rest << 1 ^ divisor;
        }
    }
    !rest.reverse_bits()
}

fn policy() -> Policy {
    Policy::builder().build().unwrap()
}

fn snapshot() -> Snapshot {
    let mut poller = Poller::seeded(policy(), 5, Duration::ZERO);
    let _wait = poller.step(Outcome::<(), _>::transient("503").retry_after(seconds(7.0)), seconds(2.0));
    poller.snapshot(seconds(3.0))
}

/// What is said of the snapshot with this byte in that place, under a valid checksum.
fn refused(at: usize, byte: u8) -> String {
    let mut bytes = *snapshot().as_bytes();
    bytes[at] = byte;
    Snapshot::from_bytes(&sealed(bytes)).unwrap_err().to_string()
}

#[test]
fn each_field_has_its_place() {
    let policy = exact().max_wait(seconds(300.0)).head_start(seconds(4.0)).build().unwrap();
    let mut poller = Poller::seeded(policy, 5, Duration::ZERO);
    let _wait = poller.step(Outcome::<(), &str>::pending(), seconds(1.0));
    let _wait = poller.step(Outcome::<(), _>::transient("503"), seconds(5.0));
    let _wait = poller.step(Outcome::<(), _>::throttled("429").retry_after(seconds(32.0)), seconds(10.0));
    let bytes = *poller.snapshot(seconds(11.0)).as_bytes();

    let number =
        |at: usize, length: usize| bytes[at..at + length].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
    assert_eq!(bytes[..4], [1, 0, 2, 1], "version, polling, a hint, ChaCha8");
    assert_eq!([4, 8, 12].map(|at| number(at, 4)), [3, 2, 1], "polls, errors, consecutive errors");
    let times = [11, 42, 45, 42, 300].map(|seconds| seconds * 1_000_000_000);
    assert_eq!([16, 24, 32, 40, 48].map(|at| number(at, 8)), times, "elapsed, due, base, hinted until, max_wait");
    assert_ne!(bytes[56..88], [0; 32], "the key");
    assert_eq!([number(88, 8), number(96, 8), number(104, 1)], [0, 0, 0], "nothing was drawn");
    assert_eq!([number(105, 1), number(106, 2)], [0, 0], "the ladder was climbed");
    assert_eq!(number(108, 4), 1, "throttled");
    assert_eq!(number(112, 4), u64::from(crc32(&bytes[..112])), "the checksum");
}

#[test]
fn the_checksum_is_that_of_zlib() {
    // The check value that catalogues of such sums list for it.
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}

#[test]
fn draws_move_the_generator_on_and_its_place_is_kept() {
    let policy = Policy::builder().no_max_wait().jitter(Jitter::Full).build().unwrap();
    let mut poller = Poller::seeded(policy, 5, Duration::ZERO);
    for polls in 0..100_u32 {
        let bytes = *poller.snapshot(Duration::ZERO).as_bytes();
        // Two words a draw, sixteen a block.
        assert_eq!(bytes[96..104], u64::from(polls * 2 / 16).to_le_bytes(), "the block after {polls} polls");
        assert_eq!(bytes[104], (polls * 2 % 16) as u8, "the word after {polls} polls");
        let _wait = poller.step(Outcome::<()>::pending(), Duration::ZERO);
    }
}

#[test]
fn a_snapshot_is_a_plain_value_of_116_bytes() {
    fn value<T: Copy + Eq + Hash + Send + Sync + core::fmt::Debug>() {}
    value::<Snapshot>();
    value::<RestoreError>();
    assert_eq!((size_of::<Snapshot>(), align_of::<Snapshot>()), (116, 1));
}

#[test]
fn it_says_what_can_be_read_without_a_policy() {
    let snapshot = snapshot();
    assert_eq!((snapshot.polls(), snapshot.elapsed()), (1, seconds(3.0)));
    assert!(snapshot.due().is_some_and(|due| due >= seconds(9.0) && due <= seconds(10.4)));
    let text = format!("{snapshot:?}");
    assert!(text.starts_with("Snapshot { polls: 1, elapsed: 3s, due: Some(") && text.ends_with("), .. }"), "{text}");
}

#[test]
fn every_flip_of_a_bit_is_refused() {
    for snapshot in [snapshot(), Poller::seeded(policy(), 0, Duration::ZERO).snapshot(Duration::ZERO)] {
        for bit in 0..8 * Snapshot::LENGTH {
            let mut bytes = *snapshot.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let expected = if bit < 8 { RestoreError::UnknownVersion { version: bytes[0] } } else { RestoreError::Corrupt };
            assert_eq!(Snapshot::from_bytes(&bytes), Err(expected), "bit {bit}");
        }
    }
}

#[test]
fn another_length_is_refused() {
    let long = [snapshot().as_bytes(), &[0][..]].concat();
    for length in (0..=117).filter(|length| *length != 116) {
        assert_eq!(Snapshot::from_bytes(&long[..length]), Err(RestoreError::WrongLength { length }));
    }
    let said = [0, 1, 117].map(|length| Snapshot::from_bytes(&long[..length]).unwrap_err().to_string());
    assert_eq!(said[0], "snapshot is 0 bytes; one of version 1 has 116");
    assert_eq!(said[1], "snapshot is 1 byte; one of version 1 has 116");
    assert_eq!(said[2], "snapshot is 117 bytes; one of version 1 has 116");
}

#[test]
fn the_version_is_read_first_then_the_length_then_the_checksum() {
    let said = |bytes: &[u8]| Snapshot::from_bytes(bytes).unwrap_err().to_string();
    let mut bytes = *snapshot().as_bytes();
    bytes[1] = 9;
    assert_eq!(said(&bytes), "snapshot is corrupt: its checksum does not match");
    assert_eq!(said(&bytes[..115]), "snapshot is 115 bytes; one of version 1 has 116");
    bytes[0] = 2;
    assert_eq!(said(&bytes[..115]), "snapshot is of version 2; this release reads version 1");
}

#[test]
fn a_value_that_no_release_has_written_is_refused() {
    assert_eq!(refused(1, 2), "snapshot has stage 2; it must be at most 1");
    assert_eq!(refused(2, 5), "snapshot has wait kind 5; it must be at most 4");
    assert_eq!(refused(3, 2), "snapshot has generator 2; it must be at most 1");
    assert_eq!(refused(104, 16), "snapshot has word 16; it must be at most 15");
    assert_eq!(refused(105, 9), "snapshot has rung 9; it must be at most 8");
    for spare in [106, 107] {
        assert_eq!(refused(spare, 1), "snapshot has spare byte 1; it must be at most 0");
    }
}

#[test]
fn a_generator_where_there_is_none_is_refused() {
    let poller = Poller::seeded(policy(), 5, Duration::ZERO);
    let without = poller.snapshot_without_generator(Duration::ZERO);
    assert_eq!(without.as_bytes()[56..105], [0; 49]);
    for at in [56, 87, 88, 95, 96, 103, 104] {
        let mut bytes = *without.as_bytes();
        bytes[at] = 1;
        let error = Snapshot::from_bytes(&sealed(bytes)).unwrap_err();
        assert_eq!(error.to_string(), "snapshot has generator 0, none; its bytes 56 to 104 must be 0", "byte {at}");
    }
}

#[test]
fn a_snapshot_without_a_generator_takes_one() {
    let poller = Poller::seeded(policy(), 5, Duration::ZERO);
    let snapshot = poller.snapshot_without_generator(Duration::ZERO);
    let refused = Poller::restore(&snapshot, policy(), Duration::ZERO, Elapsed(Duration::ZERO)).unwrap_err();
    assert_eq!(refused.to_string(), "snapshot holds no generator; restore it with one, by Poller::restore_with");
}

/// The file is only ever added to: what a release has written, every later one reads.
#[test]
fn the_snapshots_are_those_of_the_golden_file() {
    expect_file!["../golden/snapshots.txt"].assert_eq(&put_away::text());
}

#[test]
fn the_snapshots_of_the_golden_file_are_read_back() {
    let (written, read) = put_away::lives(include_str!("../golden/snapshots.txt"));
    assert_eq!((written.len(), &written), (6 * JITTERS.len(), &read));
}

#[test]
fn a_generator_comes_back_at_any_word_of_its_block() {
    for word in 0..=16 {
        let mut rng = SeededRng::new(1);
        (0..word).for_each(|_| _ = rng.next_u32());
        let mut poller = Poller::new(policy(), rng, Duration::ZERO);
        let snapshot = Snapshot::from_bytes(poller.snapshot(Duration::ZERO).as_bytes()).unwrap();
        let mut restored = Poller::restore(&snapshot, policy(), Duration::ZERO, Elapsed(Duration::ZERO)).unwrap();
        let [original, same] = [&mut poller, &mut restored].map(|poller| poller.step(Outcome::<()>::pending(), Duration::ZERO));
        assert_eq!(original, same, "after word {word}");
    }
}
