//! Replays the golden decisions and ticks and reads the golden snapshots, for targets that the tests are too large for.

/// Makes a list of what `every` names.
macro_rules! every {
    (REASONS: $($rest:tt)+) => {};
    ($list:ident: $element:ty = $of:ident { $($variant:pat => [$($example:expr),+ $(,)?],)+ }) => {
        pub(crate) const $list: &[$element] = &[$($($example),+),+];
    };
}

#[path = "../../it/support/decisions.rs"]
mod decisions;
#[path = "../../it/support/every.rs"]
#[expect(unused_imports, reason = "decisions name no reasons")]
mod every;
#[path = "../../it/support/put_away.rs"]
mod put_away;
#[path = "../../it/support/ticks.rs"]
mod ticks;

fn main() {
    let word = if cfg!(target_endian = "big") { "big" } else { "little" };
    let snapshots = include_str!("../../it/golden/snapshots.txt");
    for (name, golden, replayed) in [
        ("decisions", include_str!("../../it/golden/decisions.txt"), decisions::text()),
        ("snapshots", snapshots, put_away::text()),
        ("ticks", include_str!("../../it/golden/ticks.txt"), ticks::text()),
    ] {
        assert_eq!(replayed, golden, "the {name} differ from those of the golden file");
        println!("{} lines of {name} replayed on a {}-bit {word}-endian target", golden.lines().count(), usize::BITS);
    }
    let (written, read) = put_away::lives(snapshots);
    assert_eq!(written, read, "the pollers of the golden snapshots live differently");
}
