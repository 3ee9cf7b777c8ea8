//! The command `strongroom`.
fn main() {}
