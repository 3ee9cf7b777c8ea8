//! The names of users and groups, each looked up once.

use std::collections::HashMap;
use std::sync::Arc;

use nix::unistd::{Gid, Group, Uid, User};

use crate::base::limits::OWNERS_MAX;

/// Remembers the names of users and groups, those unknown to the system too.
#[derive(Debug, Default)]
pub(super) struct Owners {
    users: Names,
    groups: Names,
}

#[derive(Debug, Default)]
struct Names {
    /// The last answer: neighbours in a tree mostly belong to the same owner.
    last: Option<(u32, Option<Arc<str>>)>,
    known: HashMap<u32, Option<Arc<str>>>,
}

impl Owners {
    /// The name of a user, if the system knows one.
    pub fn user(&mut self, id: u32) -> Option<Arc<str>> {
        self.users.name(id, |id| User::from_uid(Uid::from_raw(id)).ok().flatten().map(|user| user.name))
    }

    /// The name of a group, if the system knows one.
    pub fn group(&mut self, id: u32) -> Option<Arc<str>> {
        self.groups.name(id, |id| Group::from_gid(Gid::from_raw(id)).ok().flatten().map(|group| group.name))
    }
}

impl Names {
    fn name(&mut self, id: u32, look_up: impl FnOnce(u32) -> Option<String>) -> Option<Arc<str>> {
        if let Some((last, name)) = &self.last
            && *last == id
        {
            return name.clone();
        }
        if self.known.len() >= OWNERS_MAX {
            self.known.clear();
        }
        let name = self.known.entry(id).or_insert_with(|| look_up(id).map(Arc::from)).clone();
        self.last = Some((id, name.clone()));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_up_once_and_an_unknown_one_too() {
        let mut names = Names::default();
        let mut asked = Vec::new();
        for id in [1, 7, 1, 7, 7] {
            let name = names.name(id, |id| {
                asked.push(id);
                (id == 1).then(|| "one".to_owned())
            });
            assert_eq!(name.as_deref(), (id == 1).then_some("one"));
        }
        assert_eq!(asked, [1, 7]);
    }

    #[test]
    fn user_0_has_the_name_the_system_gives_it() {
        assert_eq!(Owners::default().user(0).as_deref(), Some("root"));
    }
}
