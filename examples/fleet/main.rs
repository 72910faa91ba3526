//! Simulates.
mod simulation;
mod tables;
fn main() {
    tables::print(&mut std::io::stdout()).unwrap();
}
