use proptest::prelude::*;

use super::{Collation, Column, ColumnKind, TableSchema, table_schema};
use crate::sql::Dialect;

fn read(dialect: Dialect, ddl: &str) -> TableSchema {
    table_schema(dialect, ddl.as_bytes()).unwrap_or_else(|| panic!("not understood: {ddl}"))
}

/// `name:Kind` of every column, with what is special about it.
fn columns(dialect: Dialect, ddl: &str) -> Vec<String> {
    let say = |column: &Column| {
        let special = [(column.is_generated, " generated"), (column.is_unsigned, " unsigned")];
        let special: String = special.iter().filter(|(is, _)| *is).map(|(_, what)| *what).collect();
        format!("{}:{:?}{special}", String::from_utf8_lossy(&column.name), column.kind)
    };
    read(dialect, ddl).columns.iter().map(say).collect()
}

fn mysql(definition: &str) -> Column {
    let mut schema = read(Dialect::MySql, &format!("CREATE TABLE `t` (\n  `c` {definition}\n)"));
    assert_eq!(schema.columns.len(), 1, "{definition}");
    schema.columns.remove(0)
}

const SHOP: &str = "--
-- Table structure for table `orders`
--

DROP TABLE IF EXISTS `orders`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `orders` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `a``b` varchar(50) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s (a, b) \\') PRIMARY KEY',
  `state` enum('new','pa)id','x,y') COLLATE utf8mb4_unicode_ci DEFAULT NULL COMMENT 'the state, see `b`; (',
  `total` decimal(10,2) unsigned zerofill NOT NULL DEFAULT 0.00 CHECK (`total` >= 0),
  `net` decimal(10,2) GENERATED ALWAYS AS (round(`total` / 1.19, 2)) STORED,
  `gross` int(11) AS (`total` * 2) PERSISTENT,
  `made` timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  `hidden` int DEFAULT (1 + (2)) /*!80023 INVISIBLE */,
  `memo` longtext DEFAULT NULL,
  `key` binary(16) DEFAULT NULL,
  PRIMARY KEY (`id`,`a``b`(10) DESC) USING BTREE,
  UNIQUE KEY `u` (`state`),
  FULLTEXT KEY `f` (`memo`),
  CONSTRAINT `c` FOREIGN KEY (`id`) REFERENCES `other` (`id`) ON DELETE CASCADE,
  CONSTRAINT `k` CHECK (`total` < 100 and `memo` <> ')')
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='a; CHARSET=latin1'
/*!50100 PARTITION BY RANGE (`id`)
(PARTITION p0 VALUES LESS THAN (100) ENGINE = InnoDB) */;
";

#[test]
fn a_table_of_mysqldump_is_read_with_everything_around_it() {
    let schema = read(Dialect::MySql, SHOP);
    let all = [
        "id:Integer unsigned",
        "a`b:Text",
        "state:Enum",
        "total:Decimal unsigned",
        "net:Decimal generated",
        "gross:Integer generated",
        "made:DateTime",
        "hidden:Integer",
        "memo:Text",
        "key:Binary",
    ];
    assert_eq!(columns(Dialect::MySql, SHOP), all);
    assert_eq!(schema.primary_key, [0, 1]);
    assert!(schema.is_whole);
    let types: Vec<_> = schema.columns.iter().map(|column| column.type_text.as_slice()).collect();
    assert_eq!(types[0], b"bigint(20) unsigned");
    assert_eq!(types[2], b"enum('new','pa)id','x,y')");
    assert_eq!(types[3], b"decimal(10,2) unsigned zerofill");
    assert_eq!(types[6], b"timestamp(6)");
    let collations: Vec<_> = schema.columns.iter().map(|column| column.collation_name.as_slice()).collect();
    assert_eq!(collations[1..3], [b"latin1_bin".as_slice(), b"utf8mb4_unicode_ci"]);
    assert_eq!(collations[8], b"utf8mb4_general_ci");
    assert_eq!(schema.columns[1].collation, Collation::Binary);
    assert_eq!(schema.columns[2].collation, Collation::CaseInsensitive);
}

#[test]
fn a_table_that_is_cut_short_is_not_understood() {
    let end = SHOP.find("\n) ENGINE").unwrap();
    for bytes in (0..end).filter(|bytes| SHOP.is_char_boundary(*bytes)) {
        assert_eq!(table_schema(Dialect::MySql, &SHOP.as_bytes()[..bytes]), None, "{bytes}");
    }
}

#[test]
fn a_character_set_brings_its_collation() {
    assert_eq!(mysql("varchar(5) CHARACTER SET latin1").collation_name, b"latin1_swedish_ci");
    assert_eq!(mysql("varchar(5) CHARSET utf8").collation_name, b"utf8_general_ci");
    assert_eq!(mysql("varchar(5) CHARACTER SET utf8mb4").collation_name, b"");
    assert_eq!(mysql("varchar(5) CHARACTER SET utf8mb4").collation, Collation::CaseInsensitive);
    assert_eq!(mysql("varchar(5) BINARY").collation, Collation::Binary);
    assert_eq!(mysql("varchar(5) COLLATE utf8mb4_0900_as_cs").collation, Collation::Unknown);
    assert_eq!(mysql("blob").collation, Collation::Binary);
}

#[test]
fn types_of_mysql_have_their_kinds() {
    let kinds = [
        ("double precision unsigned", ColumnKind::Float),
        ("character varying(3)", ColumnKind::Text),
        ("character set varchar(3)", ColumnKind::Text),
        ("long varbinary", ColumnKind::Binary),
        ("national char(3)", ColumnKind::Text),
        ("year(4)", ColumnKind::Integer),
        ("bit(1) DEFAULT b'0'", ColumnKind::Bit),
        ("json DEFAULT (json_object('a', ')'))", ColumnKind::Json),
        ("set('a','b')", ColumnKind::Set),
        ("point NOT NULL /*!80003 SRID 4326 */", ColumnKind::Geometry),
        ("time(3)", ColumnKind::Time),
        ("inet6", ColumnKind::Other),
    ];
    for (definition, kind) in kinds {
        assert_eq!(mysql(definition).kind, kind, "{definition}");
    }
}

#[test]
fn bare_and_ansi_names_are_names() {
    let bare =
        "CREATE TABLE IF NOT EXISTS shop.t (id int primary key, 2nd_name text, period int, fulltext text)";
    assert_eq!(
        columns(Dialect::MySql, bare),
        ["id:Integer", "2nd_name:Text", "period:Integer", "fulltext:Text"]
    );
    assert_eq!(read(Dialect::MySql, bare).primary_key, [0]);
    let ansi =
        "CREATE TABLE \"t\" (\"a\"\"b\" int(11) NOT NULL KEY, \"c\" text UNIQUE KEY, KEY \"k\" (\"c\"(3)))";
    assert_eq!(columns(Dialect::MySql, ansi), ["a\"b:Integer", "c:Text"]);
    assert_eq!(read(Dialect::MySql, ansi).primary_key, [0]);
}

#[test]
fn a_system_versioned_table_of_mariadb_is_read() {
    let ddl = "CREATE TABLE `v` (`id` int, `s` timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE,
        `e` timestamp(6) GENERATED ALWAYS AS ROW END, PRIMARY KEY (`id`,`e`),
        PERIOD FOR SYSTEM_TIME (`s`, `e`)) ENGINE=InnoDB WITH SYSTEM VERSIONING";
    assert_eq!(columns(Dialect::MySql, ddl), ["id:Integer", "s:DateTime generated", "e:DateTime generated"]);
    assert_eq!(read(Dialect::MySql, ddl).primary_key, [0, 2]);
}

const PAGILA: &str = "CREATE TABLE public.film (
    film_id integer DEFAULT nextval('public.film_film_id_seq'::regclass) NOT NULL,
    \"Ti\"\"tle\" character varying(255) COLLATE pg_catalog.\"C\" NOT NULL,
    key text, index text, exclude text, comment text,
    rate numeric(4,2) DEFAULT '-4.99'::numeric NOT NULL,
    rating public.mpaa_rating DEFAULT 'G'::public.mpaa_rating,
    last_update timestamp(3) with time zone DEFAULT now() NOT NULL,
    features text[],
    \"time\" time without time zone,
    span interval year to month,
    place public.geometry(Point,4326),
    tags character varying(10)[][] DEFAULT '{}'::character varying[],
    len integer GENERATED ALWAYS AS (length((features)::text)) STORED,
    n bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 1),
    ok boolean, d date, u uuid, j jsonb, b bytea, bits bit varying(5), f double precision,
    body text DEFAULT $a$ ), $a$ STORAGE EXTERNAL,
    EXCLUDE USING gist (span WITH &&),
    CONSTRAINT film_pkey PRIMARY KEY (film_id, \"Ti\"\"tle\") INCLUDE (rate),
    CONSTRAINT c CHECK (((film_id > 0) AND (key <> E'\\')'::text)))
)
PARTITION BY RANGE (last_update);
";

#[test]
fn a_table_of_pg_dump_is_read() {
    let all = [
        "film_id:Integer",
        "Ti\"tle:Text",
        "key:Text",
        "index:Text",
        "exclude:Text",
        "comment:Text",
        "rate:Decimal",
        "rating:Other",
        "last_update:DateTime",
        "features:Array",
        "time:Time",
        "span:Other",
        "place:Geometry",
        "tags:Array",
        "len:Integer generated",
        "n:Integer",
        "ok:Boolean",
        "d:Date",
        "u:Uuid",
        "j:Json",
        "b:Binary",
        "bits:Bit",
        "f:Float",
        "body:Text",
    ];
    assert_eq!(columns(Dialect::Postgres, PAGILA), all);
    let schema = read(Dialect::Postgres, PAGILA);
    assert_eq!(schema.primary_key, [0, 1]);
    assert_eq!(schema.columns[8].type_text, b"timestamp(3) with time zone");
    assert_eq!(schema.columns[13].type_text, b"character varying(10)[][]");
    assert_eq!(schema.columns[12].type_text, b"public.geometry(Point,4326)");
    assert_eq!(
        (schema.columns[1].collation, schema.columns[2].collation),
        (Collation::Binary, Collation::Unknown)
    );
    assert_eq!(schema.columns[1].collation_name, b"pg_catalog.c");
}

#[test]
fn columns_that_stand_in_another_table_are_told_of() {
    let whole = |ddl| read(Dialect::Postgres, ddl).is_whole;
    assert!(whole("CREATE UNLOGGED TABLE a (b int);"));
    assert!(!whole("CREATE TABLE a (b int)\nINHERITS (public.c);"));
    assert!(!whole("CREATE TABLE a PARTITION OF b FOR VALUES IN ('x');"));
    assert!(!whole("CREATE TABLE a (b int, LIKE c INCLUDING ALL);"));
    assert!(!read(Dialect::MySql, "CREATE TABLE `a` LIKE `b`;").is_whole);
}

#[test]
fn a_table_of_sqlite_is_read() {
    let ddl = "CREATE TABLE IF NOT EXISTS \"a b\" (id INTEGER PRIMARY KEY AUTOINCREMENT, [x y] VARCHAR(20) COLLATE NOCASE,
        `q` \"unsigned big int\", bare, def DEFAULT 'x', n NUMERIC DEFAULT (1), d DATETIME DEFAULT CURRENT_TIMESTAMP,
        p FLOATING POINT, bl BLOB NOT NULL, g INT AS (id * 2) VIRTUAL, 'quoted' TEXT,
        FOREIGN KEY (id) REFERENCES o(id)) STRICT";
    let all = [
        "id:Integer",
        "x y:Text",
        "q:Integer",
        "bare:Other",
        "def:Other",
        "n:Decimal",
        "d:DateTime",
        "p:Integer",
        "bl:Binary",
        "g:Integer generated",
        "quoted:Text",
    ];
    assert_eq!(columns(Dialect::Sqlite, ddl), all);
    let schema = read(Dialect::Sqlite, ddl);
    assert_eq!(schema.primary_key, [0]);
    assert_eq!(schema.columns[1].collation, Collation::CaseInsensitive);
    assert_eq!(schema.columns[3].collation, Collation::Binary);
    let keyed = read(Dialect::Sqlite, "CREATE TABLE t(a, b, PRIMARY KEY(b DESC, a)) WITHOUT ROWID;");
    assert_eq!(keyed.primary_key, [1, 0]);
}

#[test]
fn what_creates_no_table_is_not_understood() {
    for ddl in [
        "",
        "CREATE VIEW a AS SELECT 1;",
        "CREATE TABLE",
        "CREATE TABLE a AS SELECT 1",
        "SELECT 'CREATE TABLE a (b int)'",
    ] {
        assert_eq!(table_schema(Dialect::MySql, ddl.as_bytes()), None, "{ddl}");
    }
    assert_eq!(table_schema(Dialect::MySql, b"CREATE TABLE a (b int, PRIMARY KEY (c))"), None);
}

#[test]
fn a_column_is_found_by_its_name() {
    let schema = read(Dialect::Postgres, "CREATE TABLE a (\"Id\" int, \"x\" int, \"X\" int, \"X \" int)");
    assert_eq!(schema.column(b"Id"), Some(0));
    assert_eq!(schema.column(b"id"), Some(0));
    assert_eq!(schema.column(b"X"), Some(2));
    assert_eq!(schema.column(b"y"), None);
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0..SHOP.len()) {
        for dialect in [Dialect::MySql, Dialect::Postgres, Dialect::Sqlite] {
            for text in [SHOP, PAGILA] {
                let mut ddl = text.as_bytes().get(..cut).unwrap_or_default().to_vec();
                ddl.extend_from_slice(&bytes);
                ddl.extend_from_slice(text.as_bytes().get(cut..).unwrap_or_default());
                let _ = table_schema(dialect, &ddl);
            }
        }
    }

    #[test]
    fn every_name_is_read_back(names in prop::collection::btree_set("[a-zA-Z0-9`\"'; (),.\\n-]{1,12}", 1..6)) {
        for (dialect, quote) in [(Dialect::MySql, "`"), (Dialect::Postgres, "\""), (Dialect::Sqlite, "\"")] {
            let quoted = |name: &String| format!("{quote}{}{quote} text", name.replace(quote, &quote.repeat(2)));
            let ddl = format!("CREATE TABLE t ({});", names.iter().map(quoted).collect::<Vec<_>>().join(", "));
            let found: Vec<_> = read(dialect, &ddl).columns.into_iter().map(|column| column.name).collect();
            prop_assert!(found.iter().eq(names.iter().map(|name| name.as_bytes())), "{}", ddl);
        }
    }
}
