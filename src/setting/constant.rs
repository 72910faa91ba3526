//! What is built by the compiler.

/// Builds in a constant; the compile error is the sentence of what `build` refuses. It is behind `const_policy!` and the others.
#[doc(hidden)]
#[macro_export]
macro_rules! const_built {
    ($builder:expr) => {
        const {
            match $builder.build() {
                ::core::result::Result::Ok(built) => built,
                ::core::result::Result::Err(error) => ::core::panic!("{}", error.sentence().as_str()),
            }
        }
    };
}
