//! What each view says and draws.

use serde_json::{Value, json};

const VIEWS: [&str; 4] = ["policy", "fleet", "fit", "ticker"];

fn ask(fragment: &str, width: u32) -> Value {
    let answer = asyncpoll_playground::answer(&json!({"fragment": fragment, "width": width}).to_string());
    serde_json::from_str(&answer).unwrap()
}

#[test]
fn each_begins_with_a_sentence_of_figures() {
    for view in VIEWS {
        let answer = ask(&format!("v=1&view={view}"), 860);
        let says = answer["says"].as_str().unwrap();
        assert!(says.matches("<b>").count() >= 3 && says.ends_with('.'), "{view}: {says}");
        assert_eq!(says.matches("<b>").count(), says.matches("</b>").count(), "{view}: {says}");
    }
}

#[test]
fn each_draws_as_wide_as_it_is_asked_and_says_what() {
    for (view, width) in VIEWS.into_iter().flat_map(|view| [(view, 358), (view, 860)]) {
        let answer = ask(&format!("v=1&view={view}"), width);
        let picture = answer["picture"].as_str().unwrap();
        assert!(picture.contains(&format!("width=\"{width}\"")), "{view}");
        assert!(picture.contains("<title>") && picture.contains("prefers-color-scheme: dark"), "{view}");
        assert!(!picture.contains("NaN") && !picture.contains("inf"), "{view}");
    }
}

#[test]
fn a_picture_on_a_telephone_leaves_room_for_the_form() {
    for view in ["policy", "ticker"] {
        let picture = ask(&format!("v=1&view={view}"), 358)["picture"].as_str().unwrap().to_owned();
        let height = picture.split_once("height=\"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
        assert!(height.parse::<u32>().unwrap() <= 220, "{view} is {height} pixels high");
    }
}

#[test]
fn acts_in_the_picture_become_events() {
    let act = |fragment: &str, acts: &Value| {
        let question = json!({"fragment": fragment, "width": 860, "acts": acts});
        let answer: Value = serde_json::from_str(&asyncpoll_playground::answer(&question.to_string())).unwrap();
        answer["fragment"].as_str().unwrap().to_owned()
    };
    let none = act("v=1&view=policy", &json!(["clear"]));
    assert_eq!(none, "v=1&view=policy&events=none");
    let added = act(&none, &json!(["add"]));
    assert!(added.contains("events=done%40"), "{added}");
    // An operation is done once, and refused as often as anybody wants.
    let moved = act(&added, &json!([{"click": 300.0}]));
    assert!(moved != added && moved.matches("done").count() == 1, "{moved}");
    let refused = act(&format!("{moved}&click=429"), &json!([{"click": 300.0}, {"click": 400.0}]));
    assert_eq!(refused.matches("429%40").count(), 2, "{refused}");
    let dragged = act(&refused, &json!([{"drag": [1, 500.0]}, {"move": [1, 4.0]}]));
    assert!(dragged != refused && dragged.matches("429%40").count() == 2, "{dragged}");
    let removed = act(&refused, &json!([{"remove": 0}]));
    assert!(!removed.contains("done") && removed.matches("429%40").count() == 2, "{removed}");
    // What is not there is not moved.
    assert_eq!(act(&removed, &json!([{"remove": 7}, {"move": [9, 1.0]}, {"drag": [9, 1.0]}])), removed);
    let seeded = act(&none, &json!([{"seed": 7}]));
    assert!(seeded.contains("seed=7"), "{seeded}");
}

#[test]
fn more_than_two_hundred_pollers_are_counted() {
    let said = |seeds: u32| {
        ask(&format!("v=1&view=policy&seeds={seeds}"), 860)["picture"].as_str().unwrap().contains("busiest column")
    };
    assert_eq!([said(200), said(201)], [false, true]);
}

#[test]
fn an_unknown_version_a_view_and_a_setting_are_said() {
    let notes = |fragment: &str| ask(fragment, 860)["notes"].to_string();
    assert_eq!(notes("v=1&view=policy"), "[]");
    assert!(notes("v=2&view=policy").contains("The link is of version"));
    assert!(notes("v=1&view=moon").contains("The link asks for the view"));
    assert!(notes("v=1&view=policy&color=red").contains("The link sets"));
}

#[test]
fn orders_that_share_a_pace_are_refused_less_than_with_a_pace_each() {
    let answer = ask("v=1&view=fleet&replicas=8&orders=1000&rate=10", 860);
    let rows = answer["tables"][0][1].as_array().unwrap().clone();
    let refused = |name: &str| {
        let row = rows.iter().find(|row| row[0].as_str().unwrap().contains(name)).unwrap();
        row[2].as_str().unwrap().replace(',', "").parse::<u32>().unwrap()
    };
    assert!(refused("8 fleets, one pace") * 4 < refused("8 fleets, a pace each"), "{rows:?}");
}
