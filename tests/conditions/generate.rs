//! Conditions out of columns and literals, the same in every run.

/// Columns with literals they may be compared with.
pub type Pool = &'static [(&'static str, &'static [&'static str])];

const OPERATORS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];

/// Every column with every one of its literals, patterns, and `count` combinations of those.
pub fn conditions(pool: Pool, patterns: Pool, count: usize) -> Vec<String> {
    let mut simple = Vec::new();
    for (column, literals) in pool {
        simple.push(format!("{column} IS NULL"));
        simple.push(format!("{column} IS NOT NULL"));
        simple.push(format!("{column} IN ({})", literals.join(", ")));
        simple.push(format!(
            "{column} NOT IN ({})",
            literals.iter().take(2).copied().collect::<Vec<_>>().join(", ")
        ));
        for (at, literal) in literals.iter().enumerate() {
            let other = literals[(at + 1) % literals.len()];
            simple.extend(OPERATORS.map(|operator| format!("{column} {operator} {literal}")));
            simple.push(format!("{literal} < {column}"));
            simple.push(format!("{column} BETWEEN {literal} AND {other}"));
            simple.push(format!("{column} NOT BETWEEN {literal} AND {other}"));
            simple.push(format!("({column} = {literal}) IS NOT TRUE"));
        }
    }
    for (column, patterns) in patterns {
        for pattern in *patterns {
            simple.push(format!("{column} LIKE {pattern}"));
            simple.push(format!("{column} NOT LIKE {pattern}"));
        }
    }
    let mut number = 7_u64;
    let mut any = |below: usize| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(number >> 33).unwrap() % below
    };
    let mut all = simple.clone();
    for _ in 0..count {
        let parts: Vec<_> = (0..3).map(|_| simple[any(simple.len())].as_str()).collect();
        let (not, joins) = (["", "NOT "][any(2)], ["AND", "OR"]);
        let (first, second) = (joins[any(2)], joins[any(2)]);
        all.push(format!("{not}({} {first} {}) {second} {}", parts[0], parts[1], parts[2]));
    }
    all
}
