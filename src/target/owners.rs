//! Whom a file belongs to on this machine: names are looked up once and remembered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use nix::unistd::{Group, User};

use crate::base::limits::OWNER_NAMES_MAX;
use crate::format::Entry;

/// The numbers of users and groups by their names.
#[derive(Debug)]
pub(super) struct Owners {
    numeric: bool,
    users: Names,
    groups: Names,
}

type Names = Mutex<HashMap<Arc<str>, Option<u32>>>;

impl Owners {
    /// `numeric`: names are not looked at.
    pub fn new(numeric: bool) -> Self {
        Self { numeric, users: Mutex::default(), groups: Mutex::default() }
    }

    /// The numbers of the entry's owner and group here: those of their names where this machine knows them, the
    /// stored ones otherwise.
    pub fn of(&self, entry: &Entry) -> (u32, u32) {
        if self.numeric {
            return (entry.uid, entry.gid);
        }
        let user = |name: &str| User::from_name(name).ok().flatten().map(|user| user.uid.as_raw());
        let group = |name: &str| Group::from_name(name).ok().flatten().map(|group| group.gid.as_raw());
        (
            number(&self.users, entry.user.as_ref(), user).unwrap_or(entry.uid),
            number(&self.groups, entry.group.as_ref(), group).unwrap_or(entry.gid),
        )
    }
}

fn number(names: &Names, name: Option<&Arc<str>>, look_up: impl Fn(&str) -> Option<u32>) -> Option<u32> {
    let name = name?;
    let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return *known;
    }
    if names.len() >= OWNER_NAMES_MAX {
        names.clear();
    }
    let found = look_up(name);
    names.insert(Arc::clone(name), found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_name_is_looked_up_once_and_a_flood_of_names_is_bounded() {
        let (names, asked) = (Names::default(), Cell::new(0));
        let look_up = |_: &str| {
            asked.set(asked.get() + 1);
            Some(7)
        };
        for _ in 0..3 {
            assert_eq!(number(&names, Some(&Arc::from("www-data")), look_up), Some(7));
        }
        assert_eq!(asked.get(), 1);
        for flood in 0..2 * OWNER_NAMES_MAX {
            number(&names, Some(&Arc::from(flood.to_string())), look_up);
        }
        assert!(names.lock().unwrap().len() <= OWNER_NAMES_MAX);
    }
}
