//! The part of the page's address after `#`: it holds every setting, so that a link leads back to the same picture.

use form_urlencoded::{Serializer, parse};

use crate::{
    answer::Pairs,
    field::{Field, View},
};

/// The version of the address: a later page can tell what an older one meant.
const VERSION: &str = "1";

/// What the address says.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) view: &'static View,
    /// The value of each field of the view.
    values: Pairs<String>,
    /// Settings that this page does not know. They stay in the address: another page may know them.
    unknown: Vec<(String, String)>,
    pub(crate) notes: Vec<String>,
}

impl Address {
    /// Reads a fragment. Settings that it leaves out are plain.
    pub(crate) fn read(fragment: &str, views: &'static [View]) -> Self {
        let pairs: Vec<(String, String)> =
            parse(fragment.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let find = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let mut notes = Vec::new();
        if let Some(version) = find("v").filter(|version| *version != VERSION) {
            notes.push(format!(
                "The link is of version {version:?}; this page reads version {VERSION}, and may take a setting for another."
            ));
        }
        let plain = &views[0];
        let view = find("view").map_or(plain, |name| {
            views.iter().find(|view| view.name == name).unwrap_or_else(|| {
                notes.push(format!("The link asks for the view {name:?}, which this page does not have; it shows another."));
                plain
            })
        });
        let mut address = Self { view, values: view.plain(), unknown: Vec::new(), notes };
        for (name, value) in pairs {
            if name != "v" && name != "view" && !address.set(&name, &value) {
                address.notes.push(format!("The link sets {name:?}, which this page does not know; it has no effect."));
                address.unknown.push((name, value));
            }
        }
        address
    }

    /// Sets a field, and returns whether the view has it.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> bool {
        let field = self.values.iter_mut().find(|(field, _)| *field == name);
        field.is_some_and(|(_, field)| {
            value.trim().clone_into(field);
            true
        })
    }

    /// Returns the value of a field.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.values.iter().find(|(field, _)| *field == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn values(&self) -> &Pairs<String> {
        &self.values
    }

    /// Writes the fragment that is read back to the same. What is plain is left out.
    pub(crate) fn write(&self) -> String {
        let mut pairs = Serializer::new(String::new());
        pairs.append_pair("v", VERSION).append_pair("view", self.view.name);
        let is_plain = |field: &Field| self.get(field.name) == field.plain;
        for field in self.view.fields.iter().filter(|field| !is_plain(field)) {
            pairs.append_pair(field.name, self.get(field.name));
        }
        pairs.extend_pairs(&self.unknown).finish()
    }
}

/// Returns the fragment of a view with these settings.
pub(crate) fn fragment<'a>(view: &str, settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    Serializer::new(String::new()).append_pair("v", VERSION).append_pair("view", view).extend_pairs(settings).finish()
}
