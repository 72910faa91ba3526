//! The forms of a log, and what is refused.

use asyncpoll_fit::{Log, Record};

fn read(text: &str) -> Log {
    Log::read(text.as_bytes(), None).unwrap()
}

fn record(after: f64, by: f64) -> Record {
    Record::new(after, by).unwrap()
}

#[test]
fn a_line_has_a_time_or_a_range() {
    let log = read(
        "# made by hand\r\n12.5\r\n\n 5m3s \n>10m (gave up)\n20s..65s\n 1h 30m\n250ms..1s (done between these two polls)\n0",
    );
    let forever = f64::INFINITY;
    let records = [(12.5, 12.5), (303.0, 303.0), (600.0, forever), (20.0, 65.0), (5_400.0, 5_400.0), (0.25, 1.0), (0.0, 0.0)];
    assert_eq!(log.records, records.map(|(after, by)| record(after, by)));
    assert_eq!(log.refused_lines, 0);
}

#[test]
fn of_the_refused_lines_a_hundred_are_kept_and_all_are_counted() {
    let log = read(&"12.5\nsoon\n".repeat(1_000));
    assert_eq!((log.records.len(), log.refused_lines, log.refused.len()), (1_000, 1_000, 100));
    assert_eq!((log.refused[0].line, log.refused[99].line), (2, 200));
}

#[test]
fn csv_has_columns() {
    let log = read("\u{feff}id,by,state,after\n1,65,done,20\n2,10m,gave-up,\n3,5s,done,\n");
    assert_eq!(log.records, [record(20.0, 65.0), record(600.0, f64::INFINITY), record(0.0, 5.0)]);
    let log = read("after,by\n20,\"1m 5s\"\n");
    assert_eq!(log.records, [record(20.0, 65.0)]);
    let log = Log::read(b"name,took\na,12.5\nb,>10m\nc,1s..2s\n", Some("took")).unwrap();
    assert_eq!(log.records, [record(12.5, 12.5), record(600.0, f64::INFINITY), record(1.0, 2.0)]);
}

#[test]
fn json_has_an_object_a_line() {
    let log =
        read("{\"after\": 20, \"by\": \"65s\"}\n{\"by\": 600, \"state\": \"gave-up\"}\n\n{\"by\": 3.5, \"state\": null}\n");
    assert_eq!(log.records, [record(20.0, 65.0), record(600.0, f64::INFINITY), record(0.0, 3.5)]);
    let log = Log::read(b"{\"took\": \"20s..65s\"}\n{\"took\": 12.5}\n", Some("took")).unwrap();
    assert_eq!(log.records, [record(20.0, 65.0), record(12.5, 12.5)]);
}

#[test]
fn what_is_refused_is_said_with_its_line() {
    let refused = |text: &str| -> Vec<String> {
        // Enough that is right, for a log most of which is refused is none.
        let good = match text.as_bytes()[0] {
            b'{' => "\n{\"by\": 1}".repeat(9),
            b'i' => "\n1,1,1".repeat(9),
            _ => "\n1".repeat(9),
        };
        read(&(text.to_owned() + &good)).refused.iter().map(ToString::to_string).collect()
    };
    let form = "it must be a time such as 12.5 or 5m3s, a range such as 20s..65s, or >10m";
    let at_least = "it must be a time of at least 0 s";
    assert_eq!(
        refused("1\nnever\n-3\nNaN\n65s..20s\n>inf\n20s..nan\n1e999"),
        [
            format!("line 2 is \"never\"; {form}"),
            format!("line 3 is refused: `after` is -3 s; {at_least}"),
            format!("line 4 is refused: `after` is NaN s; {at_least}"),
            "line 5 is refused: `after` is 65 s; it must be at most `by`, 20 s".to_owned(),
            format!("line 6 is refused: `after` is inf s; {at_least}"),
            format!("line 7 is refused: `by` is NaN s; {at_least}"),
            format!("line 8 is refused: `after` is inf s; {at_least}"),
        ]
    );
    let time = "it must be a number of seconds or a duration such as 5m3s";
    assert_eq!(
        refused("{\"by\": \"soon\"}\n{\"by\": [1]}\n{}\n{\"by\": 1, \"state\": \"lost\"}\n{\"by\": 1, \"state\": 7}\nno"),
        [
            format!("line 1 has \"soon\" as `by`; {time}"),
            format!("line 2 has \"[1]\" as `by`; {time}"),
            "line 3 has no `by`".to_owned(),
            "line 4 has \"lost\" as `state`; it must be `done` or `gave-up`".to_owned(),
            "line 5 has \"7\" as `state`; it must be `done` or `gave-up`".to_owned(),
            "line 6 is \"no\"; it must be an object of JSON".to_owned(),
        ]
    );
    assert_eq!(
        refused("id,after,by\n1,2\n2,x,3\n"),
        ["line 2 has no `by`".to_owned(), format!("line 3 has \"x\" as `after`; {time}")]
    );
}

#[test]
fn a_log_that_is_none_is_refused_as_a_whole() {
    let refused = |text: &[u8], column| Log::read(text, column).unwrap_err().to_string();
    assert_eq!(refused(b"after,until\n1,2\n", Some("by")), "line 1 names no column `by`; it has \"after, until\"");
    let most = refused(b"1\nx\ny\n", None);
    assert!(most.starts_with("2 of 3 lines are refused, more than half; line 2 is \"x\"; "), "{most}");
    let binary: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let binary = refused(&binary, None);
    assert!(binary.contains("lines are refused, more than half; line 1 is \""), "{binary}");
}
