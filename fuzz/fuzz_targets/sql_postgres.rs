//! Law: sections tile any bytes, rows lie inside of them in order, every split says the same, and memory does not grow with the input.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::sql::Dialect;
use strongroom_fuzz::lexer_law;

fuzz_target!(|data: &[u8]| lexer_law::holds(Dialect::Postgres, data));
