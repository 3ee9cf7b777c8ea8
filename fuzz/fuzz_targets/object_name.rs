//! Law: a name is one to three parts of small letters, digits and hyphens and leads nowhere; errors about others are short.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::backend::ObjectName;
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|text: &str| {
    match bounded(memory_for(text.len()), || ObjectName::new(text)) {
        Ok(name) => {
            let parts: Vec<_> = text.split('/').collect();
            let is_part = |part: &&str| {
                (1..=80).contains(&part.len())
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            };
            assert!(parts.len() <= 3 && parts.iter().all(is_part) && parts.first() != Some(&"tmp"));
            assert_eq!(name.as_str(), text);
            assert_eq!(Some(name.last_part()), parts.last().copied());
            assert_eq!(text.rsplit_once('/').is_none_or(|(parent, _)| name.is_below(parent)), true);
            assert!(name.is_below("") && !name.is_below(text));
        }
        Err(error) => {
            let message = error.to_string();
            assert!(message.len() < 4096 && !message.chars().any(char::is_control), "{message:?}");
        }
    }
});
