//! The fields of a view, and their form.

use asyncpoll_fit::parse_seconds;
use core::{fmt::Write, time::Duration};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{
    address::Address,
    answer::{Pairs, Refusal, Shown},
    question::Question,
    words,
};

/// A view of the page.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
    /// Plays the settings, and shows what came of it.
    pub(crate) show: fn(&mut Address, &Question) -> Result<Shown, Refusal>,
}

/// A field of a form.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// Its value unless it is set.
    pub(crate) plain: &'static str,
    pub(crate) kind: Kind,
    /// What it means, in a few words.
    pub(crate) says: &'static str,
}

/// How a field is set.
#[derive(Debug)]
pub(crate) enum Kind {
    /// By typing, or by a slider with these steps.
    Steps(&'static [&'static str]),
    /// The same, for what is seldom set.
    More(&'static [&'static str]),
    /// By choosing one of these values.
    Choice(&'static [&'static str]),
    /// By nothing in the form.
    Hidden,
}

/// Returns the forms of all views as HTML: each by the name of its view.
///
/// ```
/// let forms = asyncpoll_playground::forms();
/// assert!(forms.iter().any(|(view, form)| *view == "policy" && form.contains("name=\"jitter\"")));
/// ```
pub fn forms() -> Vec<(&'static str, String)> {
    crate::VIEWS.iter().map(|view| (view.name, view.form())).collect()
}

impl View {
    pub(crate) fn plain(&self) -> Pairs<String> {
        self.fields.iter().map(|field| (field.name, field.plain.to_owned())).collect()
    }

    /// Writes the form as HTML.
    pub(crate) fn form(&self) -> String {
        let write = |fields: &mut dyn Iterator<Item = &Field>| fields.map(|field| field.control(self.name)).collect::<String>();
        let mut form = write(&mut self.fields.iter().filter(|field| !matches!(field.kind, Kind::More(_))));
        let more = write(&mut self.fields.iter().filter(|field| matches!(field.kind, Kind::More(_))));
        if !more.is_empty() {
            let _ = write!(form, "<details><summary>More settings</summary>\n{more}</details>\n");
        }
        form
    }
}

impl Field {
    fn control(&self, view: &str) -> String {
        let Self { name, plain, says, .. } = self;
        let id = format!("{view}-{name}");
        let described = format!("aria-describedby=\"{id}-says {id}-error\"");
        let mut control = format!("<div class=\"field\"><label for=\"{id}\">{name}</label>");
        let _ = match self.kind {
            Kind::Steps(steps) | Kind::More(steps) => {
                let at = steps.iter().position(|step| step == plain).unwrap_or(0);
                let (most, steps) = (steps.len().saturating_sub(1), steps.join("|"));
                write!(
                    control,
                    "<input id=\"{id}\" name=\"{name}\" type=\"text\" value=\"{plain}\" spellcheck=\"false\" {described}>\
                     <input type=\"range\" min=\"0\" max=\"{most}\" value=\"{at}\" data-steps=\"{steps}\" aria-label=\"{name}, by steps\" \
                     aria-valuetext=\"{plain}\">"
                )
            }
            Kind::Choice(values) => {
                let options = values.join("</option><option>");
                write!(control, "<select id=\"{id}\" name=\"{name}\" {described}><option>{options}</option></select>")
            }
            Kind::Hidden => return String::new(),
        };
        let _ = writeln!(
            control,
            "<small id=\"{id}-says\">{says}</small><p class=\"refusal\" id=\"{id}-error\" role=\"alert\"></p></div>"
        );
        control
    }
}

/// Reads what fields are the settings of, and says which of them is wrong.
pub(crate) fn settings<T: DeserializeOwned>(address: &Address, fields: &[Field]) -> Result<T, Refusal> {
    let settings: Map<String, Value> =
        fields.iter().map(|field| (field.name.to_owned(), address.get(field.name).into())).collect();
    serde_json::from_value(Value::Object(settings)).map_err(|error| {
        // A sentence begins with the setting that it is about.
        let sentence = error.to_string();
        let end = sentence.find(|letter: char| !letter.is_ascii_lowercase() && letter != '_').unwrap_or(sentence.len());
        Refusal::new(sentence[..end].to_owned(), sentence)
    })
}

/// Reads a time from a field.
pub(crate) fn time(address: &Address, name: &str, least: f64, most: f64) -> Result<Duration, Refusal> {
    let text = address.get(name);
    let seconds = parse_seconds(text).filter(|seconds| (least..=most).contains(seconds));
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or_else(|| {
        let [least, most] = [least, most].map(words::time);
        Refusal::new(name, format!("{name} is {text:?}; it must be a time such as 30s, from {least} to {most}"))
    })
}

/// Reads a whole number from a field.
pub(crate) fn whole(address: &Address, name: &str, least: u64, most: u64) -> Result<u64, Refusal> {
    let text = address.get(name);
    let digits = text.replace([',', '_'], "");
    digits
        .parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| Refusal::new(name, format!("{name} is {text:?}; it must be a whole number from {least} to {most}")))
}
