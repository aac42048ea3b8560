//! Random programs against maps: see `millrace_fuzz::program`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millrace_fuzz::program::{self, Program};

fuzz_target!(|program: Program| program::run(program));
