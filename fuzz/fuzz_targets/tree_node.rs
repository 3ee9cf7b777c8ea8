//! Any bytes as a tree node.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom_fuzz::node_law;

fuzz_target!(|data: &[u8]| node_law::holds(data));
