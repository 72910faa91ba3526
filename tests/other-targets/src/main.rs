//! Replays the golden decisions and reads the golden snapshots, for targets that the tests themselves are too large for.

/// Makes a list of what `every` names.
macro_rules! every {
    (JITTERS: $element:ty = $of:ident { $($variant:pat => [$($example:expr),+ $(,)?],)+ }) => {
        pub(crate) const JITTERS: &[$element] = &[$($($example),+),+];
    };
    (REASONS: $($rest:tt)+) => {};
}

#[path = "../../it/decisions.rs"]
mod decisions;
#[path = "../../it/every.rs"]
#[expect(unused_imports, reason = "decisions name no reasons")]
mod every;
#[path = "../../it/put_away.rs"]
mod put_away;

fn main() {
    let golden = include_str!("../../it/golden/decisions.txt");
    assert_eq!(decisions::text(), golden, "the decisions differ from those of the golden file");
    let snapshots = include_str!("../../it/golden/snapshots.txt");
    assert_eq!(put_away::text(), snapshots, "the snapshots differ from those of the golden file");
    let (written, read) = put_away::lives(snapshots);
    assert_eq!(written, read, "the pollers of the golden snapshots live differently");
    let word = if cfg!(target_endian = "big") { "big" } else { "little" };
    let lines = golden.lines().chain(snapshots.lines()).count();
    println!("{lines} lines replayed on a {}-bit {word}-endian target", usize::BITS);
}
