//! What was done: only ever appended.

use super::{Row, RowAt, Scene, Table};
use crate::nights::row::{digits, hex};

pub(super) const TABLE: Table = Table {
    name: "audit_log",
    columns: "  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `created_at` datetime NOT NULL,
  `actor_type` varchar(64) DEFAULT NULL,
  `actor_id` int(10) unsigned DEFAULT NULL,
  `action` varchar(64) NOT NULL,
  `entity_type` varchar(190) NOT NULL,
  `entity_id` bigint(20) unsigned NOT NULL,
  `changes` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`changes`)),
  `request_id` char(36) DEFAULT NULL,
  `user_agent` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `audit_log_entity_index` (`entity_type`,`entity_id`),
  KEY `audit_log_created_at_index` (`created_at`)",
    counts_up: true,
    bytes_permille: 200,
    changes: 0,
    appends: 8,
    parent: None,
    write,
};

const FIELDS: [&str; 6] = ["stock", "price", "reserved", "position", "category_id", "weight_g"];
const STATUS: [&str; 6] = ["new", "paid", "packed", "shipped", "done", "cancelled"];

fn write(scene: &Scene, at: RowAt, row: &mut Row) {
    let RowAt { id, created, mut fixed, .. } = at;
    row.int(id);
    row.date_time(created);
    if fixed.chance(250) {
        row.literal("App\\\\Models\\\\Admin");
        row.int(1 + fixed.below_skewed(20));
    } else {
        row.literal("App\\\\Models\\\\Customer");
        row.int(1 + fixed.below_skewed(scene.customers.max(1)));
    }
    row.literal(fixed.one_of(&["updated", "updated", "updated", "created", "viewed", "exported"], "updated"));
    let of_product = fixed.chance(500);
    row.literal(if of_product { "App\\\\Models\\\\Product" } else { "App\\\\Models\\\\Order" });
    row.int(1 + fixed.below_skewed(if of_product { scene.products.max(1) } else { id }));
    row.text(|out| {
        out.extend_from_slice(b"{\\\"");
        if of_product {
            let old = fixed.below_skewed(400);
            out.extend_from_slice(fixed.one_of(&FIELDS, "stock").as_bytes());
            out.extend_from_slice(b"\\\":{\\\"old\\\":");
            digits(out, old);
            out.extend_from_slice(b",\\\"new\\\":");
            digits(out, old.saturating_sub(1 + fixed.below_skewed(5)));
            out.extend_from_slice(b"}}");
        } else {
            out.extend_from_slice(b"status\\\":{\\\"old\\\":\\\"");
            out.extend_from_slice(fixed.one_of(&STATUS, "new").as_bytes());
            out.extend_from_slice(b"\\\",\\\"new\\\":\\\"");
            out.extend_from_slice(fixed.one_of(&STATUS, "new").as_bytes());
            out.extend_from_slice(b"\\\"}}");
        }
    });
    if fixed.chance(400) {
        row.text(|out| {
            for (count, end) in [(8, "-"), (4, "-4"), (3, "-a"), (3, "-"), (12, "")] {
                hex(out, &mut fixed, count);
                out.extend_from_slice(end.as_bytes());
            }
        });
    } else {
        row.null();
    }
    row.text(|out| scene.lexicon.agents.push_any(&mut fixed, out));
}
