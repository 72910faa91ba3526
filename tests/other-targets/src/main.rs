//! Replays the golden decisions, for targets that the tests themselves are too large for.

#[path = "../../it/decisions.rs"]
mod decisions;

fn main() {
    let golden = include_str!("../../it/golden/decisions.txt");
    assert_eq!(decisions::text(), golden, "the decisions differ from those of the golden file");
    let word = if cfg!(target_endian = "big") { "big" } else { "little" };
    println!("{} lines replayed on a {}-bit {word}-endian target", golden.lines().count(), usize::BITS);
}
