//! Runs one case, named by the one argument: what callgrind looks at.

use std::env;

use asyncpoll_benches::cases;

fn main() {
    let name = env::args().nth(1).expect("the name of a case");
    let case = cases::ours().into_iter().chain(cases::beside_peers()).find(|case| case.name() == name);
    let case = case.expect("a case of that name");
    (case.run)(case.piece.counted());
}
