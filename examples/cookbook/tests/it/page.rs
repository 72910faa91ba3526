//! The page shows the programs that the other tests run.
