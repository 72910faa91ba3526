//! Runs one case, named by the one argument: what callgrind looks at.

use std::env;

use asyncpoll_benches::cases;

fn main() {
    let name = env::args().nth(1).expect("the name of a case");
    let cases = cases::ours();
    #[cfg(feature = "tables")]
    let cases = [cases, cases::beside_peers()].concat();
    let case = cases.iter().find(|case| case.name() == name);
    let case = case.expect("a case of that name");
    (case.run)(case.piece.counted());
}
