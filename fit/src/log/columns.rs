//! A log with columns: CSV, or an object of JSON a line.

use serde_json::{Map, Value};

use super::{Excerpt, Log, LogError, Why, is_blank, lines};
use crate::{Record, seconds};

const AFTER: &str = "after";
const BY: &str = "by";
const STATE: &str = "state";

const TIME: &str = "a number of seconds or a duration such as 5m3s";
const STATES: &str = "`done` or `gave-up`";

pub(super) fn read_csv(text: &[u8], column: Option<&str>, log: &mut Log) -> Result<(), LogError> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).trim(csv::Trim::All).from_reader(text);
    let headings = reader.byte_headers().cloned().unwrap_or_default();
    let find = |name: &str| headings.iter().position(|heading| heading == name.as_bytes());
    let need = |name: &str| {
        let columns = headings.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(", ");
        find(name).ok_or_else(|| LogError::NoColumn { column: name.to_owned(), columns: Excerpt::new(&columns) })
    };
    let columns = match column {
        Some(column) => Columns::One(column, need(column)?),
        None => Columns::Some { after: need(AFTER)?, by: need(BY)?, state: find(STATE) },
    };
    let mut row = csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut row) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let line = row.position().map_or(0, csv::Position::line);
                log.take(line, columns.record(&row));
            }
            Err(error) => {
                log.take(reader.position().line(), Err(Why::Csv(error.to_string())));
                return Ok(());
            }
        }
    }
}

/// Where the times are.
enum Columns<'a> {
    One(&'a str, usize),
    Some { after: usize, by: usize, state: Option<usize> },
}

impl Columns<'_> {
    fn record(&self, row: &csv::ByteRecord) -> Result<Record, Why> {
        let field = |name: &str, index: usize| match row.get(index) {
            None => Err(Why::Missing { field: name.to_owned() }),
            Some(bytes) => core::str::from_utf8(bytes).map_err(|_| refused(name, Excerpt::of_bytes(bytes), TIME)),
        };
        match *self {
            Self::One(name, index) => lines::record(field(name, index)?),
            Self::Some { after, by, state } => {
                let time = |name: &str, index: usize| {
                    let text = field(name, index)?;
                    (!text.is_empty()).then(|| time(name, text)).transpose()
                };
                let state = state.map(|index| field(STATE, index)).transpose()?;
                record(time(AFTER, after)?, time(BY, by)?, state)
            }
        }
    }
}

pub(super) fn read_json(text: &[u8], column: Option<&str>, log: &mut Log) {
    for (line, number) in text.split(|&byte| byte == b'\n').zip(1..) {
        let line = line.trim_ascii();
        if !is_blank(line) {
            let object = serde_json::from_slice(line).map_err(|_| Why::Json(Excerpt::of_bytes(line)));
            log.take(number, object.and_then(|object| json_record(&object, column)));
        }
    }
}

fn json_record(object: &Map<String, Value>, column: Option<&str>) -> Result<Record, Why> {
    let missing = |name: &str| Why::Missing { field: name.to_owned() };
    let field = |name: &str| object.get(name).filter(|value| !value.is_null());
    if let Some(column) = column {
        return match field(column).ok_or_else(|| missing(column))? {
            Value::String(text) => lines::record(text),
            value => lines::record(&value.to_string()),
        };
    }
    let read = |name: &str| match field(name) {
        None => Ok(None),
        Some(Value::String(text)) => time(name, text).map(Some),
        Some(value) => time(name, &value.to_string()).map(Some),
    };
    let state = match field(STATE) {
        None => None,
        Some(Value::String(state)) => Some(state.as_str()),
        Some(value) => return Err(refused(STATE, Excerpt::new(&value.to_string()), STATES)),
    };
    record(read(AFTER)?, read(BY)?, state)
}

fn time(name: &str, text: &str) -> Result<f64, Why> {
    seconds::parse(text).ok_or_else(|| refused(name, Excerpt::new(text), TIME))
}

/// Makes a record of what the columns say: one that gave up was pending at its last poll.
fn record(after: Option<f64>, by: Option<f64>, state: Option<&str>) -> Result<Record, Why> {
    let missing = |name: &str| Why::Missing { field: name.to_owned() };
    match state.unwrap_or("done") {
        "done" => {
            let by = by.ok_or_else(|| missing(BY))?;
            // There is no poll before the first.
            Ok(Record::new(after.unwrap_or(0.0), by)?)
        }
        "gave-up" | "gave_up" => Ok(Record::new(by.or(after).ok_or_else(|| missing(BY))?, f64::INFINITY)?),
        other => Err(refused(STATE, Excerpt::new(other), STATES)),
    }
}

fn refused(field: &str, value: Excerpt, form: &'static str) -> Why {
    Why::Field { field: field.to_owned(), value, form }
}
