mod properties;

use super::*;
use crate::sql::TableName;
use Dialect::{MySql, Postgres, Sqlite};

fn name(text: &str) -> TableName {
    match text.split_once('.') {
        Some((schema, name)) => TableName { schema: Some(schema.into()), name: name.into() },
        None => TableName { schema: None, name: text.into() },
    }
}

/// Every statement of a text learnt from, then renamed.
fn renamed(dialect: Dialect, from: &str, to: &str, text: &str) -> String {
    let mut renames = Renames::of_table(dialect, &name(from), to.as_bytes());
    let mut heads = Heads::new(dialect, 1 << 20);
    let mut learn = |stretch: Stretch<'_>| {
        if let Stretch::Statement(text) = stretch {
            renames.learn(text);
        }
    };
    heads.push(text.as_bytes(), &mut learn);
    heads.end(&mut learn);
    edited(dialect, Edits { renames, no_definer: false, no_foreign_keys: false }, text)
}

fn edited(dialect: Dialect, edits: Edits, text: &str) -> String {
    let mut editor = Editor::new(dialect, edits);
    let mut out = vec![];
    let mut take = |bytes: &[u8]| out.extend_from_slice(bytes);
    editor.begin(None, true);
    editor.push(text.as_bytes(), &mut take);
    editor.end(&mut take);
    String::from_utf8(out).unwrap()
}

#[test]
fn a_table_of_mysql_goes_out_under_another_name() {
    let text = "--\n-- Table structure for table `t`\n--\n\nDROP TABLE IF EXISTS `t`;\n/*!50503 SET character_set_client = utf8mb4 */;\n\
        CREATE TABLE `t` (\n  `t` int NOT NULL DEFAULT '0' COMMENT 'of `t`',\n  `up` int,\n  KEY `t` (`t`),\n  CONSTRAINT `t_ibfk_1` FOREIGN KEY (`up`) \
        REFERENCES `t` (`t`) ON DELETE CASCADE,\n  CONSTRAINT `own` CHECK (`t` > 0)\n);\n\
        LOCK TABLES `t` WRITE;\n/*!40000 ALTER TABLE `t` DISABLE KEYS */;\nINSERT INTO `t` VALUES (1,'INSERT INTO `t` VALUES (');\n\
        UNLOCK TABLES;\nDELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`h`*/ /*!50003 TRIGGER `ti` AFTER INSERT ON `t` FOR EACH ROW \
        BEGIN SET @t = 't'; INSERT INTO log SELECT t.up FROM t; END */;;\nDELIMITER ;\n";
    let wanted = text
        .replace("table `t`\n--", "table `new``t`\n--")
        .replace("EXISTS `t`", "EXISTS `new``t`")
        .replace("CREATE TABLE `t`", "CREATE TABLE `new``t`")
        .replace("REFERENCES `t`", "REFERENCES `new``t`")
        .replace("`t_ibfk_1`", "`new``t_ibfk_1`")
        .replace("`own`", "`new``t_own`")
        .replace("TABLES `t`", "TABLES `new``t`")
        .replace("ALTER TABLE `t`", "ALTER TABLE `new``t`")
        .replace("\nINSERT INTO `t`", "\nINSERT INTO `new``t`")
        .replace("`ti`", "`new``ti`")
        .replace("ON `t` FOR", "ON `new``t` FOR")
        .replace("SELECT t.up FROM t;", "SELECT `new``t`.up FROM `new``t`;");
    assert_eq!(renamed(MySql, "t", "new`t", text), wanted);
}

#[test]
fn a_table_of_postgresql_takes_what_belongs_to_it_along() {
    let text = r#"--
-- Name: t; Type: TABLE; Schema: public; Owner: t
--

CREATE TABLE public.t (
    id integer DEFAULT nextval('public.t_id_seq'::regclass) NOT NULL,
    t text DEFAULT 'public.t'::text,
    CONSTRAINT c CHECK ((t <> 't'::text))
)
PARTITION BY RANGE (id);


ALTER TABLE public.t OWNER TO t;
COMMENT ON COLUMN public.t.t IS 'public.t';
CREATE SEQUENCE public.t_id_seq AS integer;
ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;
CREATE TABLE public."t Two" (id integer);
ALTER TABLE ONLY public.t ATTACH PARTITION public."t Two" FOR VALUES FROM (1) TO (2);
--
-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: t
--

COPY public.t (id, t) FROM stdin;
1	COPY public.t (id, t) FROM stdin;
\.
SELECT pg_catalog.setval('public.t_id_seq', 1, true);
-- Name: t t_pkey; Type: CONSTRAINT; Schema: public; Owner: t
ALTER TABLE ONLY public.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (id);
CREATE INDEX other ON public.t USING btree (t);
ALTER TABLE public.t CLUSTER ON other;
ALTER TABLE ONLY public.t
    ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES public.t(id) ON DELETE SET NULL;
CREATE RULE r AS ON INSERT TO public.t DO INSTEAD UPDATE public.t SET t = new.t WHERE (t.id = new.id);
GRANT SELECT ON TABLE public.t TO t;
"#;
    let wanted = r#"--
-- Name: n; Type: TABLE; Schema: public; Owner: t
--

CREATE TABLE public."n" (
    id integer DEFAULT nextval('public."n_id_seq"'::regclass) NOT NULL,
    t text DEFAULT 'public.t'::text,
    CONSTRAINT c CHECK ((t <> 't'::text))
)
PARTITION BY RANGE (id);


ALTER TABLE public."n" OWNER TO t;
COMMENT ON COLUMN public."n".t IS 'public.t';
CREATE SEQUENCE public."n_id_seq" AS integer;
ALTER SEQUENCE public."n_id_seq" OWNED BY public."n".id;
CREATE TABLE public."n Two" (id integer);
ALTER TABLE ONLY public."n" ATTACH PARTITION public."n Two" FOR VALUES FROM (1) TO (2);
--
-- Data for Name: n; Type: TABLE DATA; Schema: public; Owner: t
--

COPY public."n" (id, t) FROM stdin;
1	COPY public.t (id, t) FROM stdin;
\.
SELECT pg_catalog.setval('public."n_id_seq"', 1, true);
-- Name: n n_pkey; Type: CONSTRAINT; Schema: public; Owner: t
ALTER TABLE ONLY public."n"
    ADD CONSTRAINT "n_pkey" PRIMARY KEY (id);
CREATE INDEX "n_other" ON public."n" USING btree (t);
ALTER TABLE public."n" CLUSTER ON "n_other";
ALTER TABLE ONLY public."n"
    ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES public."n"(id) ON DELETE SET NULL;
CREATE RULE r AS ON INSERT TO public."n" DO INSTEAD UPDATE public."n" SET t = new.t WHERE ("n".id = new.id);
GRANT SELECT ON TABLE public."n" TO t;
"#;
    assert_eq!(renamed(Postgres, "public.t", "n", text), wanted);
}

#[test]
fn a_table_of_sqlite_goes_out_under_another_name() {
    let text = "CREATE TABLE IF NOT EXISTS [T] (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT DEFAULT 't' REFERENCES t(id));\n\
        INSERT INTO T VALUES(1,'t');\nINSERT INTO sqlite_sequence VALUES('T',1);\nCREATE INDEX i ON T (t);\n\
        CREATE TRIGGER g AFTER INSERT ON T BEGIN UPDATE T SET t = 'T' WHERE T.id = new.id; END;\n";
    let wanted = "CREATE TABLE IF NOT EXISTS \"n\" (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT DEFAULT 't' REFERENCES \"n\"(id));\n\
        INSERT INTO \"n\" VALUES(1,'t');\nINSERT INTO sqlite_sequence VALUES('n',1);\nCREATE INDEX \"n_i\" ON \"n\" (t);\n\
        CREATE TRIGGER \"n_g\" AFTER INSERT ON \"n\" BEGIN UPDATE \"n\" SET t = 'T' WHERE \"n\".id = new.id; END;\n";
    assert_eq!(renamed(Sqlite, "T", "n", text), wanted);
}

#[test]
fn names_that_would_be_too_long_or_alike_are_told_apart() {
    let long = "n".repeat(60);
    let text = "CREATE INDEX t_first ON t (a);CREATE INDEX t_second ON t (a);CREATE INDEX first ON t (a);CREATE INDEX _first ON t (a);";
    let out = renamed(Postgres, "t", &long, text);
    let names: Vec<_> = out.split("INDEX \"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let all: std::collections::HashSet<_> = names.iter().collect();
    assert_eq!(all.len(), 4, "{out}");
    assert!(names.iter().all(|name| name.len() <= 63), "{out}");
}

#[test]
fn a_sequence_that_comes_along_is_wherever_the_table_is() {
    let mut renames = Renames::new(MySql);
    renames.sequence(&name("shop.s"));
    let text =
        "CREATE TABLE `t` (`a` int DEFAULT nextval(`shop`.`s`), `b` int DEFAULT nextval(`other`.`s`));";
    let out = edited(MySql, Edits { renames, no_definer: false, no_foreign_keys: false }, text);
    assert_eq!(out, text.replace("`shop`.`s`", "`s`"));
}

#[test]
fn a_definer_is_left_out_wherever_it_stands_and_nothing_else() {
    let cases = [
        (
            "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `x` */;;",
            "/*!50003 CREATE*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `x` */;;",
        ),
        (
            "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`root`@`%` SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS SELECT 1 */;",
            "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS SELECT 1 */;",
        ),
        (
            "CREATE DEFINER = 'a b'@'h' PROCEDURE p() SELECT 'DEFINER=`x`@`y`';",
            "CREATE PROCEDURE p() SELECT 'DEFINER=`x`@`y`';",
        ),
        ("CREATE DEFINER=CURRENT_USER() EVENT e DO SELECT 1", "CREATE EVENT e DO SELECT 1"),
        (
            "CREATE DEFINER=CURRENT_USER SQL SECURITY INVOKER VIEW v AS SELECT 1",
            "CREATE SQL SECURITY INVOKER VIEW v AS SELECT 1",
        ),
        (
            "CREATE DEFINER=root@my-host.example FUNCTION f() RETURNS INT RETURN 1",
            "CREATE FUNCTION f() RETURNS INT RETURN 1",
        ),
        (
            "CREATE DEFINER=`root` TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET @a = 1",
            "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET @a = 1",
        ),
        (
            "CREATE PROCEDURE p() CREATE DEFINER=a@b VIEW v AS SELECT 1",
            "CREATE PROCEDURE p() CREATE DEFINER=a@b VIEW v AS SELECT 1",
        ),
        (
            "-- DEFINER=`a`@`b`\nSELECT 'CREATE DEFINER=a@b VIEW'",
            "-- DEFINER=`a`@`b`\nSELECT 'CREATE DEFINER=a@b VIEW'",
        ),
    ];
    for (text, wanted) in cases {
        let out = without_definer(text.as_bytes());
        assert_eq!(String::from_utf8_lossy(&out), wanted, "{text}");
    }
}

#[test]
fn foreign_keys_are_left_out_with_the_right_comma() {
    let cases = [
        (
            MySql,
            "CREATE TABLE `t` (\n  `a` int COMMENT ', FOREIGN KEY',\n  KEY `k` (`a`),\n  CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `u` (`b`) ON DELETE SET NULL\n) ENGINE=InnoDB;",
            "CREATE TABLE `t` (\n  `a` int COMMENT ', FOREIGN KEY',\n  KEY `k` (`a`)\n) ENGINE=InnoDB;",
        ),
        (
            MySql,
            "CREATE TABLE `t` (\n  `a` int,\n  CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `u` (`b`),\n  CONSTRAINT `c` CHECK (`a` > 0)\n);",
            "CREATE TABLE `t` (\n  `a` int,\n  CONSTRAINT `c` CHECK (`a` > 0)\n);",
        ),
        (
            Sqlite,
            "CREATE TABLE t (FOREIGN KEY (a) REFERENCES u, a int REFERENCES u(b) ON DELETE CASCADE NOT NULL, b CONSTRAINT x REFERENCES u DEFERRABLE INITIALLY DEFERRED)",
            "CREATE TABLE t ( a int NOT NULL, b)",
        ),
        (
            MySql,
            "ALTER TABLE `t` ADD KEY `k` (`a`), ADD CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `u` (`b`);",
            "ALTER TABLE `t` ADD KEY `k` (`a`);",
        ),
        (MySql, "\nALTER TABLE `t` ADD CONSTRAINT FOREIGN KEY (`a`) REFERENCES `u` (`b`);\n", ""),
        (
            MySql,
            "CREATE TABLE `references` (`references` int, `b` int DEFAULT 'REFERENCES x')",
            "CREATE TABLE `references` (`references` int, `b` int DEFAULT 'REFERENCES x')",
        ),
        (Postgres, "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"),
    ];
    for (dialect, text, wanted) in cases {
        let out = without_foreign_keys(dialect, text.as_bytes());
        assert_eq!(String::from_utf8_lossy(&out), wanted, "{text}");
    }
}

#[test]
fn the_tables_that_foreign_keys_refer_to_are_told() {
    let text =
        "CREATE TABLE t (a int REFERENCES u, FOREIGN KEY (b) REFERENCES `s`.`v` (x)) COMMENT 'REFERENCES w'";
    assert_eq!(referenced_tables(MySql, text.as_bytes()), [name("u"), name("s.v")]);
}

#[test]
fn tables_that_a_statement_uses_stand_behind_words_that_tell() {
    let used = |text: &str| used_tables(Postgres, text.as_bytes());
    assert_eq!(used("CREATE TABLE c (x int, FROM_x int)\nINHERITS (a, s.b);"), [name("a"), name("s.b")]);
    assert_eq!(used("CREATE TABLE c PARTITION OF ONLY p FOR VALUES IN (1);"), [name("p")]);
    let rule = "CREATE RULE r AS ON INSERT TO t WHERE NEW.x > 1 DO ALSO ( INSERT INTO audit VALUES ('FROM u'); UPDATE ONLY s.n SET x = 1; );";
    assert_eq!(used(rule), [name("audit"), name("s.n")]);
    let policy = "CREATE POLICY p ON t USING (EXISTS (SELECT 1 FROM a JOIN \"B\" ON true));";
    assert_eq!(used(policy), [name("a"), name("B")]);
    assert!(used("CREATE TABLE INHERITS").is_empty());
}

#[test]
fn names_are_mentioned_where_they_are_identifiers() {
    let mut mentions = Mentions::default();
    let text = "-- public.comment\nCREATE TABLE public.t (a public.mood DEFAULT public.f('public.text'), b integer DEFAULT \
        nextval('public.\"S q\"'::regclass), c other.\"Ty\"[]) /* x.y */";
    mentions.add(Postgres, text.as_bytes());
    for (wanted, is_there) in [
        ("public.mood", true),
        ("public.f", true),
        ("public.S q", true),
        ("other.Ty", true),
        ("public.text", false),
        ("public.comment", false),
        ("x.y", false),
    ] {
        assert_eq!(mentions.has(&name(wanted), false), is_there, "{wanted}");
    }
    mentions.add_with_bodies(Postgres, b"CREATE FUNCTION g() AS $_$ SELECT public.h($1) $_$");
    assert!(mentions.has(&name("public.h"), false));
    assert!(mentions.has_in_schema(b"other", |_| false) && !mentions.has_in_schema(b"other", |_| true));
}
