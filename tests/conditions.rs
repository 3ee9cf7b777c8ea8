//! Conditions are evaluated as servers evaluate them: the rows of a table with every type, picked by the server and out of
//! its dump.

mod servers;

#[cfg(test)]
mod conditions {
    mod generate;
    mod mariadb;
    mod postgres;
    mod sqlite;

    use strongroom::sql::Dialect;
    use strongroom::sql::ddl::{TableSchema, table_schema};
    use strongroom::sql::filter::{Filter, FilterError};
    use strongroom::sql::value::{RowForm, Value, read_row};

    /// A table as its dump has it.
    pub struct Dumped {
        dialect: Dialect,
        schema: TableSchema,
        rows: Vec<Vec<Value<'static>>>,
    }

    impl Dumped {
        /// Of the dump with the DDL and these rows.
        pub fn new(form: RowForm, dump: &[u8], rows: &[&[u8]]) -> Self {
            let schema = table_schema(form.dialect(), dump).expect("the table of the dump");
            let read = |row: &&[u8]| {
                let mut values = Vec::new();
                read_row(form, row, schema.columns.len(), &mut values).expect("a row of the dump");
                values.into_iter().map(Value::into_owned).collect()
            };
            let rows = rows.iter().map(read).collect();
            Self { dialect: form.dialect(), schema, rows }
        }

        /// The ids of the rows that a condition picks, with commas between them; `None` if one of them is refused.
        fn picked(&self, condition: &str) -> Option<String> {
            let filter = match Filter::parse(self.dialect, condition, &self.schema) {
                Ok(filter) => filter,
                Err(FilterError::Refused { .. }) => return None,
                Err(error) => panic!("{condition}: {error}"),
            };
            let mut ids = Vec::new();
            for row in &self.rows {
                let (Value::Number(id) | Value::Text(id)) = &row[0] else { panic!("no id in {row:?}") };
                let id = String::from_utf8_lossy(id);
                match filter.matches(row) {
                    Ok(true) => {
                        assert!(filter.may_match(0, &row[0], &row[0]), "{condition} passes over {id}");
                        ids.push(id.parse::<u32>().unwrap());
                    }
                    Ok(false) => {}
                    Err(FilterError::Value { .. }) => return None,
                    Err(error) => panic!("{condition}: {error}"),
                }
            }
            ids.sort_unstable();
            Some(ids.iter().map(u32::to_string).collect::<Vec<_>>().join(","))
        }

        /// Compares what the conditions pick with what the server picks, which `ask` tells for many at once. How many
        /// could be evaluated here.
        pub fn compare(&self, conditions: &[String], ask: impl FnOnce(&[&str]) -> Vec<String>) -> usize {
            let ours = conditions.iter().filter_map(|one| Some((one.as_str(), self.picked(one)?)));
            let (asked, picked): (Vec<&str>, Vec<String>) = ours.unzip();
            let answers = ask(&asked);
            assert_eq!(answers.len(), asked.len());
            let differing: Vec<_> = (asked.iter().zip(&picked).zip(&answers))
                .filter(|((_, ours), server)| ours != server)
                .map(|((condition, ours), server)| format!("{condition}\n  here {ours}\n  there {server}"))
                .collect();
            assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
            asked.len()
        }
    }
}
