//! What the compiler refuses, and how it says so.

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/it/compile_fail/*.rs");
}
