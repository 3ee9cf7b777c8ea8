//! What a swap of MariaDB drops, kept as SQL where the old tables go: whatever ends this process, it can be made again.
//!
//! It is a table in the `NAME_strongroom_old_…` database, written before the first drop and gone with that database at the end. Whoever finds it there moves
//! tables beside it back (`RENAME TABLE`), and makes the rest again from its rows:
//! `mariadb -BNr -e 'SELECT statements FROM strongroom_undo ORDER BY number' OLD | mariadb --force NAME`. What was not dropped yet is there already, which
//! `--force` passes over.

use super::Script;
use super::mariadb::quoted;
use crate::database::{DatabaseError, Server};

/// How much SQL a row has, so that its statement fits what any server takes; lines stay whole.
const ROW_MAX: usize = 256 << 10;

/// The table, by a name that none of the tables has that will come beside it.
pub(super) fn table_beside(tables: &[String]) -> String {
    let mut name = "strongroom_undo".to_string();
    while tables.iter().any(|table| table.eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    name
}

/// Writes it; when this returns, the server has it on its disk, as far as it promises that of any transaction.
///
/// # Errors
/// [`DatabaseError`].
pub(super) fn keep(old: &Server, table: &str, sql: &[u8]) -> Result<(), DatabaseError> {
    let table = quoted(table);
    let mut script = Script::start(old, true)?;
    let make = format!(
        "CREATE TABLE {table} (number INT PRIMARY KEY, statements LONGBLOB NOT NULL) ENGINE=InnoDB;\n"
    );
    script.push(make.as_bytes(), &|| true)?;
    for (number, row) in rows(sql).iter().enumerate() {
        let digits: String = row.iter().map(|byte| format!("{byte:02x}")).collect();
        let insert = format!("INSERT INTO {table} VALUES ({number}, X'{digits}');\n");
        script.push(insert.as_bytes(), &|| true)?;
    }
    script.finish()
}

/// Whole lines, together as many as fit, without the line end that a client writes after each row by itself.
fn rows(sql: &[u8]) -> Vec<Vec<u8>> {
    let mut rows: Vec<Vec<u8>> = vec![];
    for line in sql.split_inclusive(|byte| *byte == b'\n') {
        match rows.last_mut() {
            Some(row) if row.len() + line.len() <= ROW_MAX => row.extend_from_slice(line),
            _ => rows.push(line.to_vec()),
        }
    }
    for row in &mut rows {
        row.pop_if(|byte| *byte == b'\n');
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{ROW_MAX, rows, table_beside};

    #[test]
    fn rows_are_whole_lines_and_all_of_them() {
        let sql = format!("a\n\n{}\nb\n{}\n", "x".repeat(ROW_MAX - 2), "y".repeat(ROW_MAX + 9));
        let rows = rows(sql.as_bytes());
        assert_eq!(rows.len(), 4);
        assert_eq!([rows.join(&b'\n'), vec![b'\n']].concat(), sql.into_bytes());
    }

    #[test]
    fn its_name_is_no_table_that_is_there() {
        assert_eq!(table_beside(&["a".into()]), "strongroom_undo");
        assert_eq!(table_beside(&["Strongroom_Undo".into(), "strongroom_undo_".into()]), "strongroom_undo__");
    }
}
