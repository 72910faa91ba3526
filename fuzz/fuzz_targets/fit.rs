//! Any log, goal and policy: they end with plans to print or with a sentence.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::fits::Asked;

fn check(asked: &Asked) {
    asked.fit();
}

// A fit takes as long as thousands of inputs of other targets.
asyncpoll_fuzz::target!(check: Asked, seeds: "fit", made: 150);
