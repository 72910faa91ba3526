//! Replays the golden decisions, for targets that the tests themselves are too large for.

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

fn main() {
    let golden = include_str!("../../it/golden/decisions.txt");
    assert_eq!(decisions::text(), golden, "the decisions differ from those of the golden file");
    let word = if cfg!(target_endian = "big") { "big" } else { "little" };
    println!("{} lines replayed on a {}-bit {word}-endian target", golden.lines().count(), usize::BITS);
}
