//! The guide shows the statement, the script and the clients that the other tests run.
