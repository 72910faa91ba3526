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
    for _ in 0..200 {
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
            assert!(!sentence.is_empty(), "{fragment}: why {field} is refused is not said");
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
    assert!(shown > 80 && refused > 20, "{shown} are shown and {refused} refused");
}

#[test]
fn what_is_too_much_is_refused() {
    for (fragment, field, sentence) in [
        ("view=policy&seeds=1001", "seeds", "seeds is \"1001\"; it must be a whole number from 1 to 1000"),
        ("view=policy&seed=-1", "seed", "seed is \"-1\"; it must be a whole number from 0 to 18446744073709551615"),
        ("view=fleet&orders=20001", "orders", "orders is \"20001\"; it must be a whole number from 1 to 20000"),
        ("view=fleet&latency=2m", "latency", "latency is \"2m\"; it must be a time such as 30s, from 0 s to 1 min"),
        ("view=fleet&replicas=0", "replicas", "replicas is \"0\"; it must be a whole number from 1 to 32"),
        ("view=ticker&loops=1e9", "loops", "loops is \"1e9\"; it must be a whole number from 1 to 20000"),
        ("view=ticker&interval=1s", "interval", "interval is \"1s\"; in this picture it must be at least 10 s"),
        ("view=ticker&jitter=100%25", "jitter", "jitter is 100 %; it must be at most 99 %"),
        ("view=fit&policy=5s+forever", "policy", "policy has no max_wait; it must have one, such as 10m"),
        ("view=fit&polls=many", "polls", "polls is \"many\"; it must be a number such as 6, or \"as now\""),
    ] {
        let answer = ask(&json!({"fragment": format!("v=1&{fragment}")}));
        assert_eq!(answer["refusal"], json!({"field": field, "sentence": sentence}), "{fragment}");
        assert!(answer.get("picture").is_none(), "{fragment}: the last good picture stays");
    }
}

#[test]
fn a_long_log_is_refused() {
    let fit = |log: String| ask(&json!({"fragment": "v=1&view=fit&log=pasted", "log": log}))["refusal"]["sentence"].clone();
    assert_eq!(fit("1\n".repeat(500_001)), "log has 1,000,002 bytes; here it must have at most 1,000,000");
    assert_eq!(fit("1\n".repeat(20_001)), "log has 20,001 operations; here it must have at most 20,000");
}

#[test]
fn a_question_that_is_none_is_refused() {
    let answer: Value = serde_json::from_str(&asyncpoll_playground::answer("{\"acts\": [\"jump\"]}")).unwrap();
    assert!(answer["refusal"]["sentence"].as_str().unwrap().contains("unknown variant `jump`"), "{answer}");
}
