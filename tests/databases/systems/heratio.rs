//! Heratio: a dump with routines, events and coordinates, uploads that change under the backup, rows by a range, and a kill at any moment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{argument, counted, write};
use crate::place::{Place, noise};
use crate::servers::MariaDb;

const ARCHIVE: &str = r"
CREATE TABLE actor (id INT PRIMARY KEY, entity_type_id INT, source_standard VARCHAR(255));
CREATE TABLE actor_i18n (id INT, culture VARCHAR(16), authorized_form_of_name VARCHAR(1024), history TEXT, words INT GENERATED ALWAYS AS (LENGTH(history)) STORED,
  PRIMARY KEY (id, culture), CONSTRAINT actor_i18n_FK FOREIGN KEY (id) REFERENCES actor (id) ON DELETE CASCADE) CHARSET=utf8mb4;
INSERT INTO actor SELECT seq, seq MOD 4, NULL FROM seq_1_to_1200;
INSERT INTO actor_i18n (id, culture, authorized_form_of_name, history) SELECT seq, 'en', CONCAT('Acteur né ', seq), CONCAT('; -- ', REPEAT('h', seq MOD 50)) FROM seq_1_to_1200;
CREATE FUNCTION label(x INT) RETURNS VARCHAR(20) DETERMINISTIC RETURN CONCAT('#', x);
CREATE TRIGGER stamp BEFORE INSERT ON actor FOR EACH ROW SET NEW.source_standard = COALESCE(NEW.source_standard, 'isaar');
CREATE EVENT tidy ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01' DO DELETE FROM actor WHERE id < 0;
";
const RANGE: &str = "id BETWEEN 100 AND 200";
const ROWS: &str = "SELECT * FROM actor_i18n WHERE id BETWEEN 100 AND 200 ORDER BY id";

fn night(server: &MariaDb, place: &Place, database: &str) {
    let flags = ["--single-transaction", "--routines", "--triggers", "--events", "--master-data=2", database];
    write(&place.path().join("dumps/database_heratio.sql"), server.dump(&flags));
}

#[test]
fn heratio_gets_its_rows_back_by_a_range() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    server.create_database("heratio");
    server.query("heratio", ARCHIVE);
    night(server, &place, "heratio");
    place.ok(&["backup", "--init", &argument(&place.path().join("dumps"))]);
    assert_eq!(counted(&place, "latest")["actor_i18n"], 1200);
    let rows = server.query("heratio", ROWS);
    server.query(
        "heratio",
        "UPDATE actor_i18n SET history = 'spoiled' WHERE id < 300; DELETE FROM actor_i18n WHERE id = 150",
    );
    let url = server.url("root", "heratio");
    place.ok(&[
        "extract",
        "latest",
        "actor_i18n",
        "--where",
        RANGE,
        "--into",
        &url,
        "--mode",
        "replace",
        "--yes-overwrite",
        "heratio",
    ]);
    assert_eq!(server.query("heratio", ROWS), rows);
    assert_eq!(server.query("heratio", "SELECT COUNT(*) FROM actor_i18n WHERE history = 'spoiled'"), "198\n");
    let script = place.ok(&["extract", "latest", "actor_i18n", "--where", RANGE]);
    assert!(!script.contains("CHANGE MASTER") && !script.contains("GTID"), "coordinates of another server");
    place.refused(&["extract", "latest", "actor_i18n", "--where", "id = -1"], 1);
}

#[test]
fn uploads_that_change_under_the_backup_of_heratio_are_flagged_and_the_rest_is_whole() {
    let place = Place::new();
    let uploads = place.path().join("uploads");
    for seed in 0..4 {
        write(&uploads.join(format!("{seed}.tif")), noise(seed, 3_000_000));
    }
    let is_over = AtomicBool::new(false);
    let output = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut number: u8 = 0;
            while !is_over.load(Ordering::Relaxed) {
                number = number.wrapping_add(1);
                std::fs::write(uploads.join("2.tif"), noise(number, 3_000_000)).unwrap();
            }
        });
        let output = place.run(&["backup", "--init", &argument(&uploads)]);
        is_over.store(true, Ordering::Relaxed);
        output
    });
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!([Some(0), Some(3)].contains(&output.status.code()), "{text}");
    assert_eq!(output.status.code() == Some(3), text.contains("2.tif"), "{text}");
    let target = place.path().join("back");
    place.ok(&["restore", &format!("latest:{}", argument(&uploads)), "--target", &argument(&target)]);
    for seed in [0, 1, 3] {
        assert_eq!(std::fs::read(target.join(format!("{seed}.tif"))).unwrap(), noise(seed, 3_000_000));
    }
}

#[test]
fn a_kill_at_any_moment_of_a_night_of_heratio_leaves_a_repository_that_works() {
    let Some(server) = MariaDb::get() else { return };
    let place = Place::new();
    server.create_database("heratio_killed");
    server.query("heratio_killed", ARCHIVE);
    night(server, &place, "heratio_killed");
    let dumps = argument(&place.path().join("dumps"));
    place.ok(&["backup", "--init", &dumps]);
    let mut kills = 0;
    for step in 0..12_u64 {
        server.query(
            "heratio_killed",
            "UPDATE actor_i18n SET history = CONCAT(history, id) WHERE id MOD 7 = 3",
        );
        night(server, &place, "heratio_killed");
        let mut child =
            place.command(&["backup", &dumps]).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + step * 35));
        kills += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        place.ok(&["check", "--read-data"]);
        place.ok(&["extract", "latest", "actor_i18n", "--where", RANGE]);
    }
    assert!(kills > 0, "every run was over before it was killed");
    place.ok(&["backup", &dumps]);
    let script = place.ok(&["dump", &format!("latest:{dumps}/database_heratio.sql")]);
    assert_eq!(script.into_bytes(), std::fs::read(format!("{dumps}/database_heratio.sql")).unwrap());
}
