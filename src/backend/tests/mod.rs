//! Tests of how objects are written (`publish`, on a modelled disk) and of what lies in a real directory (`local`).

mod local;
mod publish;
mod space;

use super::ObjectName;

fn name(text: &str) -> ObjectName {
    ObjectName::new(text).unwrap()
}
