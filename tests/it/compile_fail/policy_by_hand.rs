use asyncpoll::Policy;

fn main() {
    let _ = Policy { max_polls: None, ..Policy::default() };
}
