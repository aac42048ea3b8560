//! Arbitrary bytes as a manifest: see `millrace_fuzz::store`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millrace_fuzz::store;

fuzz_target!(|bytes: &[u8]| store::manifest(bytes));
