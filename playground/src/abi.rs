//! Bytes in, bytes out: all that a page knows of the program. Nothing here reads a pointer.

use std::sync::{Mutex, MutexGuard, PoisonError};

static QUESTION: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static REPLY: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Makes room for a question of so many bytes, and returns the place that the page writes it to.
#[expect(unsafe_code, reason = "the page calls it by this name")]
#[unsafe(no_mangle)]
extern "C" fn question(length: usize) -> *mut u8 {
    let mut question = open(&QUESTION);
    question.clear();
    question.resize(length, 0);
    question.as_mut_ptr()
}

/// Answers the question, and returns how many bytes the answer has.
#[expect(unsafe_code, reason = "the page calls it by this name")]
#[unsafe(no_mangle)]
extern "C" fn ask() -> usize {
    let answer = crate::answer(&String::from_utf8_lossy(&open(&QUESTION)));
    let mut reply = open(&REPLY);
    *reply = answer.into_bytes();
    reply.len()
}

/// Returns the place of the answer.
#[expect(unsafe_code, reason = "the page calls it by this name")]
#[unsafe(no_mangle)]
extern "C" fn reply() -> *const u8 {
    open(&REPLY).as_ptr()
}

/// A panic ends the program, so nothing that it left behind is read.
fn open(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered() {
        assert!(!question(2).is_null());
        open(&QUESTION).copy_from_slice(b"{}");
        let length = ask();
        assert!(!reply().is_null());
        assert_eq!(String::from_utf8_lossy(&open(&REPLY)), crate::answer("{}"));
        assert_eq!(length, crate::answer("{}").len());
    }
}
