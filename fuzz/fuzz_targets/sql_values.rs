//! Law: any bytes are values and perhaps an error; what is read is what its literals say.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::sql::value::{RowForm, Value, Values, write_copy_field, write_literal};
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|row: &[u8]| {
    let forms = [
        RowForm::MySql { has_backslashes: true },
        RowForm::MySql { has_backslashes: false },
        RowForm::Postgres { has_backslashes: false },
        RowForm::Postgres { has_backslashes: true },
        RowForm::Copy,
        RowForm::Sqlite,
    ];
    for form in forms {
        let values = bounded(2 * memory_for(row.len()), || {
            Values::new(form, row).map_while(Result::ok).collect::<Vec<_>>()
        });
        let is_plain = |value: &Value<'_>| !matches!(value, Value::Expression(_) | Value::Bits(_));
        let values: Vec<_> = values.into_iter().filter(is_plain).collect();
        if values.is_empty() {
            continue;
        }
        let mut written = Vec::new();
        for (at, value) in values.iter().enumerate() {
            match form {
                RowForm::Copy => {
                    written.extend((at > 0).then_some(b'\t'));
                    write_copy_field(value, &mut written);
                }
                _ => {
                    written.push(if at > 0 { b',' } else { b'(' });
                    write_literal(form.dialect(), value, &mut written);
                }
            }
        }
        written.extend(if form == RowForm::Copy { b"\n" } else { b")" });
        // MySQL's literals are written with backslashes.
        let form =
            if let RowForm::MySql { .. } = form { RowForm::MySql { has_backslashes: true } } else { form };
        let again: Result<Vec<_>, _> = Values::new(form, &written).collect();
        assert_eq!(again.as_ref(), Ok(&values), "{}", String::from_utf8_lossy(&written));
    }
});
