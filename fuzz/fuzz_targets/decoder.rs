//! Arbitrary bytes as a region: see `millrace_fuzz::decoder`.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target, fuzzer_mutate};
use millrace_fuzz::{decoder, mutate};

fuzz_target!(|region: &[u8]| -> Corpus {
    if !decoder::is_affordable(region) {
        return Corpus::Reject;
    }
    decoder::run(region);
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::mutate(data, size, max_size, seed, fuzzer_mutate)
});
