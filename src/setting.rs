//! What the settings of policies, cadences and limits have in common: names, values as text, and how files hold them.

#[cfg(feature = "serde")]
pub(crate) mod config;
mod constant;
mod duration;
mod short;
mod value;
mod written;

use core::fmt;

pub(crate) use {
    short::Short,
    value::{NONE, Value},
    written::Written,
};

/// A setting of something that is built: of a policy, of a cadence, of limits.
pub(crate) trait Setting: Listed {
    /// What is built.
    type Built;
    /// What builds it.
    type Builder: Copy + 'static;

    /// Returns the value of this setting in `built`.
    fn value(self, built: &Self::Built) -> Value;

    /// Sets what is written, or returns nothing if that has not the form of this setting.
    fn read(self, builder: Self::Builder, written: Written<'_>) -> Option<Self::Builder>;
}

/// An element of a list that [`settings!`] makes.
pub(crate) trait Listed: Copy + PartialEq + 'static {
    /// All settings, in the order of the list.
    const ALL: &'static [Self];

    /// Their names, in the same order.
    #[cfg(feature = "serde")]
    const NAMES: &'static [&'static str];

    /// Returns the name, which is that of the setter and of the getter.
    fn name(self) -> &'static str;
}

/// Lists the settings of a builder: its fields, neither more nor fewer, or this does not compile.
///
/// All that has to be said of each setting is said in a match on the list, so a new setting compiles once it is everywhere.
macro_rules! settings {
    ($(#[$doc:meta])* $setting:ident of $builder:ident { $($variant:ident: $field:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum $setting {
            $($variant,)+
        }

        const _: fn($builder) = |$builder { $($field: _),+ }| ();

        impl $crate::setting::Listed for $setting {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            #[cfg(feature = "serde")]
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),+];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($field),)+
                }
            }
        }
    };
}
pub(crate) use settings;

/// `?`, for constants.
macro_rules! checked {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}

pub(crate) use checked;

/// Writes debug text: every setting, in units.
pub(crate) fn debug<S: Setting>(name: &str, built: &S::Built, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = f.debug_struct(name);
    for setting in S::ALL {
        text.field(setting.name(), &format_args!("{}", setting.value(built)));
    }
    text.finish()
}
