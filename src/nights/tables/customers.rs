//! Who buys: names, addresses, a hashed password. Few of them change a night.

use super::{Row, RowAt, Scene, Table};
use crate::nights::rng::Rng;
use crate::nights::row::{digits, hex};

pub(super) const TABLE: Table = Table {
    name: "customers",
    columns: "  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `email` varchar(255) NOT NULL,
  `password_hash` char(40) NOT NULL,
  `first_name` varchar(100) NOT NULL,
  `last_name` varchar(100) NOT NULL,
  `company` varchar(190) DEFAULT NULL,
  `street` varchar(190) NOT NULL,
  `postcode` varchar(16) NOT NULL,
  `city` varchar(100) NOT NULL,
  `country` char(2) NOT NULL DEFAULT 'DE',
  `phone` varchar(32) DEFAULT NULL,
  `preferences` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`preferences`)),
  `newsletter` tinyint(1) NOT NULL DEFAULT 0,
  `orders_count` int(10) unsigned NOT NULL DEFAULT 0,
  `created_at` datetime NOT NULL,
  `updated_at` datetime NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `customers_email_unique` (`email`),
  KEY `customers_last_name_index` (`last_name`)",
    counts_up: true,
    bytes_permille: 130,
    changes: 20,
    appends: 1,
    parent: None,
    write,
};

const HOSTS: [&str; 6] =
    ["mail.example", "post.example", "inbox.example", "web.example", "firm.example", "uni.example"];
const COUNTRIES: [&str; 8] = ["DE", "DE", "DE", "DE", "AT", "CH", "NL", "FR"];

fn write(scene: &Scene, at: RowAt, row: &mut Row) {
    let RowAt { id, created, changed, mut fixed, mut now, .. } = at;
    let lexicon = &scene.lexicon;
    let (given, family) = (lexicon.given.any(&mut fixed), lexicon.family.any(&mut fixed));
    let (given, family) = (lexicon.given.word(given), lexicon.family.word(family));
    row.int(id);
    row.text(|out| {
        let plain = |name: &[u8], out: &mut Vec<u8>| {
            out.extend(name.iter().filter(|byte| byte.is_ascii_alphabetic()).map(u8::to_ascii_lowercase));
        };
        plain(given, out);
        out.push(b'.');
        plain(family, out);
        digits(out, id);
        out.push(b'@');
        out.extend_from_slice(fixed.one_of(&HOSTS, "mail.example").as_bytes());
    });
    row.text(|out| hex(out, &mut fixed, 40));
    row.text(|out| out.extend_from_slice(given));
    row.text(|out| out.extend_from_slice(family));
    if fixed.chance(150) {
        row.text(|out| {
            lexicon.family.push_any(&mut fixed, out);
            out.extend_from_slice(
                fixed.one_of(&[" GmbH", " AG", " \\\"Nord\\\" KG", " & Co. KG"], "").as_bytes(),
            );
        });
    } else {
        row.null();
    }
    let mut moved = if now.chance(200) { now.clone() } else { fixed.clone() };
    address(scene, &mut moved, row);
    row.literal("{\\\"lang\\\": \\\"de\\\", \\\"currency\\\": \\\"EUR\\\", \\\"theme\\\": \\\"light\\\"}");
    row.int(u64::from(fixed.chance(300)));
    row.int(now.below_skewed(20));
    row.date_time(created);
    row.date_time(changed);
}

fn address(scene: &Scene, rng: &mut Rng, row: &mut Row) {
    row.text(|out| {
        scene.lexicon.family.push_any(rng, out);
        out.extend_from_slice(
            rng.one_of(&["straße ", "straße ", "weg ", "allee ", "platz "], " ").as_bytes(),
        );
        digits(out, 1 + rng.below_skewed(140));
    });
    let city = scene.lexicon.places.any(rng);
    row.text(|out| digits(out, 10_000 + u64::from(city) * 97 + rng.below(20)));
    row.text(|out| out.extend_from_slice(scene.lexicon.places.word(city)));
    row.literal(rng.one_of(&COUNTRIES, "DE"));
    if rng.chance(600) {
        row.text(|out| {
            out.extend_from_slice(b"+49 ");
            digits(out, 150 + u64::from(city) % 30);
            out.push(b' ');
            digits(out, 1_000_000 + rng.below(9_000_000));
        });
    } else {
        row.null();
    }
}
