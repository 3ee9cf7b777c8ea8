-- A schema with every oddity a dump of PostgreSQL can have; run by psql in an empty database.
CREATE SCHEMA "Odd.schema";
CREATE TYPE public.mood AS ENUM ('sad', 'it''s; ok', 'happy');
CREATE DOMAIN public.positive AS integer CHECK (VALUE > 0);
CREATE TABLE public.plain (id serial PRIMARY KEY, name text, price numeric(10,2) DEFAULT 1.5, m public.mood, p public.positive, b bytea, j jsonb, a text[]);
INSERT INTO public.plain (name, price, m, b, j, a) VALUES ('plain', 1.5, 'sad', '\x00ff5c27', '{"a": "it''s; \"x\""}', '{a,"b\"c;"}'),
  (NULL, NULL, 'it''s; ok', NULL, NULL, NULL), ('', 0, 'happy', '', '[]', '{}'), (E'tab\tline\nfeed\r\\back\\.\b\f\v', 1, NULL, NULL, NULL, NULL),
  (E'\\.', 2, NULL, NULL, NULL, NULL), (E'\n\\.\n', 3, NULL, NULL, NULL, NULL), (E'--\n-- Name: x; Type: TABLE; Schema: public; Owner: -\n--\n\nCREATE TABLE x (a int);\n', 4, NULL, NULL, NULL, NULL),
  (E'COPY public.plain (id) FROM stdin;\n1\n\\.\n', 5, NULL, NULL, NULL, NULL), ('''quotes''; "double" $$ dollar $$ $x$', 6, NULL, NULL, NULL, NULL), ('ends in \', 7, NULL, NULL, NULL, NULL), ('),(', 8, NULL, NULL, NULL, NULL);
INSERT INTO public.plain (name) SELECT 'row ' || n || repeat(E' ''quoted'' (and\nmore),', n % 7) FROM generate_series(1, 2000) n;
CREATE TABLE public.empty_one (id integer PRIMARY KEY);
CREATE TABLE public.no_columns (); INSERT INTO public.no_columns DEFAULT VALUES; INSERT INTO public.no_columns DEFAULT VALUES;
CREATE TABLE "Odd.schema"."we""ird; na'me." ("Key col" text PRIMARY KEY, "a""b" int); INSERT INTO "Odd.schema"."we""ird; na'me." VALUES ('one', 1), (E'tw\to', 2);
CREATE TABLE public."new
line" (id int); INSERT INTO public."new
line" VALUES (1);
CREATE TABLE public."☃ 雪" (id int); INSERT INTO public."☃ 雪" VALUES (1);
CREATE TABLE public.ident (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED);
INSERT INTO public.ident (n) VALUES (1), (2), (3);
CREATE TABLE public.parted (id int, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
CREATE TABLE public.parted_1 PARTITION OF public.parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.parted_2 PARTITION OF public.parted DEFAULT;
INSERT INTO public.parted SELECT n, date '2024-06-01' + n FROM generate_series(1, 400) n;
CREATE TABLE public.parent (id int PRIMARY KEY, t text); CREATE TABLE public.heir (extra int) INHERITS (public.parent);
INSERT INTO public.parent VALUES (1, 'a'); INSERT INTO public.heir VALUES (2, 'b', 3), (4, 'c', 5);
CREATE TABLE public.child (id int PRIMARY KEY, parent_id int REFERENCES public.parent (id) DEFERRABLE); INSERT INTO public.child VALUES (1, 1), (2, NULL);
CREATE INDEX child_partly ON public.child (parent_id) WHERE parent_id > 1; ALTER TABLE public.child CLUSTER ON child_pkey; ALTER TABLE public.child REPLICA IDENTITY FULL;
CREATE STATISTICS public.plain_stats ON id, name FROM public.plain;
COMMENT ON TABLE public.plain IS E'it''s; a comment\nCOPY public.plain (id) FROM stdin;\n1\n\\.\n'; COMMENT ON COLUMN public.plain.name IS 'x; y';
CREATE VIEW public.looking AS SELECT id, name FROM public.plain WHERE name <> 'it''s; (not), this';
CREATE MATERIALIZED VIEW public.kept AS SELECT count(*) AS n FROM public.plain;
CREATE FUNCTION public.watch() RETURNS trigger LANGUAGE plpgsql AS $_$ BEGIN
-- Name: plain; Type: TABLE
  INSERT INTO public.empty_one VALUES (1); RAISE NOTICE '$$ ; %', $$COPY public.plain FROM stdin;$$; RETURN NEW; END; $_$;
CREATE FUNCTION public.atomic(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a > 1 THEN 2 ELSE 3 END; SELECT 4; END;
CREATE TRIGGER watched BEFORE INSERT ON public.child FOR EACH ROW EXECUTE FUNCTION public.watch(); ALTER TABLE public.child DISABLE TRIGGER watched;
CREATE RULE redirect AS ON DELETE TO public.child DO INSTEAD (INSERT INTO public.empty_one VALUES (1); DELETE FROM public.empty_one);
ALTER TABLE public.child ENABLE ROW LEVEL SECURITY; CREATE POLICY seen ON public.child USING (id > 0 AND 'a;b' <> 'c');
CREATE AGGREGATE public.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0'); GRANT SELECT ON public.plain TO PUBLIC;
ALTER TABLE public.plain ALTER COLUMN name SET STATISTICS 500; CREATE SEQUENCE public.lonely START 7; SELECT nextval('public.lonely');
SELECT lo_from_bytea(0, '\x27005c'); CREATE UNLOGGED TABLE public.fast (id int); INSERT INTO public.fast SELECT generate_series(1, 50);
