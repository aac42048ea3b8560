//! Arbitrary bytes as a segment of a log: see `millrace_fuzz::store`.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use millrace_fuzz::{decoder, store};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    // Of frames with ids near the last one, pages alone take much memory.
    if !decoder::is_affordable(bytes) {
        return Corpus::Reject;
    }
    store::segment(bytes);
    Corpus::Keep
});
