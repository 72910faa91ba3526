//! What anybody may ask, and what that may take.

use asyncpoll::SeededRng;
use serde_json::{Value, json};

use crate::random::fragment;

/// The longest answer: a picture has no more ticks than pixels.
const LONGEST: usize = 1_500_000;

fn ask(question: &Value) -> Value {
    let answer = asyncpoll_playground::answer(&question.to_string());
    assert!(answer.len() < LONGEST, "{} bytes are answered to {question}", answer.len());
    serde_json::from_str(&answer).expect("an answer is JSON")
}

#[test]
fn every_address_is_answered() {
    let mut rng = SeededRng::new(26);
    let (mut shown, mut refused) = (0, 0);
    for _ in 0..400 {
        let fragment = fragment(&mut rng);
        let answer = ask(&json!({"fragment": fragment, "width": 860.0}));
        let notes = answer["notes"].as_array().unwrap();
        assert!(
            notes.iter().any(|note| note.as_str().unwrap().contains("unknown")),
            "{fragment}: an unknown setting is not said"
        );
        let again = answer["fragment"].as_str().unwrap();
        assert!(again.contains("unknown="), "{fragment} became {again}");
        if let Some(sentence) = answer["refusal"]["sentence"].as_str() {
            let field = answer["refusal"]["field"].as_str().unwrap();
            assert!(sentence.starts_with(field) && !field.is_empty(), "{field}: {sentence}");
            let fields = answer["values"].as_array().unwrap();
            assert!(fields.iter().any(|pair| pair[0] == field), "{field}: {sentence}");
            refused += 1;
        } else {
            // The address that is answered leads to the same.
            let mut repeated = ask(&json!({"fragment": again, "width": 860.0}));
            repeated["notes"] = answer["notes"].clone();
            assert_eq!(repeated, answer);
            shown += 1;
        }
    }
    assert!(shown > 100 && refused > 20, "{shown} are shown and {refused} refused");
}
