//! The lines of the orders, with the name and price that the product had. Hardly any of them ever changes.

use super::{Row, RowAt, Scene, Table, products};

pub(super) const TABLE: Table = Table {
    name: "order_items",
    columns: "  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `order_id` bigint(20) unsigned NOT NULL,
  `product_id` int(10) unsigned NOT NULL,
  `sku` varchar(32) NOT NULL,
  `name` varchar(190) NOT NULL,
  `quantity` int(10) unsigned NOT NULL DEFAULT 1,
  `unit_price` decimal(10,2) NOT NULL,
  `discount` decimal(10,2) NOT NULL DEFAULT 0.00,
  `tax_rate` decimal(5,2) NOT NULL DEFAULT 19.00,
  `returned` int(10) unsigned NOT NULL DEFAULT 0,
  `updated_at` datetime NOT NULL,
  PRIMARY KEY (`id`),
  KEY `order_items_order_id_foreign` (`order_id`),
  KEY `order_items_product_id_foreign` (`product_id`),
  CONSTRAINT `order_items_order_id_foreign` FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`) ON DELETE CASCADE,
  CONSTRAINT `order_items_product_id_foreign` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`)",
    counts_up: true,
    bytes_permille: 220,
    changes: 5,
    appends: 5,
    parent: Some("orders"),
    write,
};

fn write(scene: &Scene, at: RowAt, row: &mut Row) {
    let RowAt { id, parent, changed, mut fixed, mut now, .. } = at;
    let product = 1 + fixed.below_skewed(scene.products.max(1));
    let quantity = 1 + fixed.below_skewed(4);
    row.int(id);
    row.int(parent);
    row.int(product);
    row.text(|out| products::sku(product, out));
    row.text(|out| {
        products::name(&scene.lexicon, &mut products::name_rng(scene.seed, product), out);
    });
    row.int(quantity);
    row.money(products::price(product));
    row.money(if fixed.chance(80) { products::price(product) / 10 } else { 0 });
    row.money(if product % 9 == 0 { 700 } else { 1900 });
    row.int(if now.chance(50) { quantity } else { 0 });
    row.date_time(changed);
}
